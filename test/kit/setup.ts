/** Before every file: nothing of an earlier one is left, and a network answers nobody, so that no suite ever calls a vendor. A call that its test did not script is a
 *  failed attempt like any other; the test is not failed by it, because an alarm may make it while a later one runs. */
import { beforeAll } from "vitest";
import { emptyState } from "./state.ts";

globalThis.fetch = async (input) => {
  throw new Error(`no test scripted a call of ${input instanceof Request ? input.url : input.toString()}`);
};

// Everything is logged, for those who judge the log; nobody reads what is no error.
for (const level of ["log", "warn"] as const) console[level] = () => undefined;

beforeAll(emptyState);
