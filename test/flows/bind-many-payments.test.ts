import { beforeEach, expect, it } from "vitest";
import { addLeaf } from "../../src/domain/identity/graph.ts";
import { enter, leave, relabel } from "../../src/flows/bind/accounts.ts";
import { renewLabels } from "../../src/flows/bind/fire.ts";
import { newSession } from "../../src/flows/bind/load.ts";
import type { Session } from "../../src/flows/bind/session.ts";
import type { PaymentRow } from "../../src/store/neighbourhood.ts";
import { type Told, feed, pay } from "../kit/feed.ts";
import { emptyGraph, rows } from "../kit/identity-rows.ts";
import { saveDocument } from "../kit/context.ts";

const ROOT = "per_one";
const MANY = 2_000;
const BATCH = 100;

beforeEach(emptyGraph);

const payment = (place: number, given: Partial<PaymentRow> = {}): PaymentRow => ({
  id: `evt_${place}`,
  seq: place,
  connection: "bot",
  homeId: ROOT,
  viaHash: null,
  fact: `fact${place}`,
  at: place * 1_000,
  named: null,
  label: null,
  ordinal: null,
  amountE4: 10_000,
  paidTotalE4: null,
  order: null,
  tid: `t${place}`,
  conversion: `t${place}`,
  counted: true,
  rules: true,
  ...given,
});

/** A batch about one person with many payments, and how often one of those is looked at from now on. */
function manyPayments(given: Partial<PaymentRow> = {}): { readonly session: Session; readonly looks: () => number } {
  const session = newSession(0);
  addLeaf(session.graph, {
    id: ROOT,
    key: "k_one",
    rootId: ROOT,
    firstSeen: 0,
    lastSeen: 0,
    erasedAt: null,
    referredBy: null,
    consentWithdrawnAt: null,
    consentGivenAt: null,
  });
  let looks = 0;
  const watched = (row: PaymentRow): PaymentRow =>
    new Proxy(row, {
      get: (target, name) => {
        looks += 1;
        return Reflect.get(target, name) as unknown;
      },
    });
  for (let place = 1; place <= MANY; place += 1) session.known.payments.set(`evt_${place}`, watched(payment(place, given)));
  renewLabels(session);
  looks = 0;
  return { session, looks: () => looks };
}

it("payments that come one after another look at none of those that the person made before", () => {
  const { session, looks } = manyPayments();
  for (let place = MANY + 1; place <= MANY + BATCH; place += 1) {
    const row = payment(place);
    enter(session, row);
    expect(relabel(session, ROOT)).toEqual([row]);
  }
  expect(session.known.payments.get(`evt_${MANY + BATCH}`)?.ordinal).toBe(MANY + BATCH - 1);
  expect(looks()).toBeLessThan(BATCH);
});

it("running totals of new orders look at none of the payments of before", () => {
  const { session, looks } = manyPayments({ conversion: null, order: "O1", amountE4: null, paidTotalE4: 10_000 });
  for (let place = MANY + 1; place <= MANY + BATCH; place += 1) {
    enter(session, payment(place, { order: `O${place}`, amountE4: null, paidTotalE4: 20_000 }));
    expect(relabel(session, ROOT)).toMatchObject([{ amountE4: 20_000, label: "resale" }]);
  }
  expect(looks()).toBeLessThan(BATCH);
});

it("a payment that comes late, and one that counts no more, give all later ones their number", () => {
  const { session } = manyPayments();
  const ordinal = (place: number): number | null | undefined => session.known.payments.get(`evt_${place}`)?.ordinal;
  enter(session, payment(5_000, { at: 500 }));
  expect(relabel(session, ROOT)).toHaveLength(MANY + 1);
  expect([ordinal(5_000), ordinal(1), ordinal(MANY)]).toEqual([null, 1, MANY]);
  expect(leave(session, "evt_5000")).toBe(ROOT);
  relabel(session, ROOT);
  expect([ordinal(1), ordinal(2), ordinal(MANY)]).toEqual([null, 1, MANY - 1]);
});

it("what fired is kept once for a payment, whichever way the payments come", async () => {
  const kept = async (newestFirst: boolean): Promise<unknown> => {
    await emptyGraph();
    const paid = Array.from({ length: 30 }, (_, place) =>
      pay("10", { ids: { tg: 1 }, tid: `t${place}`, at: 1e12 + (newestFirst ? -place : place) * 60_000 }),
    );
    await feed(...paid);
    expect(await rows("SELECT MAX(ordinal) AS last FROM events")).toEqual([{ last: 29 }]);
    return rows("SELECT COUNT(*) AS n FROM firings");
  };
  await saveDocument({ connections: { bot: { kind: "salebot", project: "P1" } } });
  expect(await kept(true)).toEqual(await kept(false));
});

it("a rule for two places runs for the payment that takes the second, though it stood unheard in the first", async () => {
  await saveDocument({
    connections: { bot: { kind: "salebot", project: "P1" }, tg: { kind: "telegram" } },
    rules: [{ on: ["resale#1", "resale#2"], do: [{ to: "tg", action: "send_message", with: { text: "x" } }] }],
  });
  const paid = (minute: number, given: Told = {}): Told =>
    pay("10", {
      ids: { tg: 1 },
      tid: `m${minute}`,
      key: `two-places-${minute}`,
      state: "paid",
      at: 1e12 + minute * 60_000,
      ...given,
    });
  await feed(paid(0), paid(3), paid(3, { type: "rejected", state: "rejected" }));
  expect(await rows("SELECT id FROM deliveries")).toHaveLength(1);
  const [second] = await feed(paid(2));
  expect(await rows("SELECT id FROM deliveries")).toHaveLength(1);
  await feed(paid(1));
  expect(await rows("SELECT event_id FROM deliveries ORDER BY seq DESC LIMIT 1")).toEqual([{ event_id: second }]);
});
