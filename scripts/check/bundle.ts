/** The bundle budget: what the platform would receive, minified and gzipped. The goal stays in sight; the budget is a
 *  tripwire for what comes in unnoticed (docs/decisions/0009-bundle-size.md). */
import { relative } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { WORKER_BUILD } from "../local/bundle.ts";
import { ROOT } from "../local/wrangler.ts";
import type { Check } from "./finding.ts";

const GOAL_KB = 100;
const BUDGET_KB = 253;
const BIGGEST = 8;

export const bundleCheck: Check = {
  name: "bundle budget",
  run: async () => {
    const { outputFiles, metafile } = await build({
      ...WORKER_BUILD,
      entryPoints: ["src/worker.ts"],
      write: false,
      minify: true,
      metafile: true,
    });
    const sizeKb = gzipSync(outputFiles[0]?.contents ?? new Uint8Array(), { level: 9 }).byteLength / 1024;
    const inputs = Object.values(metafile.outputs).flatMap(({ inputs: parts }) => Object.entries(parts));
    const biggest = inputs
      .toSorted(([, left], [, right]) => right.bytesInOutput - left.bytesInOutput)
      .slice(0, BIGGEST)
      .map(([path, { bytesInOutput }]) => `${relative(ROOT, path)} ${(bytesInOutput / 1024).toFixed(1)}`);
    return {
      note: `${sizeKb.toFixed(1)} KB gzip of ${BUDGET_KB}, the goal is ${GOAL_KB}; minified KB: ${biggest.join(", ")}`,
      findings: sizeKb > BUDGET_KB ? [`the bundle is ${sizeKb.toFixed(1)} KB gzip, the budget is ${BUDGET_KB}`] : [],
    };
  },
};
