import { env } from "cloudflare:workers";
import { beforeEach, expect, it } from "vitest";
import { inboxOf } from "../../src/context.ts";
import { bindEvents } from "../../src/flows/bind-events.ts";
import { packArrivals } from "../../src/flows/intake/packed-arrivals.ts";
import { type Told, toldArrival, feed } from "../kit/feed.ts";
import { emptyGraph, hashOf, personOf, rows } from "../kit/identity-rows.ts";
import type { Ids } from "../kit/people.ts";
import { bindings } from "../kit/bindings.ts";
import { saveDocument, testContext } from "../kit/context.ts";

const CONFIG = {
  connections: {
    bot: { kind: "salebot", project: "P1" },
    school: { kind: "getcourse", account: "school1" },
    onewin: { kind: "network", network: "1win" },
    tg: { kind: "telegram" },
  },
  rules: [{ on: "payment", do: [{ to: "tg", action: "send_message", with: { text: "x" } }] }],
};

beforeEach(async () => {
  await emptyGraph();
  await saveDocument(CONFIG);
});

const T0 = Date.UTC(2026, 2, 1);
const STORY: readonly Told[] = [
  {
    type: "click",
    ids: { click: "c1", clickid: "KS1@keitaro1" },
    connection: "links",
    at: T0,
    link: "vk1",
    utm: { utm_source: "vk" },
  },
  { type: "bot_start", ids: { tg: 1, sb: 5, click: "c1" }, at: T0 + 1_000 },
  { type: "identify", ids: { tg: 1, email: "i@i.ru" }, at: T0 + 2_000 },
  { type: "registration", ids: { gc: 7, email: "i@i.ru" }, connection: "school", at: T0 + 3_000 },
  { type: "order", ids: { gc: 7 }, connection: "school", at: T0 + 4_000, order: "O1" },
  {
    type: "payment",
    ids: { clickid: "KS1@keitaro1" },
    connection: "onewin",
    at: T0 + 5_000,
    tid: "t1",
    money: { amount: "50", paidTotal: null, currency: "USD" },
  },
  { type: "login", ids: { tg: 1, site_user: 31 }, connection: "login", at: T0 + 6_000 },
];

/** A fixed shuffle per seed, so that a failure can be repeated. */
function shuffled<T>(items: readonly T[], seed: number): T[] {
  let state = seed * 2_654_435_761 + 1;
  return items
    .map((item) => {
      state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
      return { item, place: state };
    })
    .toSorted((a, b) => a.place - b.place)
    .map(({ item }) => item);
}

it("L-02 twenty orders of arrival give one person, one timeline and one delivery through D1, in batches or one by one", async () => {
  for (let seed = 1; seed <= 20; seed++) {
    await emptyGraph();
    const order = shuffled(STORY, seed);
    if (seed % 2 === 0) await feed(...order);
    else for (const told of order) await feed(told);
    expect(await rows("SELECT DISTINCT person_id FROM persons"), `seed ${seed}`).toHaveLength(1);
    const timeline = await rows<{ type: string }>("SELECT type FROM events WHERE status = 'bound' ORDER BY event_at");
    expect(timeline.map(({ type }) => type).join(" ")).toBe("click bot_start identify registration order payment login");
    expect(await rows("SELECT DISTINCT person_id FROM events")).toHaveLength(1);
    expect(await rows("SELECT type FROM identifiers ORDER BY type")).toHaveLength(7);
    expect(await rows("SELECT event_id FROM deliveries")).toHaveLength(1);
  }
}, 60_000);

it("binding the same acknowledged rows again, as after a crash, changes nothing and hands the same deliveries over", async () => {
  const ctx = await testContext();
  const arrivals = await Promise.all(STORY.map((told) => toldArrival(ctx, told)));
  const waiting = arrivals.map((arrival, place) => ({
    ...arrival,
    seq: 1_000_000 + place,
    replaces: null,
    possibleDuplicate: false,
  }));
  await bindEvents(ctx, waiting);
  const tables = "persons identifiers events merges firings deliveries intake_counts traits".split(" ");
  const count = async (): Promise<unknown> =>
    Promise.all(tables.map((table) => env.DB.prepare(`SELECT COUNT(*) AS n FROM ${table}`).first<{ n: number }>()));
  const before = await count();
  await bindEvents(ctx, waiting);
  await bindEvents(ctx, waiting.slice(2));
  expect(await count()).toEqual(before);
  expect(await rows("SELECT id FROM deliveries")).toHaveLength(1);
});

it("a thousand deliveries of one fact make one event and one delivery per action", async () => {
  const ctx = await testContext();
  const fact: Told = { ...STORY[5], ids: { tg: 1 }, key: "tid:conversion:once" };
  const copies = await Promise.all(Array.from({ length: 1_000 }, () => toldArrival(ctx, fact)));
  const answers = await Promise.all(copies.map((copy) => inboxOf(bindings).accept(packArrivals([copy]))));
  await inboxOf(bindings).drain();
  expect(answers.flat().filter(({ outcome }) => outcome === "accepted")).toHaveLength(1);
  expect(await rows("SELECT id FROM events")).toHaveLength(1);
  expect(await rows("SELECT id FROM deliveries")).toHaveLength(1);
});

it("a user that another account is mapped to stays on the card, also when both are the site's first and bound in one turn", async () => {
  await feed({ ids: { tg: 1, phone: "+79001112233" } }, { ids: { max: 66, phone: "+79001112233" } });
  for (const [holder, account, user] of [
    ["hld_a", { tg: 1 }, { site_user: 31 }],
    ["hld_b", { max: 66 }, { site_user: 40 }],
  ] as const) {
    await env.DB.batch([
      env.DB.prepare(
        "INSERT INTO holder_identities (hash, holder_id, type, scope, sealed, last_used_at) VALUES (?1, ?2, 'telegram_id', '', x'00', 1)",
      ).bind(await hashOf(account), holder),
      env.DB.prepare(
        "INSERT INTO mappings (site, holder_id, user_hash, user_id, version, linked_at) VALUES ('site1', ?1, ?2, x'00', 1, 1)",
      ).bind(holder, await hashOf(user)),
    ]);
  }
  const given = (ids: Ids): Told => ({ type: "mapping.created", connection: "login", ids });
  await feed(given({ tg: 1, site_user: 31 }), given({ max: 66, site_user: 40 }));
  expect(await personOf({ site_user: 31 })).toBe(await personOf({ tg: 1 }));
  expect(await personOf({ site_user: 40 })).toBeNull();
});
