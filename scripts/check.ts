/** `npm run check`: everything that can be said about the sources without running them. All parts run, each failed one is named, exit 1 if any did. */
import { bundleCheck } from "./check/bundle.ts";
import { deliveryReasonsCheck, errorsPageCheck, storagePageCheck, vendorSectionsCheck } from "./check/documents.ts";
import type { Check, Verdict } from "./check/finding.ts";
import { migrationsCheck, sizesCheck } from "./check/sources.ts";
import { toolchainCheck } from "./check/toolchain.ts";
import { toolChecks } from "./check/tools.ts";

const CHECKS: readonly Check[] = [
  ...toolChecks,
  bundleCheck,
  sizesCheck,
  migrationsCheck,
  storagePageCheck,
  errorsPageCheck,
  deliveryReasonsCheck,
  vendorSectionsCheck,
  toolchainCheck,
];

async function judge({ name, run }: Check): Promise<{ name: string; verdict: Verdict; seconds: string }> {
  const start = performance.now();
  const verdict = await run().catch((failure: unknown) => ({ note: "", findings: [String(failure)] }));
  return { name, verdict, seconds: ((performance.now() - start) / 1000).toFixed(1) };
}

const judged = await Promise.all(CHECKS.map((check) => judge(check)));
for (const { name, verdict, seconds } of judged) {
  const mark = verdict.findings.length === 0 ? "ok  " : "FAIL";
  process.stdout.write(`${mark} ${name} (${seconds} s)${verdict.note === "" ? "" : `: ${verdict.note}`}\n`);
  for (const finding of verdict.findings) process.stdout.write(`       ${finding}\n`);
}
const failed = judged.filter(({ verdict }) => verdict.findings.length > 0);
process.stdout.write(
  failed.length === 0 ? "check: all passed\n" : `check: ${failed.length} failed: ${failed.map(({ name }) => name).join("; ")}\n`,
);
process.exitCode = failed.length === 0 ? 0 : 1;
