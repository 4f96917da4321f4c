import { env } from "cloudflare:workers";
import { beforeEach, expect, it } from "vitest";
import { inboxOf } from "../../src/context.ts";
import { type Told, accept, feed, pay } from "../kit/feed.ts";
import { emptyGraph, personOf, rows } from "../kit/identity-rows.ts";
import { operator } from "../kit/operator.ts";
import { bindings } from "../kit/bindings.ts";
import { saveDocument, tellOn, testContext } from "../kit/context.ts";

type EventRow = {
  id: string;
  status: string;
  person_id: string | null;
  label: string | null;
  ordinal: number | null;
  amount_e4: number | null;
  currency: string | null;
  counted: number;
  event_at: number;
};
const eventRow = async (id: string | undefined): Promise<EventRow | undefined> =>
  (
    await rows<EventRow>(
      "SELECT id, status, person_id, label, ordinal, amount_e4, currency, counted, event_at FROM events WHERE id = ?1",
      id,
    )
  )[0];

/** "connection, field and value", a line each, as we wrote them today. */
async function wroteToVendor(told: string): Promise<void> {
  const { seal } = await testContext();
  await env.DB.prepare("INSERT INTO echoes (hash, delivery_id, expires_at) VALUES (?1, 'dlv_x', ?2)")
    .bind(await seal.mac("echo", told), Date.now() + 86_400_000)
    .run();
}

beforeEach(async () => {
  await emptyGraph();
  await saveDocument({
    connections: {
      bot: { kind: "salebot", project: "P1" },
      tg: { kind: "telegram" },
      school: { kind: "getcourse", account: "school1" },
    },
  });
});

it("B-02 school first, bot second become one person in D1", async () => {
  const [payment] = await feed(pay("100", { ids: { gc: 77, email: "ivan@mail.ru" }, connection: "school", tid: "1" }));
  await feed({ ids: { tg: 1010, sb: 510 } });
  await feed({ ids: { tg: 1010, email: "ivan@mail.ru" } });
  const person = await personOf({ tg: 1010 });
  expect(await personOf({ gc: 77 })).toBe(person);
  expect((await eventRow(payment))?.person_id).toBe(person);
  expect(await rows("SELECT DISTINCT person_id FROM persons")).toHaveLength(1);
  expect(await rows("SELECT id FROM merges")).toHaveLength(1);
});

it("L-01 a waiting sale is bound at its own time when its click id becomes known", async () => {
  const at = Date.UTC(2026, 2, 4, 15);
  const [sale] = await feed(pay("50", { ids: { clickid: "CH9@chat" }, connection: "onewin", at, tid: "s1", named: "sale" }));
  expect((await eventRow(sale))?.status).toBe("unbound");
  await feed({ ids: { tg: 1009, clickid: "CH9@chat" }, at: at + 300_000 });
  expect(await eventRow(sale)).toMatchObject({
    status: "bound",
    event_at: at,
    label: "sale",
    person_id: await personOf({ tg: 1009 }),
  });
  expect(await rows("SELECT hash FROM parked")).toEqual([]);
});

it("L-06 fifty first events at once make one person", async () => {
  await Promise.all(Array.from({ length: 50 }, (_, n) => accept({ ids: { tg: 5 }, key: `k${n}` })));
  await Promise.all([accept({ ids: { tg: 6, email: "x@x.ru" } }), accept({ ids: { gc: 7, email: "x@x.ru" } })]);
  await inboxOf(bindings).drain();
  expect(await rows("SELECT id FROM persons WHERE id = person_id")).toHaveLength(2);
  expect(await personOf({ gc: 7 })).toBe(await personOf({ tg: 6 }));
});

it("D-04 a rule on resale#2 runs once, on the third purchase", async () => {
  await tellOn("resale#2", "{{event.tid}}");
  await feed({ ids: { tg: 1, player: 9 } });
  for (const [tid, named] of [
    ["t1", "sale"],
    ["t2", "resale"],
    ["t3", "resale"],
    ["t4", "resale"],
  ] as const) {
    await feed(pay("20", { ids: { player: 9 }, connection: "onewin", tid, named, key: `tid:${tid}` }));
  }
  const events = await rows<{ tid: string; label: string; ordinal: number | null }>(
    "SELECT tid, label, ordinal FROM events WHERE type = 'payment' ORDER BY seq",
  );
  expect(events.map(({ label, ordinal }) => `${label}${ordinal ?? ""}`)).toEqual(["sale", "resale1", "resale2", "resale3"]);
  const fired = await rows<{ tid: string }>("SELECT e.tid AS tid FROM deliveries d JOIN events e ON e.id = d.event_id");
  expect(fired).toEqual([{ tid: "t3" }]);
});

