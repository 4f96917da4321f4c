import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { eraseStatements } from "../../src/store/erasures.ts";
import { emptyGraph, rows } from "../kit/identity-rows.ts";

it("somebody with tens of thousands of payments is erased: no statement is longer than D1 takes", async () => {
  await emptyGraph();
  const numbers = Array.from({ length: 40_000 }, (_, place) => ({
    id: `evt_${String(place).padStart(22, "0")}`,
    tid: "t".repeat(43),
    order_number: "o".repeat(43),
  }));
  const erasure = {
    id: "era_1",
    person_id: "per_1",
    at: 1,
    basis: "",
    operator: "admin",
    counts: { identifiers: 0, traits: 0, events: 0, deliveries: 0, login_accounts: 0 },
  } as const;
  await env.DB.batch(eraseStatements(env.DB, erasure, ["per_1"], numbers));
  expect(await rows("SELECT id FROM erasures")).toEqual([{ id: "era_1" }]);
});
