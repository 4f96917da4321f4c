import { env } from "cloudflare:workers";
import { beforeEach, expect, it } from "vitest";
import { stuckMoney } from "../../src/store/problem-reads.ts";
import { raiseProblem } from "../../src/store/problems.ts";
import { type LedgerRow, clearLedger, writeLedger } from "../kit/ledger-rows.ts";

const NOW = Date.UTC(2026, 2, 10);
const DAY = 86_400_000;

/** Rows of nobody that wait for their person, for two days where they do not say otherwise. */
async function waiting(...rows: readonly Omit<LedgerRow, "id" | "at">[]): Promise<void> {
  const told = rows.map((row, n) => ({ at: NOW - 2 * DAY, status: "unbound", currency: "USD", ...row, id: `evt_${n}` }));
  await writeLedger(told);
  await env.DB.batch(
    told.map(({ id }) =>
      env.DB.prepare("INSERT INTO parked (hash, event_id, expires_at) VALUES (?1, ?1, ?2)").bind(id, NOW + DAY),
    ),
  );
}

beforeEach(async () => {
  await clearLedger();
  await env.DB.prepare("DELETE FROM parked").run();
});

it("money of nobody is what reports have in their line: newest states, refunds taken off, no prices and no pay-outs", async () => {
  await waiting(
    { type: "payment", amount: 50, counted: 0 },
    { type: "payment", amount: 70 },
    { type: "refund", amount: 20 },
    { type: "order", amount: 300 },
    { type: "withdrawal", amount: 500 },
    { type: "rejected", amount: 50 },
  );
  expect(await stuckMoney(env.DB, NOW)).toMatchObject([{ kind: "unbound", currency: "USD", amount: 500_000 }]);
});

it("money of nobody is of the events that are counted beside it, which wait for over a day", async () => {
  await waiting({ type: "payment", amount: 70 });
  await writeLedger([{ id: "evt_new", type: "payment", amount: 9, currency: "USD", status: "unbound", at: NOW - DAY / 2 }]);
  await env.DB.prepare("INSERT INTO parked (hash, event_id, expires_at) VALUES ('h', 'evt_new', ?1)")
    .bind(NOW + DAY)
    .run();
  expect(await stuckMoney(env.DB, NOW)).toMatchObject([{ kind: "unbound", amount: 700_000 }]);
});

it("money that a macro holds back is all that came with it, however old", async () => {
  await writeLedger([
    { id: "evt_a", type: "payment", amount: 50, currency: "USD", status: "quarantined", at: NOW },
    { id: "evt_b", type: "payment", amount: 50, currency: "USD", status: "quarantined", at: NOW - 9 * DAY },
    { id: "evt_c", type: "registration", amount: 5, currency: "USD", status: "quarantined", at: NOW },
  ]);
  expect(await stuckMoney(env.DB, NOW)).toMatchObject([{ kind: "unresolved_macro", amount: 1_000_000 }]);
});

it("money of what was not delivered stands at its own cause, since the problem of it began", async () => {
  const sale = { type: "payment", currency: "USD", at: NOW };
  await writeLedger([
    { ...sale, id: "evt_old", amount: 3 },
    { ...sale, id: "evt_a", amount: 50 },
    { ...sale, id: "evt_b", amount: 70 },
  ]);
  const died = (id: string, reason: string, at: number): D1PreparedStatement =>
    env.DB.prepare(
      `INSERT INTO deliveries (id, seq, event_id, connection, action, status, reason, created_at, settled_at)
       VALUES ('dlv_' || ?1 || ?2, ?3, ?1, 'crm', 'request', 'dead', ?2, ?3, ?3)`,
    ).bind(id, reason, at);
  await env.DB.batch([
    died("evt_old", "timeout", NOW - 9 * DAY),
    died("evt_a", "timeout", NOW),
    died("evt_b", "vendor_refused: no such person", NOW),
    died("evt_b", "vendor_refused: the same again", NOW + 1),
    ...["timeout", "vendor_refused"].map((cause) =>
      raiseProblem(env.DB, { kind: "delivery", dedupe: `crm:${cause}`, cause, connection: "crm", at: NOW }),
    ),
  ]);
  const told = (await stuckMoney(env.DB, NOW)).map(({ connection, detail, amount }) => [connection, detail, amount]);
  expect(told).toEqual([
    ["crm", "timeout", 500_000],
    ["crm", "vendor_refused", 700_000],
  ]);
});