it("deposits of two clicks of one person that their tracker numbers alike are a sale and a repeat", async () => {
  await tellOn("resale", "{{event.amount}}");
  await feed({ ids: { tg: 1, player: 9 } });
  await feed(pay("50", { ids: { player: 9 }, connection: "onewin", tid: "1", key: "tid:conversion:A:1", at: 1_000 }));
  await feed(pay("20", { ids: { player: 9 }, connection: "onewin", tid: "1", key: "tid:conversion:B:1", at: 2_000 }));
  expect(await rows("SELECT label, ordinal FROM events WHERE type = 'payment' ORDER BY seq")).toEqual([
    { label: "sale", ordinal: null },
    { label: "resale", ordinal: 1 },
  ]);
  expect(await rows("SELECT e.amount_e4 / 10000 AS amount FROM deliveries d JOIN events e ON e.id = d.event_id")).toEqual([
    { amount: 20 },
  ]);
});

it("D-03 the same tid with another amount leaves one counted sale and its history", async () => {
  const first = await feed(
    pay("50", { ids: { player: 9 }, connection: "onewin", tid: "1", key: "tid:d3", state: "payment|50|" }),
  );
  const second = await feed(
    pay("70", { ids: { player: 9 }, connection: "onewin", tid: "1", key: "tid:d3", state: "payment|70|" }),
  );
  expect(await eventRow(first[0])).toMatchObject({ counted: 0, label: null, amount_e4: 500_000 });
  expect(await eventRow(second[0])).toMatchObject({ counted: 1, label: "sale", amount_e4: 700_000 });
});

it("an event that has found its person no longer says that nobody is known", async () => {
  await saveDocument({ connections: { onewin: { kind: "network", network: "1win" }, bot: { kind: "salebot", project: "P1" } } });
  const [waiting] = await feed(pay("50", { ids: { clickid: "CH8" }, connection: "onewin", tid: "1" }));
  const told = (): Promise<unknown[]> => rows(`SELECT status, cause FROM events WHERE id = '${waiting ?? ""}'`);
  expect(await told()).toEqual([{ status: "unbound", cause: "unknown_person" }]);
  await feed({ ids: { tg: 8, clickid: "CH8" } });
  expect(await told()).toEqual([{ status: "bound", cause: null }]);
});

it("what was replaced while it waited runs no rule when it is bound: the newest state does", async () => {
  await saveDocument({
    connections: {
      onewin: { kind: "network", network: "1win" },
      bot: { kind: "salebot", project: "P1" },
      tg: { kind: "telegram" },
    },
    rules: [{ on: "payment", do: [{ to: "tg", action: "send_message", with: { text: "{{event.amount}}" } }] }],
  });
  const state = (amount: string, tid: string): Told =>
    pay(amount, { ids: { clickid: "CH9" }, connection: "onewin", tid, key: `tid:w${tid}`, state: `payment|${amount}|` });
  await feed(state("50", "1"));
  const [newest] = await feed(state("70", "1"));
  await feed(state("30", "2"));
  await feed({ type: "rejected", ids: { clickid: "CH9" }, connection: "onewin", tid: "2", key: "tid:w2", state: "rejected||" });
  await feed({ ids: { tg: 9, clickid: "CH9" } });
  expect(await rows("SELECT event_id FROM deliveries")).toEqual([{ event_id: newest }]);
});

