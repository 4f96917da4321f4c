import { env } from "cloudflare:workers";
import { beforeEach, expect, it } from "vitest";
import { type Outcome, type Told, outcomeStatements } from "../../src/store/delivery-outcomes.ts";

const bytes = (...values: number[]): ArrayBuffer => new Uint8Array(values).buffer;

const FIRST: Told = {
  attempt: { n: 1, at: 10, status: 503, outcome: "retry" },
  state: "retrying",
  reason: "http_503",
  attempts: 1,
  nextAt: 20,
  settledAt: null,
  problem: null,
  unwritten: [],
  next: null,
};
const DELIVERED: Told = {
  ...FIRST,
  attempt: { n: 2, at: 20, status: 200, outcome: "delivered" },
  state: "delivered",
  reason: null,
  attempts: 2,
  nextAt: null,
  settledAt: 21,
};
const outcome = (id: string, told: Told, more: Partial<Outcome> = {}): Outcome => ({
  id,
  generation: 0,
  told,
  rendered: null,
  reply: null,
  ...more,
});

const tell = (outcomes: readonly Outcome[]) => env.DB.batch(outcomeStatements(env.DB, outcomes));
const told = async (id: string) =>
  env.DB.prepare("SELECT status, reason, attempts, settled_at, hex(rendered) AS rendered FROM deliveries WHERE id = ?1")
    .bind(id)
    .first();
const attempts = async (id: string) => {
  const { results } = await env.DB.prepare(
    "SELECT n, status, outcome, hex(reply) AS reply FROM attempts WHERE delivery_id = ?1 ORDER BY n",
  )
    .bind(id)
    .all();
  return results;
};

beforeEach(async () => {
  await env.DB.exec("DELETE FROM deliveries; DELETE FROM attempts;");
  await env.DB.batch(
    ["dlv_a", "dlv_b"].map((id, seq) =>
      env.DB.prepare(
        "INSERT INTO deliveries (id, seq, event_id, connection, action, status, created_at) VALUES (?1, ?2, 'evt_x', 'crm', 'request', 'queued', 1)",
      ).bind(id, seq),
    ),
  );
});

it("of two outcomes of one delivery in a batch the newer one holds, what the first brought stays, both attempts are kept", async () => {
  await tell([
    outcome("dlv_a", FIRST, { rendered: bytes(1, 2), reply: bytes(9) }),
    outcome("dlv_b", FIRST, { rendered: bytes(3) }),
    outcome("dlv_a", DELIVERED),
  ]);
  expect(await told("dlv_a")).toEqual({
    status: "delivered",
    reason: null,
    attempts: 2,
    settled_at: 21,
    rendered: "0102",
  });
  expect(await told("dlv_b")).toMatchObject({ status: "retrying", reason: "http_503", rendered: "03" });
  expect(await attempts("dlv_a")).toEqual([
    { n: 1, status: 503, outcome: "retry", reply: "09" },
    { n: 2, status: 200, outcome: "delivered", reply: "" },
  ]);
});

it("what is settled stays settled, told again, told late, or told of another generation", async () => {
  const cancelled = { ...FIRST, attempt: null, state: "cancelled", reason: "cancelled", settledAt: 5, nextAt: null } as const;
  await tell([outcome("dlv_a", cancelled), outcome("dlv_a", DELIVERED)]);
  await tell([outcome("dlv_a", DELIVERED), outcome("dlv_b", DELIVERED, { generation: 1 })]);
  expect(await told("dlv_a")).toMatchObject({ status: "cancelled", settled_at: 5 });
  expect(await told("dlv_b")).toMatchObject({ status: "queued" });
  expect(await attempts("dlv_a")).toHaveLength(1);
});

it("what waits behind a dead vendor is not read for the outcomes of others", async () => {
  await env.DB.prepare(
    `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000)
     INSERT INTO deliveries (id, seq, event_id, connection, action, status, created_at) SELECT 'dlv_w' || i, i, 'evt_w', 'dead', 'request', 'queued', 1 FROM n`,
  ).run();
  const answers = await tell([outcome("dlv_a", DELIVERED), outcome("dlv_b", FIRST)]);
  expect(answers.reduce((sum, { meta }) => sum + meta.rows_read, 0)).toBeLessThan(50);
});
