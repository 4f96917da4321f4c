import { beforeEach, describe, expect, it } from "vitest";
import { env, exports } from "cloudflare:workers";
import { clearLedger, writeLedger } from "../kit/ledger-rows.ts";
import { ORIGIN, configure, operator } from "../kit/operator.ts";

const T = Date.parse("2026-05-04T10:00:00Z");
const MINUTE = 60_000;
const RANGE = "from=2026-05-04&to=2026-05-11";
const links = {
  a: { to: "https://t.me/b?start={click}", utm_source: "alpha", utm_campaign: "one" },
  b: {
    to: "https://t.me/b?start={click}",
    utm_source: "beta",
    utm_campaign: "two",
    costs: [{ day: "2026-05-04", amount: "10.5" }],
  },
};

type Wire = {
  cohort: number;
  stages: { id: string; reached: number }[];
  sources: { source: string; net_first: string; net_last: string; cohort: number; cost: string }[];
  money: Record<string, unknown>;
};
const report = async (query = RANGE): Promise<Wire> => (await operator("GET", `/v1/report?${query}`)).json();
const reached = ({ stages }: Wire, id: string): number | undefined => stages.find((stage) => stage.id === id)?.reached;

beforeEach(async () => {
  await clearLedger();
  await configure({ workspace: { time_zone: "Europe/Moscow", currency: "RUB" }, links });
});

describe("who is counted", () => {
  it("catches up with an event, a merge and a replaced conversion before it answers", async () => {
    await writeLedger([
      { id: "e1", type: "bot_start", at: T, person: "p1" },
      { id: "e2", type: "registration", at: T + MINUTE, person: "p2", connection: "gc" },
    ]);
    expect((await report()).cohort).toBe(2);
    await env.DB.prepare("UPDATE events SET person_id = 'p1' WHERE id = 'e2'").run();
    const merged = await report();
    expect([merged.cohort, reached(merged, "registration")]).toEqual([1, 1]);
    await writeLedger([{ id: "e3", type: "payment", at: T + 2 * MINUTE, person: "p1", amount: 50, tid: "t1" }]);
    expect(reached(await report(), "sale")).toBe(1);
    await env.DB.prepare("UPDATE events SET counted = 0 WHERE id = 'e3'").run();
    const rejected = await report();
    expect([reached(rejected, "sale"), rejected.money["gross"]]).toEqual([0, "0.00"]);
  });

  it("does not take a second part of one order for a repeat sale, nor a zero order for an order", async () => {
    await writeLedger([
      { id: "e1", type: "order", at: T, person: "p1", order: "1", amount: 0 },
      { id: "e2", type: "payment", at: T + MINUTE, person: "p1", order: "2", tid: "2-1", amount: 10 },
      { id: "e3", type: "payment", at: T + 2 * MINUTE, person: "p1", order: "2", tid: "2-2", amount: 20 },
    ]);
    const answer = await report();
    expect([reached(answer, "order"), reached(answer, "sale"), reached(answer, "resale")]).toEqual([0, 1, 0]);
    expect(answer.money["paid_deals"]).toBe(1);
  });

  it("keeps only people with a click when asked", async () => {
    await writeLedger([
      { id: "e1", type: "click", at: T, person: "p1", link: "a", source: "alpha", campaign: "one" },
      { id: "e2", type: "bot_start", at: T, person: "p2" },
    ]);
    expect((await report(`${RANGE}&only=click`)).cohort).toBe(1);
  });
});