it("a rejection takes the payment out of the sums, and the next purchase becomes the sale without firing it again", async () => {
  await saveDocument({
    connections: { onewin: { kind: "network", network: "1win" }, tg: { kind: "telegram" } },
    rules: [
      { on: ["sale", "resale"], do: [{ to: "tg", action: "send_message", with: { text: "x" } }] },
      { on: "rejected", do: [{ to: "tg", action: "send_message", with: { text: "r" } }] },
    ],
  });
  const [t1] = await feed(pay("50", { ids: { player: 9 }, connection: "onewin", tid: "1", key: "tid:r1", state: "payment|50|" }));
  const [t2] = await feed(pay("30", { ids: { player: 9 }, connection: "onewin", tid: "2", key: "tid:r2", state: "payment|30|" }));
  expect((await eventRow(t2))?.label).toBe("resale");
  await feed({ type: "rejected", ids: { player: 9 }, connection: "onewin", tid: "1", key: "tid:r1", state: "rejected||" });
  expect(await eventRow(t1)).toMatchObject({ counted: 0, label: null });
  expect(await eventRow(t2)).toMatchObject({ label: "sale", ordinal: null });
  expect(await rows("SELECT id FROM deliveries")).toHaveLength(3);
});

it("a rejection without a transaction id takes back the payment of its click that had none: the one of the same sum, else the newest", async () => {
  await saveDocument({
    connections: { tracker: { kind: "keitaro", url: "https://tr.example" }, bot: { kind: "salebot", project: "P1" } },
  });
  const from = (player: number): Told => ({ ids: { player }, connection: "tracker" });
  const [numbered] = await feed(pay("70", { ...from(9), tid: "1", at: 1_000 }));
  const [first] = await feed(pay("50", { ...from(9), at: 2_000 }));
  const [second] = await feed(pay("70", { ...from(9), at: 3_000 }));
  const [other] = await feed(pay("50", { ...from(8), at: 3_000 }));
  const reject = (amount: string | null, at: number): Promise<unknown> =>
    feed({ ...from(9), type: "rejected", money: { amount, paidTotal: null, currency: null }, at });
  await reject("50", 1_500);
  expect((await eventRow(second))?.counted).toBe(1);
  await reject("50", 4_000);
  expect([await eventRow(first), await eventRow(second)]).toMatchObject([{ counted: 0 }, { counted: 1, label: "resale" }]);
  await reject(null, 5_000);
  await reject(null, 6_000);
  expect(await eventRow(second)).toMatchObject({ counted: 0, label: null });
  expect([await eventRow(numbered), await eventRow(other)]).toMatchObject([{ counted: 1, label: "sale" }, { counted: 1 }]);
  const [booked] = await feed(pay("50", { ids: { tg: 1 }, at: 1_000 }));
  await feed({ ids: { tg: 1 }, type: "rejected", at: 2_000 });
  expect((await eventRow(booked))?.counted).toBe(1);
});

it("where transaction ids are not trusted a rejection takes back a payment of its id: the one of the same sum, else the newest", async () => {
  await saveDocument({
    connections: {
      onewin: { kind: "network", network: "1win", duplicates: "new" },
      strict: { kind: "network", network: "1win" },
    },
  });
  const from = (connection: string, tid: string): Told => ({ ids: { player: 9 }, connection, tid });
  const ids: (string | undefined)[] = [];
  for (const [amount, tid, at] of [
    ["50", "1", 1_000],
    ["70", "1", 2_000],
    ["90", "2", 3_000],
  ] as const)
    ids.push((await feed(pay(amount, { ...from("onewin", tid), at })))[0]);
  ids.push((await feed(pay("50", { ...from("strict", "1"), key: "tid:s1", at: 1_000 })))[0]);
  const counted = async (): Promise<unknown[]> => Promise.all(ids.map(async (id) => (await eventRow(id))?.counted));
  const reject = (amount: string | null, told: Told): Promise<unknown> =>
    feed({ ...told, type: "rejected", money: { amount, paidTotal: null, currency: null }, at: 4_000 });
  await reject("90", from("onewin", "3"));
  expect(await counted()).toEqual([1, 1, 1, 1]);
  await reject("50", from("onewin", "1"));
  expect(await counted()).toEqual([0, 1, 1, 1]);
  await reject(null, from("onewin", "1"));
  expect(await counted()).toEqual([0, 0, 1, 1]);
});

