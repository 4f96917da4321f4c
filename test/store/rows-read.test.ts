import { env } from "cloudflare:workers";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { PersonId } from "../../src/lib/ids.ts";
import { listEvents } from "../../src/store/event-lists.ts";
import { holderBots } from "../../src/store/holders.ts";
import { readPerson } from "../../src/store/person-reads.ts";
import { stuckMoney } from "../../src/store/problem-reads.ts";
import { raiseProblem } from "../../src/store/problems.ts";
import { queuedBetween, requeueDead } from "../../src/store/replays.ts";
import { feed, pay } from "../kit/feed.ts";
import { emptyGraph, rows } from "../kit/identity-rows.ts";
import { saveDocument } from "../kit/context.ts";

/** Of strangers, so that none of it may be read. */
const MANY = 2_000;

beforeEach(async () => {
  await emptyGraph();
  await saveDocument({ connections: { bot: { kind: "salebot", project: "P1" } } });
  const numbers = `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${MANY})`;
  const event = (name: string, status: string, person: string): D1PreparedStatement =>
    env.DB.prepare(
      `${numbers} INSERT INTO events (seq, id, connection, type, status, received_at, event_at, person_id, home_id, fact, rules, stored_at)
       SELECT i + ?1, 'evt_${name}' || i, 'bot', 'payment', '${status}', 1, 1, ${person}, ${person}, '${name}' || i, 1, 1 FROM n`,
    ).bind(name === "paid" ? 1e9 : 2e9);
  await env.DB.batch([
    event("paid", "bound", "'per_s' || i"),
    event("waits", "unbound", "NULL"),
    env.DB.prepare(
      `${numbers} INSERT INTO parked (hash, event_id, expires_at) SELECT 'hash' || i, 'evt_waits' || i, 9e15 FROM n`,
    ),
    env.DB.prepare(
      `${numbers} INSERT INTO deliveries (id, seq, event_id, connection, action, status, created_at, settled_at, work)
       SELECT 'dlv_d' || i, i, 'evt_paid' || i, 'bot', 'message', 'dead', 1, 1, x'00' FROM n`,
    ),
  ]);
});
afterEach(() => vi.restoreAllMocks());

/** Rows of D1 read by what runs from now on, batches and lists. */
function rowsRead(): () => number {
  let read = 0;
  const batch = env.DB.batch.bind(env.DB);
  vi.spyOn(Object.getPrototypeOf(env.DB) as D1Database, "batch").mockImplementation(async (statements) => {
    const answers = await batch(statements);
    read += answers.reduce((sum, { meta }) => sum + meta.rows_read, 0);
    return answers as never;
  });
  const statement = Object.getPrototypeOf(env.DB.prepare("SELECT 1")) as D1PreparedStatement;
  const all = Reflect.get(statement, "all") as D1PreparedStatement["all"];
  vi.spyOn(statement, "all").mockImplementation(async function (this: D1PreparedStatement) {
    const answer = await all.call(this);
    read += answer.meta.rows_read;
    return answer as never;
  });
  return () => read;
}

it("binding an event reads none of the payments, waiting events and dead deliveries of strangers", async () => {
  const read = rowsRead();
  await feed({ ids: { tg: 1, email: "a@b.ru" } }, pay("100", { ids: { tg: 1 } }));
  await feed(pay("200", { ids: { tg: 1 } }));
  expect(read()).toBeLessThan(MANY / 4);
  expect(await rows("SELECT id FROM events WHERE status = 'bound' AND person_id NOT LIKE 'per_s%'")).toHaveLength(3);
});

it("binding an event reads none of the messages that its person wrote before", async () => {
  await feed({ ids: { tg: 1 } });
  await env.DB.prepare(
    "UPDATE events SET type = 'message', person_id = p.id, home_id = p.id FROM (SELECT id FROM persons) AS p WHERE fact LIKE 'paid%'",
  ).run();
  const read = rowsRead();
  await feed(pay("200", { ids: { tg: 1 } }));
  expect(read()).toBeLessThan(MANY / 4);
});

it("looking for the messenger that a human wrote in last reads through none of what she wrote before", async () => {
  const [, last] = await feed({ ids: { tg: 1 } }, { ids: { tg: 1 } });
  await env.DB.batch([
    env.DB.prepare(
      "UPDATE events SET type = 'message', person_id = p.id, home_id = p.id FROM (SELECT id FROM persons) AS p WHERE fact LIKE 'paid%'",
    ),
    env.DB.prepare(
      `INSERT INTO holder_identities (hash, holder_id, type, scope, sealed, last_used_at)
       SELECT hash, 'hld_1', type, scope, x'00', 0 FROM identifiers WHERE type = 'telegram_id'`,
    ),
    env.DB.prepare(
      "INSERT INTO holder_bots (holder_id, connection, address, last_used_at) VALUES ('hld_1', 'bot', x'00', 0), ('hld_1', 'tg', x'00', 1)",
    ),
  ]);
  const [wrote] = await rows<{ at: number }>("SELECT received_at AS at FROM events WHERE id = ?1", last);
  const read = rowsRead();
  expect(await holderBots(env.DB, "hld_1")).toMatchObject([
    { connection: "bot", lastUsedAt: wrote?.at },
    { connection: "tg", lastUsedAt: 1 },
  ]);
  expect(read()).toBeLessThan(MANY / 4);
});

it("a page of a person reads no payments of strangers, and a list of events no dead deliveries of others", async () => {
  await feed({ ids: { tg: 1 } });
  const [person] = await rows<{ id: PersonId }>("SELECT id FROM persons");
  const read = rowsRead();
  expect((await readPerson(env.DB, person?.id ?? "per_none")).leaves).toHaveLength(1);
  expect(read()).toBeLessThan(100);
  const none = { status: null, connection: null, type: null, person: null, link: null, code: null, since: null, until: null };
  expect(await listEvents(env.DB, { ...none, dead: false, before: null, limit: 50 })).toHaveLength(50);
  expect(read()).toBeLessThan(MANY / 4);
});

it("a list of what was not delivered to a connection reads through no events and no dead deliveries of others", async () => {
  const read = rowsRead();
  const none = { status: null, connection: null, type: null, person: null, link: null, code: null, since: null, until: null };
  expect(await listEvents(env.DB, { ...none, dead: true, to: "out", before: null, limit: 50 })).toEqual([]);
  expect(read()).toBeLessThan(100);
});

it("the money that problems hold back is found without the payments that are where they belong", async () => {
  await env.DB.batch([
    env.DB.prepare("DELETE FROM events WHERE status = 'unbound'"),
    ...Array.from({ length: 20 }, (_none, n) => raiseProblem(env.DB, { kind: "conflict", dedupe: `money${n}`, at: 1 })),
  ]);
  const read = rowsRead();
  expect(await stuckMoney(env.DB, 9e15)).toEqual([]);
  expect(read()).toBeLessThan(100);
});

it("a slice of a recovery reads no more of the dead deliveries than it takes", async () => {
  const read = rowsRead();
  const slice = { connection: "bot", silenced: ["bot"], since: 0, until: 9e15, afterSeq: 0, limit: 5 };
  expect(await requeueDead(env.DB, slice, 5)).toHaveLength(5);
  expect(read()).toBeLessThan(100);
});

it("a sweep reads no more of what waits behind a dead vendor than is new", async () => {
  await env.DB.prepare("UPDATE deliveries SET status = 'queued'").run();
  const read = rowsRead();
  expect((await queuedBetween(env.DB, "bot", { after: MANY - 1, until: MANY, limit: 100 })).rows).toHaveLength(1);
  expect(read()).toBeLessThan(100);
});
