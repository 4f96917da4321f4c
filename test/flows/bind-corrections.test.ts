/** A conversion that is told again with another sum: it is the same purchase, of the same day. */
import { beforeEach, expect, it } from "vitest";
import { type Told, feed, pay } from "../kit/feed.ts";
import { emptyGraph, rows } from "../kit/identity-rows.ts";
import { saveDocument, tellOn, testContext } from "../kit/context.ts";

const DAY = 86_400_000;
const FIRST = Date.UTC(2026, 2, 1, 9);

/** A postback that names no time of its own comes `day` days after the first. */
const told = (tid: string, amount: string, day: number, ids: Told["ids"] = { player: 9 }): Told =>
  pay(amount, { ids, connection: "onewin", tid, key: `tid:${tid}`, state: `payment|${amount}|`, receivedAt: FIRST + day * DAY });

const counted = (): Promise<unknown[]> =>
  rows(
    `SELECT tid, amount_e4 / 10000 AS amount, (event_at - ${FIRST}) / ${DAY} AS day, label FROM events
     WHERE type = 'payment' AND counted = 1 ORDER BY event_at`,
  );

beforeEach(async () => {
  await emptyGraph();
  await tellOn("resale", "{{event.amount}}");
});

it("stays the sale on its day, whatever was bought meanwhile, and runs no rule for repeats", async () => {
  await feed({ ids: { tg: 1, player: 9 } });
  for (const payment of [told("a1", "50", 0), told("a2", "20", 1), told("a1", "70", 2), told("a1", "75", 3)]) await feed(payment);
  expect(await counted()).toEqual([
    { tid: "a1", amount: 75, day: 0, label: "sale" },
    { tid: "a2", amount: 20, day: 1, label: "resale" },
  ]);
  expect(await rows("SELECT e.tid FROM deliveries d JOIN events e ON e.id = d.event_id")).toEqual([{ tid: "a2" }]);
});

it("stays on its day also where all of it waited for its person", async () => {
  const ids = { clickid: "CH9" };
  for (const payment of [told("b1", "50", 0, ids), told("b2", "20", 1, ids), told("b1", "70", 2, ids)]) await feed(payment);
  await feed({ ids: { tg: 1, clickid: "CH9" } });
  expect(await counted()).toEqual([
    { tid: "b1", amount: 70, day: 0, label: "sale" },
    { tid: "b2", amount: 20, day: 1, label: "resale" },
  ]);
});

it("tells what its rules send the day it stands on, where nothing was sent before", async () => {
  await saveDocument({
    connections: { onewin: { kind: "network", network: "1win" }, out: { kind: "http", url: "https://vendor.example/" } },
    rules: [{ on: "sale", do: [{ to: "out", action: "request", with: { body: { at: "{{event.time}}" } } }] }],
  });
  const ids = { clickid: "CH9" };
  for (const payment of [told("b1", "50", 0, ids), told("b1", "70", 2, ids)]) await feed(payment);
  await feed({ ids: { tg: 1, clickid: "CH9" } });
  const { seal } = await testContext();
  const [sent] = await rows<{ work: ArrayBuffer }>("SELECT work FROM deliveries");
  const order = JSON.parse(await seal.open(sent?.work ?? new ArrayBuffer(0))) as { event: { eventTime: number } };
  expect(order.event.eventTime).toBe(FIRST);
});

it("is of the day that its sender tells", async () => {
  await feed({ ids: { tg: 1, player: 9 } }, told("c1", "50", 0));
  await feed({ ...told("c1", "70", 2), at: FIRST + DAY });
  expect(await counted()).toEqual([{ tid: "c1", amount: 70, day: 1, label: "sale" }]);
});

it("is paid anew after a rejection", async () => {
  await feed({ ids: { tg: 1, player: 9 } }, told("d1", "50", 0));
  await feed({ ...told("d1", "50", 1), type: "rejected", state: "rejected||" });
  await feed(told("d1", "50", 2));
  expect(await counted()).toEqual([{ tid: "d1", amount: 50, day: 2, label: "sale" }]);
});