it("so at a connection of any kind, and of a payment that has an order, which may be told too", async () => {
  await saveDocument({ connections: { shop: { kind: "http", duplicates: "new" }, plain: { kind: "http" } } });
  const told: Told = { ids: { tg: 1 }, connection: "shop", tid: "1" };
  const [booked] = await feed(pay("50", { ...told, order: "A1", at: 1_000 }));
  const [same] = await feed(pay("70", { ...told, at: 2_000 }));
  const [plain] = await feed(pay("70", { ...told, connection: "plain", key: "tid:p1", at: 2_000 }));
  const reject = (amount: string | null, order: string | null): Promise<unknown> =>
    feed({ ...told, type: "rejected", order, money: { amount, paidTotal: null, currency: null }, at: 3_000 });
  await reject("50", "A2");
  expect((await eventRow(booked))?.counted).toBe(1);
  await reject(null, "A1");
  await reject("70", null);
  await reject("70", null);
  expect([await eventRow(booked), await eventRow(same), await eventRow(plain)]).toMatchObject([
    { counted: 0 },
    { counted: 0 },
    { counted: 1 },
  ]);
});

it("a rejection of one click leaves the payment of another click of the same person alone", async () => {
  await saveDocument({
    connections: { onewin: { kind: "network", network: "1win" }, bot: { kind: "salebot", project: "P1" } },
  });
  await feed({ ids: { tg: 9, clickid: "CH8" }, at: 500 }, { ids: { tg: 9, clickid: "CH9" }, at: 600 });
  const [sale] = await feed(pay("50", { ids: { clickid: "CH8" }, connection: "onewin", at: 1_000 }));
  await feed({ type: "rejected", ids: { clickid: "CH9" }, connection: "onewin", at: 2_000 });
  expect(await eventRow(sale)).toMatchObject({ status: "bound", counted: 1, label: "sale" });
  await feed({ type: "rejected", ids: { clickid: "CH8" }, connection: "onewin", at: 3_000 });
  expect(await eventRow(sale)).toMatchObject({ counted: 0, label: null });
});

it("a rejection that waited for its click takes back the payment that waited with it", async () => {
  await saveDocument({
    connections: { onewin: { kind: "network", network: "1win" }, bot: { kind: "salebot", project: "P1" } },
  });
  const [sale] = await feed(pay("50", { ids: { clickid: "CH9" }, connection: "onewin", at: 1_000 }));
  await feed({ type: "rejected", ids: { clickid: "CH9" }, connection: "onewin", at: 2_000 });
  await feed({ ids: { tg: 9, clickid: "CH9" }, at: 3_000 });
  expect(await eventRow(sale)).toMatchObject({ status: "bound", counted: 0, label: null });
});

it("a late first payment shifts the ordinals and runs what nobody carried before", async () => {
  await saveDocument({
    connections: { onewin: { kind: "network", network: "1win" }, tg: { kind: "telegram" } },
    rules: [
      { on: "sale", do: [{ to: "tg", action: "send_message", with: { text: "s" } }] },
      { on: "resale#1", do: [{ to: "tg", action: "send_message", with: { text: "r" } }] },
    ],
  });
  const at = Date.UTC(2026, 2, 5);
  const [later] = await feed(pay("50", { ids: { player: 9 }, connection: "onewin", tid: "2", at }));
  const [earlier] = await feed(pay("30", { ids: { player: 9 }, connection: "onewin", tid: "1", at: at - 1_000 }));
  expect((await eventRow(earlier))?.label).toBe("sale");
  expect(await eventRow(later)).toMatchObject({ label: "resale", ordinal: 1 });
  const deliveries = await rows<{ event_id: string }>("SELECT event_id FROM deliveries ORDER BY seq");
  expect(deliveries.map(({ event_id }) => event_id)).toEqual([later, later]);
});

it("what an upgrade calls otherwise is renamed with the person's next event, and no rule runs for it", async () => {
  await tellOn(["resale", "resale#2"], "{{event.tid}}");
  await feed({ ids: { tg: 1, player: 9 } });
  const sale = (tid: string): Told =>
    pay("20", { ids: { player: 9 }, connection: "onewin", tid, named: "sale", key: `tid:${tid}` });
  await feed(sale("u1"));
  const [second] = await feed(sale("u2"));
  await env.DB.batch(
    [
      "DELETE FROM deliveries",
      "DELETE FROM firings WHERE trigger LIKE '%resale%'",
      "UPDATE events SET label = 'sale', ordinal = NULL WHERE tid = 'u2'",
    ].map((sql) => env.DB.prepare(sql)),
  );
  await feed({ ids: { tg: 1 } });
  expect(await eventRow(second)).toMatchObject({ label: "resale", ordinal: 1 });
  expect(await rows("SELECT event_id FROM deliveries")).toEqual([]);
  const [third] = await feed(sale("u3"));
  expect(await rows("SELECT event_id FROM deliveries")).toEqual([{ event_id: third }]);
});