describe("touches", () => {
  it("gives a start the source of its click even when the click is told later", async () => {
    await writeLedger([{ id: "e1", type: "bot_start", at: T, person: "p1", click: "h1" }]);
    expect((await report()).sources.map(({ source }) => source)).toEqual(["beta / two", ""]);
    await env.DB.prepare(
      "INSERT INTO clicks (hash, event_id, at, link, utm_source, utm_campaign) VALUES ('h1', 'c', ?1, 'a', 'Alpha', 'One')",
    )
      .bind(T)
      .run();
    expect((await report()).sources[0]).toMatchObject({ source: "alpha / one", cohort: 1 });
  });

  it("names an imported click that only knows its link by the link's own UTM", async () => {
    await writeLedger([{ id: "e1", type: "click", at: T, person: "p1", link: "b" }]);
    expect((await report()).sources).toMatchObject([{ source: "beta / two", cohort: 1, cost: "10.50" }]);
  });

  it("takes the click for the first of two facts of one instant, in whatever order they came", async () => {
    await writeLedger([
      { id: "e1", type: "bot_start", at: T, person: "p1", connection: "sb", source: "beta", campaign: "two" },
      { id: "e2", type: "click", at: T, person: "p1", connection: "links", link: "a", source: "alpha", campaign: "one" },
      { id: "e3", type: "payment", at: T, person: "p1", connection: "gc", order: "1", amount: 100 },
    ]);
    const { sources } = await report();
    expect(sources).toMatchObject([
      { source: "alpha / one", cohort: 1, net_first: "100.00", net_last: "0.00" },
      { source: "beta / two", cohort: 0, net_first: "0.00", net_last: "100.00" },
    ]);
    expect((await report(`${RANGE}&by=connection`)).sources).toMatchObject([{ source: "links", cohort: 1 }]);
  });

  it("remembers a touch for 90 days, the last instant included", async () => {
    await writeLedger([
      { id: "e1", type: "click", at: T - 90 * 86_400_000, person: "p1", link: "a", source: "alpha", campaign: "one" },
      { id: "e2", type: "payment", at: T, person: "p1", order: "1", amount: 100 },
    ]);
    const { sources, money } = await report();
    expect(sources.find(({ source }) => source === "alpha / one")?.net_last).toBe("100.00");
    expect(money["known_source_share"]).toBe("100.0");
  });

  it("forgets a touch after 90 days and sends a refund to the source of the payment it returns", async () => {
    const day = 86_400_000;
    await writeLedger([
      { id: "e1", type: "click", at: T - 90 * day - 1, person: "p1", link: "a", source: "alpha", campaign: "one" },
      { id: "e2", type: "payment", at: T, person: "p1", order: "1", amount: 100 },
      { id: "e3", type: "click", at: T + day, person: "p1", link: "b", source: "beta", campaign: "two" },
      { id: "e4", type: "refund", at: T + 2 * day, person: "p1", order: "1", amount: 100 },
      { id: "e5", type: "payment", at: T + 3 * day, person: "p1", order: "2", amount: 70 },
    ]);
    const { sources } = await report();
    expect(Object.fromEntries(sources.map(({ source, net_first, net_last }) => [source, [net_first, net_last]]))).toEqual({
      "": ["0.00", "0.00"],
      "alpha / one": ["70.00", "0.00"],
      "beta / two": ["0.00", "70.00"],
    });
  });

  it("sends a refund to the source of the payment that counts, not of a state that was replaced or brought nothing", async () => {
    const day = 86_400_000;
    await writeLedger([
      { id: "e1", type: "click", at: T, person: "p1", link: "a", source: "alpha", campaign: "one" },
      { id: "e2", type: "payment", at: T + MINUTE, person: "p1", order: "1", tid: "1", amount: 100 },
      { id: "e3", type: "click", at: T + day, person: "p1", link: "b", source: "beta", campaign: "two" },
      { id: "e4", type: "payment", at: T + day + MINUTE, person: "p1", order: "1", tid: "1", amount: 90, counted: 0 },
      { id: "e5", type: "payment", at: T + day + MINUTE, person: "p1", order: "1", tid: "2", amount: 0 },
      { id: "e6", type: "refund", at: T + 2 * day, person: "p1", order: "1", amount: 100 },
    ]);
    expect((await report()).sources).toMatchObject([
      { source: "alpha / one", net_last: "0.00" },
      { source: "beta / two", net_last: "0.00" },
    ]);
  });

  it("knows the source of a deal by its first payment with a person in the range, whatever touched its buyer before the next", async () => {
    const day = 86_400_000;
    await writeLedger([
      { id: "e1", type: "payment", at: T + 2 * day, person: "p1", order: "1", amount: 60 },
      { id: "e2", type: "payment", at: T, person: "p1", order: "1", amount: 40 },
      { id: "e3", type: "click", at: T + day, person: "p1", link: "a", source: "alpha", campaign: "one" },
      { id: "e4", type: "payment", at: T, status: "unbound", order: "2", amount: 10 },
      { id: "e5", type: "payment", at: T + 2 * day, person: "p1", order: "2", amount: 10 },
    ]);
    const known = async (query?: string): Promise<unknown> => (await report(query)).money["known_source_share"];
    expect(await known()).toBe("50.0");
    expect(await known("from=2026-05-06&to=2026-05-11")).toBe("100.0");
  });

  it("counts a deal for every buyer where a tracker numbers the deposits of each click, and for every conversion that waits", async () => {
    await writeLedger([
      { id: "e1", type: "payment", at: T, person: "p1", tid: "1", amount: 40 },
      { id: "e2", type: "payment", at: T, person: "p2", tid: "1", amount: 60 },
      { id: "e3", type: "payment", at: T, status: "unbound", tid: "1", amount: 10 },
      { id: "e4", type: "payment", at: T, status: "unbound", tid: "1", amount: 10 },
    ]);
    expect((await report()).money).toMatchObject({ paid_deals: 4, bound_deals: 2, bound_share: "50.0", average_deal: "50.00" });
  });

  it("counts a deal for every conversion where two clicks of one buyer number their deposits alike, and one for all states of it", async () => {
    await writeLedger([
      { id: "e1", type: "payment", at: T, person: "p1", tid: "1", amount: 40 },
      { id: "e2", type: "payment", at: T + MINUTE, person: "p1", tid: "1", amount: 60 },
      { id: "e3", type: "payment", at: T + 2 * MINUTE, person: "p2", tid: "1", amount: 60, fact: "f" },
      { id: "e4", type: "payment", at: T + 3 * MINUTE, person: "p2", tid: "1", amount: 60, fact: "f" },
    ]);
    expect(await report()).toMatchObject({
      money: { paid_deals: 3 },
      stages: expect.arrayContaining([expect.objectContaining({ id: "resale", reached: 1 })]),
    });
  });

  it("sends a refund that tells only the transaction to the source of its payment, though that names the order too", async () => {
    const day = 86_400_000;
    await writeLedger([
      { id: "e1", type: "click", at: T, person: "p1", link: "a", source: "alpha", campaign: "one" },
      { id: "e2", type: "payment", at: T + MINUTE, person: "p1", order: "1", tid: "t1", amount: 100 },
      { id: "e3", type: "payment", at: T + day, person: "p1", order: "t1", tid: "t2", amount: 50 },
      { id: "e4", type: "click", at: T + day - MINUTE, person: "p1", link: "b", source: "beta", campaign: "two" },
      { id: "e5", type: "refund", at: T + 2 * day, person: "p1", tid: "t1", amount: 100 },
    ]);
    expect((await report()).sources).toMatchObject([
      { source: "alpha / one", net_last: "0.00" },
      { source: "beta / two", net_last: "50.00" },
    ]);
  });
});

