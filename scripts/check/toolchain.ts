/** One runtime: two copies of workerd would mean that tests and the server run on different platforms. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod/mini";
import { ROOT } from "../local/wrangler.ts";
import type { Check } from "./finding.ts";

const Lock = z.object({ packages: z.record(z.string(), z.object({ version: z.optional(z.string()) })) });
const ALONE = ["wrangler", "miniflare", "workerd", "vitest", "typescript"];

export const toolchainCheck: Check = {
  name: "one copy of the runtime",
  run: async () => {
    const { packages } = Lock.parse(JSON.parse(readFileSync(join(ROOT, "package-lock.json"), "utf8")));
    const copies = ALONE.map((name) => {
      const found = Object.entries(packages).filter(([path]) => path.endsWith(`node_modules/${name}`));
      return { name, versions: found.map(([, { version }]) => version ?? "?") };
    });
    return {
      note: copies.map(({ name, versions }) => `${name} ${versions.join(" and ")}`).join(", "),
      findings: copies
        .filter(({ versions }) => versions.length !== 1)
        .map(({ name, versions }) => `${name}: ${versions.length} copies`),
    };
  },
};