it("reported totals are written as differences", async () => {
  const at = Date.UTC(2026, 2, 2);
  const total = (sum: string, when: number, key: string): Told => ({
    type: "payment",
    ids: { gc: 602 },
    connection: "school",
    order: "O3",
    key,
    at: when,
    money: { amount: null, paidTotal: sum, currency: null },
  });
  const [second] = await feed(total("30000", at + 86_400_000, "b"));
  const [first] = await feed(total("10000", at, "a"));
  expect(await eventRow(first)).toMatchObject({ amount_e4: 100_000_000, label: "sale" });
  expect(await eventRow(second)).toMatchObject({ amount_e4: 200_000_000, label: null });
});

it("a reported total counts what is new in it, whoever the earlier parts of the order belong to", async () => {
  const at = Date.UTC(2026, 2, 2);
  const total = (sum: string, day: number, ids: Told["ids"]): Told => ({
    type: "payment",
    ...(ids ? { ids } : {}),
    connection: "school",
    order: "O4",
    key: `part ${day}`,
    at: at + day * 86_400_000,
    money: { amount: null, paidTotal: sum, currency: null },
  });
  const [nobodys, still] = await feed(total("10000", 0, undefined), total("15000", 1, undefined));
  const [first] = await feed(total("30000", 2, { gc: 603 }));
  const [second] = await feed(total("50000", 3, { gc: 604 }));
  const amounts = async (): Promise<unknown> =>
    Promise.all([nobodys, still, first, second].map(async (id) => (await eventRow(id))?.amount_e4));
  expect(await amounts()).toEqual([100_000_000, 50_000_000, 150_000_000, 200_000_000]);
  await feed({ ids: { gc: 604 }, connection: "school" });
  expect(await amounts()).toEqual([100_000_000, 50_000_000, 150_000_000, 200_000_000]);
});

it("a total that waited since before an upgrade, without a sum, is bound with its sum and its currency", async () => {
  const money = { amount: null, paidTotal: "100", currency: "USD" };
  const ids = { clickid: "CH9@chat" };
  const [waiting] = await feed({ type: "payment", ids, connection: "onewin", order: "O5", key: "part 1", money });
  await env.DB.prepare("UPDATE events SET amount_e4 = NULL, currency = NULL WHERE id = ?1").bind(waiting).run();
  await feed({ ids: { tg: 1010, ...ids } });
  expect(await eventRow(waiting)).toMatchObject({ status: "bound", amount_e4: 1_000_000, currency: "USD" });
});

it("N-03 six quarantined postbacks are one problem with its parameter", async () => {
  for (let n = 0; n < 6; n++) {
    await feed(
      pay("50", {
        connection: "onewin",
        verdict: "quarantined",
        cause: "unresolved_macro",
        field: "clickid",
        dropped: [{ field: "clickid", cause: "unresolved_macro" }],
      }),
    );
  }
  expect(await rows("SELECT id FROM persons")).toEqual([]);
  expect(await rows("SELECT kind, connection, field, count FROM problems WHERE kind <> 'delivery'")).toEqual([
    { kind: "unresolved_macro", connection: "onewin", field: "clickid", count: 6 },
  ]);
  expect(await rows("SELECT outcome, n FROM intake_counts WHERE outcome = 'quarantined'")).toEqual([
    { outcome: "quarantined", n: 6 },
  ]);
});