describe("money without a rate", () => {
  it("stands apart and is in no total", async () => {
    await writeLedger([
      { id: "e1", type: "payment", at: T, person: "p1", tid: "1", amount: 10, currency: "EUR" },
      { id: "e2", type: "payment", at: T, person: "p1", tid: "2", amount: 5, currency: "RUB" },
    ]);
    expect((await report()).money).toMatchObject({
      gross: "5.00",
      no_rate: [{ currency: "EUR", gross: "10.00", refunds: "0.00" }],
    });
  });
});

describe("asking", () => {
  it.each([
    ["from=2026-13-01&to=2026-05-11", "from"],
    ["from=2026-02-30&to=2026-05-11", "from"],
    ["to=0000-00-00", "to"],
    ["to=2026-02-29", "to"],
    [`${RANGE}&format=xml`, "format"],
    [`${RANGE}&window=abc`, "window"],
    ["from=2026-05-11&to=2026-05-11", "to"],
    [`${RANGE}&template=shop`, "template"],
    [`${RANGE}&window=0`, "window"],
    [`${RANGE}&by=phone`, "by"],
  ])("refuses %s and names the parameter", async (query, path) => {
    const response = await operator("GET", `/v1/report?${query}`);
    expect(response.status).toBe(422);
    expect(await response.json()).toMatchObject({ reason: "invalid_request", errors: [{ path }] });
  });

  it("says which words a parameter takes", async () => {
    const wrong = await operator("GET", `/v1/report?${RANGE}&template=School`);
    expect(await wrong.json()).toMatchObject({ errors: [{ path: "template", message: "one of: school, affiliate" }] });
  });

  it("answers for all time, weeks and all", async () => {
    await writeLedger([{ id: "e1", type: "bot_start", at: T, person: "p1" }]);
    const response = await operator("GET", "/v1/report?from=1970-01-01&to=9999-12-31");
    expect([response.status, await response.json()]).toMatchObject([
      200,
      { cohort: 1, weeks: [{ week: "2026-W19", people: 1 }] },
    ]);
  });

  it("is the operator's alone", async () => {
    expect((await exports.default.fetch(`${ORIGIN}/v1/report?${RANGE}`)).status).toBe(401);
  });

  it("exports CSV in which no cell runs as a formula", async () => {
    await writeLedger([{ id: "e1", type: "click", at: T, person: "p1", source: '=HYPERLINK("x")', campaign: "c" }]);
    const response = await operator("GET", `/v1/report?${RANGE}&format=csv`);
    expect(response.headers.get("content-type")).toContain("text/csv");
    expect(await response.text()).toContain(`"'=hyperlink(""x"") / c",1`);
  });

  it("exports for a Russian Excel: semicolons, decimal commas, and no cell that a semicolon inside a name could open", async () => {
    await writeLedger([
      { id: "e1", type: "click", at: T, person: "p1", source: "x;=1+1", campaign: "c" },
      { id: "e2", type: "payment", at: T, person: "p1", order: "1", amount: 3.12 },
    ]);
    const lines = async (format: string): Promise<string[]> =>
      (await (await operator("GET", `/v1/report?${RANGE}&format=${format}`)).text()).split("\r\n");
    expect((await lines("excel"))[1]).toBe(`"x;=1+1 / c";1;1;0;0;0;0;1;0;3,12;3,12;0,00;;;;`);
    expect((await lines("csv"))[1]).toBe(`"x;=1+1 / c",1,1,0,0,0,0,1,0,3.12,3.12,0.00,,,,`);
  });

  it("exports what a registration and a buyer cost, and the money that no rate let into the sums", async () => {
    await writeLedger([
      { id: "e1", type: "click", at: T, person: "p1", link: "b", source: "beta", campaign: "two" },
      { id: "e2", type: "registration", at: T, person: "p1" },
      { id: "e3", type: "registration", at: T, person: "p2", source: "beta", campaign: "two" },
      { id: "e4", type: "payment", at: T, person: "p1", tid: "1", amount: 10, currency: "EUR" },
      { id: "e5", type: "refund", at: T, person: "p1", tid: "2", amount: 4, currency: "EUR" },
      { id: "e6", type: "click", at: T, person: "p2", link: "b", source: "beta", campaign: "two" },
    ]);
    const text = await (await operator("GET", `/v1/report?${RANGE}&format=csv`)).text();
    const [head = "", line = ""] = text.split("\r\n");
    expect(head.split(",").slice(-3)).toEqual(["romi_last", "cpl", "cac"]);
    expect(line).toBe("beta / two,2,2,0,2,0,0,1,0,0.00,0.00,10.50,-100.0,-100.0,5.25,10.50");
    expect(text).toContain("\r\nno_rate,EUR,10.00,4.00\r\n");
  });
});