it("O-01 a platform that reports back what we wrote is an echo and starts nothing", async () => {
  await saveDocument({
    connections: { school: { kind: "getcourse", account: "school1" }, tg: { kind: "telegram" } },
    rules: [{ on: "user_updated", do: [{ to: "tg", action: "send_message", with: { text: "x" } }] }],
  });
  await feed({ ids: { gc: 77, tg: 1 }, connection: "school" });
  await wroteToVendor("school\ntelegram_id\n1");
  const [echo] = await feed({ type: "user_updated", ids: { gc: 77, tg: 1 }, connection: "school" });
  const [news] = await feed({ type: "user_updated", ids: { gc: 77, tg: 1 }, fields: { city: "Казань" }, connection: "school" });
  expect((await eventRow(echo))?.status).toBe("echo");
  expect((await eventRow(news))?.status).toBe("bound");
  expect(await rows("SELECT id FROM deliveries")).toHaveLength(1);
});

it("O-01 the first report of what we wrote tells whom it is about, and is an echo all the same", async () => {
  await saveDocument({
    connections: { school: { kind: "getcourse", account: "school1" }, tg: { kind: "telegram" } },
    rules: [{ on: "user_updated", do: [{ to: "tg", action: "send_message", with: { text: "x" } }] }],
  });
  await feed({ ids: { tg: 5, email: "echo@i.ru" } });
  await wroteToVendor("school\ntelegram_id\n5");
  const [first] = await feed({ type: "user_updated", ids: { gc: 71, tg: 5 }, connection: "school" });
  expect((await eventRow(first))?.status).toBe("echo");
  expect(await personOf({ gc: 71 })).toBe(await personOf({ tg: 5 }));
  const [other] = await feed({ type: "user_updated", ids: { gc: 72, tg: 5 }, connection: "school" });
  const [phone] = await feed({ type: "user_updated", ids: { gc: 71, tg: 5, phone: "+79001115555" }, connection: "school" });
  expect([(await eventRow(other))?.status, (await eventRow(phone))?.status]).toEqual(["bound", "bound"]);
});

it("O-01 an act that the school names is news, though it tells for the first time whom it is about there", async () => {
  await saveDocument({
    connections: { school: { kind: "getcourse", account: "school1" }, tg: { kind: "telegram" } },
    rules: [{ on: "webinar", do: [{ to: "tg", action: "send_message", with: { text: "x" } }] }],
  });
  await feed({ ids: { tg: 5, email: "echo@i.ru" } });
  await wroteToVendor("school\nemail\necho@i.ru");
  const [act] = await feed({ type: "webinar", ids: { gc: 71, email: "echo@i.ru" }, connection: "school" });
  expect((await eventRow(act))?.status).toBe("bound");
  expect(await rows("SELECT id FROM deliveries")).toHaveLength(1);
});

it("R-03 no stored byte of an e-mail or a phone, and in a pseudonymous workspace no sealed one", async () => {
  await saveDocument({ workspace: { privacy: "pseudonymous" }, connections: { bot: { kind: "salebot", project: "P1" } } });
  await feed({
    ids: { tg: 1, email: "ivan@mail.ru", phone: "+79001112233" },
    fields: { note: "ivan@mail.ru", city: "Казань" },
    start: "79001112233",
    status: "ivan@mail.ru",
  });
  const contacts = await rows<{ type: string; sealed: unknown; hint: string }>(
    "SELECT type, sealed, hint FROM identifiers WHERE type IN ('email', 'phone')",
  );
  expect(contacts.map(({ sealed }) => sealed)).toEqual([null, null]);
  expect(contacts.every(({ hint }) => /^••[a-z0-9]{3}$/.test(hint))).toBe(true);
  const ctx = await testContext();
  const [event] = await rows<{ facts: number[]; raw: unknown }>("SELECT facts, raw FROM events");
  expect(event?.raw).toBeNull();
  const facts = await ctx.seal.open(event?.facts ?? []);
  expect(facts).not.toContain("ivan@mail.ru");
  expect(facts).not.toContain("9001112233");
  expect(await rows("SELECT name FROM traits")).toEqual([{ name: "fields.city" }]);
  await feed({ ids: { max: 5, phone: "+79001112233" } });
  expect(await personOf({ max: 5 })).toBe(await personOf({ tg: 1 }));
});

it("R-03 a contact that is told again is kept, once the workspace keeps contacts", async () => {
  const connections = { bot: { kind: "salebot", project: "P1" } };
  await saveDocument({ workspace: { privacy: "pseudonymous" }, connections });
  await feed({ ids: { tg: 1, email: "ivan@mail.ru" } });
  await saveDocument({ workspace: { privacy: "sealed" }, connections });
  await feed({ ids: { tg: 1, email: "ivan@mail.ru" } });
  const ctx = await testContext();
  const [contact] = await rows<{ sealed: number[] }>(
    "SELECT sealed FROM identifiers WHERE type = 'email' AND sealed IS NOT NULL",
  );
  expect(await ctx.seal.open(contact?.sealed ?? [])).toBe("ivan@mail.ru");
});

it("R-03 what a pseudonymous workspace's rules send holds no contact, nor what stands for one", async () => {
  await saveDocument({
    workspace: { privacy: "pseudonymous" },
    connections: { school: { kind: "getcourse", account: "school1" }, hook: { kind: "http", disabled: true } },
    rules: [
      { on: "payment", do: [{ to: "hook", action: "request", with: { url: "https://crm.example/", body: "{{event.order}}" } }] },
      { on: "resale", do: [{ to: "hook", action: "request", with: { url: "https://crm.example/", body: "{{event.email}}" } }] },
    ],
  });
  const ids = { gc: 77, email: "ivan@mail.ru", phone: "+79001112233" };
  await feed(pay("100", { ids, connection: "school", tid: "2", at: 2_000, fields: { note: "ivan@mail.ru" } }));
  await feed(pay("50", { ids, connection: "school", tid: "1", at: 1_000 }));
  const ctx = await testContext();
  const works = await rows<{ work: number[] }>("SELECT work FROM deliveries ORDER BY seq");
  const orders = await Promise.all(works.map(({ work }) => ctx.seal.open(work)));
  expect(orders).toHaveLength(3);
  for (const order of orders) expect(order).not.toMatch(/ivan@mail|9001112233|"value":"#/);
});

it("R-04 withdrawn consent stops messages at once and the log says why", async () => {
  await saveDocument({
    connections: {
      bot: { kind: "salebot", project: "P1" },
      tg: { kind: "telegram" },
      school: { kind: "getcourse", account: "school1" },
    },
    rules: [
      {
        on: "ping",
        do: [
          { to: "tg", action: "send_message", with: { text: "x" } },
          { to: "school", action: "set_fields", with: { fields: { a: "b" } } },
        ],
      },
    ],
  });
  await feed({ ids: { tg: 1 } }, { type: "consent_withdrawn", ids: { tg: 1 } });
  await feed({ type: "ping", ids: { tg: 1 } });
  const [message] = await rows("SELECT status, reason FROM deliveries WHERE connection = 'tg'");
  expect(message).toEqual({ status: "cancelled", reason: "consent_withdrawn" });
  await feed({ type: "consent_given", ids: { tg: 1 } });
  await feed({ type: "ping", ids: { tg: 1 } });
  expect(await rows("SELECT id FROM deliveries WHERE connection = 'tg' AND status <> 'cancelled'")).toHaveLength(1);
  expect(await rows("SELECT id FROM deliveries WHERE connection = 'school'")).toHaveLength(2);
});

it("R-04 an older withdrawal that comes late does not make the newer one older", async () => {
  await saveDocument({
    connections: { bot: { kind: "salebot", project: "P1" } },
    rules: [{ on: "ping", do: [{ to: "bot", action: "message", with: { message: "x" } }] }],
  });
  await feed({ type: "consent_withdrawn", ids: { tg: 1 }, at: 100 }, { type: "consent_withdrawn", ids: { tg: 1 }, at: 50 });
  await feed({ type: "consent_given", ids: { tg: 1 }, at: 70 }, { type: "ping", ids: { tg: 1 }, at: 200 });
  expect(await rows("SELECT status FROM deliveries")).toEqual([{ status: "cancelled" }]);
});

const PINGED = {
  connections: { bot: { kind: "salebot", project: "P1", disabled: true } },
  rules: [{ on: "ping", do: [{ to: "bot", action: "message", with: { message: "x" } }] }],
};
const told = (): Promise<unknown[]> => rows("SELECT status, reason FROM deliveries ORDER BY seq");
const SAID = { status: "queued", reason: null };
const UNSAID = { status: "cancelled", reason: "consent_withdrawn" };

it("R-04 an older withdrawal that comes late does not undo a newer consent, nor what waits since", async () => {
  await saveDocument(PINGED);
  await feed({ type: "consent_given", ids: { tg: 1 }, at: 100 }, { type: "ping", ids: { tg: 1 }, at: 150 });
  await feed({ type: "consent_withdrawn", ids: { tg: 1 }, at: 50 }, { type: "ping", ids: { tg: 1 }, at: 200 });
  expect(await told()).toEqual([SAID, SAID]);
  await feed({ type: "consent_withdrawn", ids: { tg: 1 }, at: 300 });
  expect(await told()).toEqual([UNSAID, UNSAID]);
});

it("R-04 what is said after consent was given again waits, also when both come in one turn", async () => {
  await saveDocument(PINGED);
  const ids = { tg: 1 };
  await feed({ type: "consent_withdrawn", ids }, { type: "ping", ids }, { type: "consent_given", ids }, { type: "ping", ids });
  expect(await told()).toEqual([UNSAID, SAID]);
});

it("R-04 the newest word about consent is the same, whichever of two who are one came to be known first", async () => {
  await saveDocument(PINGED);
  await feed({ type: "consent_given", ids: { max: 5 }, at: 100 }, { type: "consent_withdrawn", ids: { tg: 1 }, at: 50 });
  await feed({ type: "identify", ids: { tg: 1, max: 5 }, at: 150 }, { type: "ping", ids: { tg: 1 }, at: 200 });
  expect(await told()).toEqual([SAID]);
});

it("R-04 who withdrew consent is silent again when the merge with who gave it is undone", async () => {
  await saveDocument(PINGED);
  await feed({ type: "consent_withdrawn", ids: { tg: 1 }, at: 50 }, { ids: { max: 5 }, at: 60 });
  await feed({ type: "identify", ids: { tg: 1, max: 5 }, at: 70 }, { type: "consent_given", ids: { max: 5 }, at: 80 });
  await feed({ type: "ping", ids: { tg: 1 }, at: 90 });
  const undone = await operator("POST", "/v1/persons/unmerge", { person: await personOf({ tg: 1 }) });
  expect(undone.status).toBe(200);
  await feed({ type: "ping", ids: { tg: 1 }, at: 200 }, { type: "ping", ids: { max: 5 }, at: 200 });
  expect((await told()).slice(1)).toEqual([UNSAID, SAID]);
});

it("R-04 who turns out to be somebody who withdrew consent is told nothing that waits", async () => {
  await saveDocument({
    connections: { bot: { kind: "salebot", project: "P1", disabled: true } },
    rules: [{ on: "ping", do: [{ to: "bot", action: "message", with: { message: "x" } }] }],
  });
  await feed({ type: "consent_withdrawn", ids: { tg: 1 } }, { type: "ping", ids: { max: 5 } }, { type: "ping", ids: { tg: 9 } });
  await feed({ type: "identify", ids: { tg: 1, max: 5 } });
  expect(await personOf({ max: 5 })).toBe(await personOf({ tg: 1 }));
  expect(await rows("SELECT status, reason FROM deliveries ORDER BY seq")).toEqual([
    { status: "cancelled", reason: "consent_withdrawn" },
    { status: "queued", reason: null },
  ]);
});

it("R-04 what only keeps the operator's own records is not stopped by withdrawn consent, be it waiting or new", async () => {
  await saveDocument({
    connections: { bot: { kind: "salebot", project: "P1", disabled: true } },
    rules: [
      {
        on: "ping",
        do: [
          { to: "bot", action: "message", with: { message: "x" } },
          { to: "bot", action: "save_variables", with: { variables: { a: "b" } } },
        ],
      },
    ],
  });
  await feed({ type: "ping", ids: { tg: 1 } }, { type: "consent_withdrawn", ids: { tg: 1 } });
  await feed({ type: "ping", ids: { tg: 1 } });
  expect(await rows("SELECT action, status FROM deliveries ORDER BY action, seq")).toEqual([
    { action: "message", status: "cancelled" },
    { action: "message", status: "cancelled" },
    { action: "save_variables", status: "queued" },
    { action: "save_variables", status: "queued" },
  ]);
});
