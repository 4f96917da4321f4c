/** The scenarios of docs/identity.md with other identifiers, other orders and at their limits, as an outside client sees them. */
import { beforeEach, describe, expect, it } from "vitest";
import {
  P,
  all,
  backfill,
  click,
  decide,
  events,
  openWorkspace,
  people,
  problems,
  read,
  settled,
  timeline,
  values,
  who,
} from "../kit/journey.ts";

beforeEach(() => openWorkspace());

type Event = Record<string, unknown>;
/** Lines a minute apart, in the order given; bound when it returns. */
async function told(lines: readonly (readonly [string, Event])[]): Promise<void> {
  const at = (minute: number): string => new Date(Date.UTC(2026, 2, 1, 10, minute)).toISOString();
  const report = await backfill(
    lines.map(([connection, event], n) => [connection, at(n), { event: "identify", event_id: `e${n}`, ...event }]),
  );
  expect(report.errors).toEqual([]);
  await settled();
}

/** Accounts of which one person has one, with the connection that tells them. */
const ACCOUNTS = [
  ["telegram_id", "p1"],
  ["max_id", "p1"],
  ["vk_id", "p1"],
  ["gc_user_id", "school"],
  ["user_id", "site1"],
] as const;
const PAIRS = ACCOUNTS.flatMap(([a, from], n) => ACCOUNTS.slice(n + 1).map(([b, to]) => [a, from, b, to] as const));

describe("the scenarios in other clothes", { timeout: 60_000 }, () => {
  it.each(ACCOUNTS)(
    "C-02 a second %s with a taken e-mail is a second person, whichever e-mail form comes",
    async (type, from) => {
      await told([
        [from, { [type]: "1", email: "x@x.ru" }],
        [from, { [type]: "2", email: " X@X.RU " }],
        ["school", { event: "payment", email: "mailto:x@x.ru", order: "O1", amount: "10" }],
      ]);
      const [a, b] = [await who(type, "1"), await who(type, "2")];
      expect(await people()).toHaveLength(2);
      expect(values(a, "email")).toEqual(["x@x.ru"]);
      expect((await timeline(a.id)).map(({ type: name }) => name)).toEqual(["identify", "payment"]);
      expect(await timeline(b.id)).toHaveLength(1);
      expect(await problems("conflict")).toEqual([expect.objectContaining({ cause: "taken", count: 1 })]);
    },
  );

  it.each(PAIRS)("B-09 %s of %s and %s of %s meet by a phone in either order", async (a, from, b, to) => {
    await told([
      [from, { [a]: "1", phone: "+79001112233" }],
      [to, { [b]: "2", phone: "8 (900) 111-22-33" }],
      [to, { [b]: "4", phone: "79005556677" }],
      [from, { [a]: "3", phone: "9005556677" }],
    ]);
    expect(await people()).toHaveLength(2);
    expect((await who(a, "1")).id).toBe((await who(b, "2")).id);
    expect((await who(a, "3")).id).toBe((await who(b, "4")).id);
    expect(await problems("conflict")).toEqual([]);
  });

  it.each(["telegram_id", "max_id", "vk_id"])(
    "C-01 a forwarded deep link opened from %s accounts stays with the first",
    async (type) => {
      await told([
        ["links", { event: "click", click: click("c1"), visitor: "v1", link: "vk1" }],
        ["p1", { event: "bot_start", [type]: "1", start: click("c1") }],
        ["p1", { event: "bot_start", [type]: "2", start: click("c1") }],
        ["p1", { event: "bot_start", [type]: "1", start: click("c1"), client_id: "9" }],
      ]);
      expect(await people()).toHaveLength(2);
      expect((await who("click", click("c1"))).id).toBe((await who(type, "1")).id);
      expect((await timeline((await who(type, "2")).id)).map(({ flags }) => flags)).toEqual([["shared"]]);
      expect((await who(type, "2")).first_touch?.source).toBe("vk / spring");
    },
  );

  it("limits: what is one too many stays nobody's and raises a conflict, and the event is the person's all the same", async () => {
    const lines = [
      ...Array.from({ length: 6 }, (_, n) => ["p1", { telegram_id: "1", email: `m${n}@x.ru` }] as const),
      ...Array.from({ length: 4 }, (_, n) => ["p1", { telegram_id: "1", phone: `+7900111220${n}` }] as const),
      ...Array.from({ length: 51 }, (_, n) => ["p1", { telegram_id: "1", client_id: `${100 + n}` }] as const),
      ["chatterfy1", { chatId: "1", clickid: "CH" }] as const,
      ...Array.from(
        { length: 6 },
        (_, n) => ["onewin", { event: "deposit", tid: `t${n}`, sub1: "CH", player_id: `P${n}` }] as const,
      ),
      ["p2", { telegram_id: "1", client_id: "1" }] as const,
    ];
    await told(lines);
    const person = await who("telegram_id", "1");
    expect([5, 3, 51, 5]).toEqual(["email", "phone", "client_id", "player_id"].map((type) => values(person, type).length));
    expect(await timeline(person.id)).toHaveLength(lines.length - 1);
    const sixth = (await events("?type=payment")).find(({ person_id }) => person_id !== person.id);
    expect(sixth).toMatchObject({ status: "bound" });
    expect((await who("player_id", "P5")).id).toBe(sixth?.person_id);
    for (const [type, value] of [
      ["email", "m5@x.ru"],
      ["phone", "+79001112203"],
    ] as const)
      expect(await P(type, value)).toBeNull();
    expect(await P("client_id", "150", "P1")).toBeNull();
    expect((await problems("conflict")).map(({ cause }) => cause)).toEqual(["limit", "limit", "limit"]);
  });

  it("keys of a chain of merges lead to the one person in one hop, and unmerging takes the chain apart link by link", async () => {
    await told(Array.from({ length: 5 }, (_, n) => ["p1", { event: "bot_start", telegram_id: `${n + 1}` }] as const));
    const before = await all<{ id: string; key: string }>("/v1/persons");
    const five = await Promise.all(["1", "2", "3", "4", "5"].map((id) => who("telegram_id", id)));
    const [a, b, c, d, e] = five;
    if (!a || !b || !c || !d || !e) throw new Error("five people expected");
    for (const pair of [
      [d, e],
      [b, c],
      [c, e],
      [a, d],
    ] as const)
      await decide("merge", { persons: pair.map(({ key }) => key) });
    for (const { id, key } of five) {
      expect((await who("key", key)).id).toBe(a.id);
      expect((await read<{ person: { id: string } }>(`/v1/persons/${id}`)).person.id).toBe(a.id);
    }
    await told([["p1", { event_id: "between", telegram_id: "5" }]]);
    for (const { id } of [e, d, c, e]) await decide("unmerge", { person: id });
    expect((await all<{ id: string; key: string }>("/v1/persons")).map(({ id, key }) => [id, key])).toEqual(
      before.map(({ id, key }) => [id, key]),
    );
    expect(await timeline(e.id)).toHaveLength(2);
    for (const { id } of [a, b, c, d]) expect(await timeline(id)).toHaveLength(1);
  });

  it("rule 6: two accounts of one person and one of another are three claimants; two are not", async () => {
    await told([
      ["p1", { telegram_id: "1", max_id: "1", email: "x@x.ru" }],
      ["p1", { telegram_id: "2", email: "x@x.ru" }],
      ["p1", { telegram_id: "3", email: "y@x.ru" }],
      ["p1", { telegram_id: "4", email: "y@x.ru" }],
      ["school", { event: "payment", email: "x@x.ru", order: "O1", amount: "10" }],
      ["school", { event: "payment", email: "y@x.ru", order: "O2", amount: "10" }],
    ]);
    expect((await problems("contact_quarantined")).map(({ cause }) => cause)).toEqual(["contact_quarantined"]);
    expect(await problems("conflict")).toHaveLength(1);
    expect((await who("email", "x@x.ru")).id).toBe((await who("max_id", "1")).id);
    expect((await events("?status=unbound")).map(({ amount }) => amount)).toEqual(["10"]);
    expect((await timeline((await who("telegram_id", "3")).id)).map(({ type }) => type)).toEqual(["identify", "payment"]);
  });

  it("C-05 the owner of a forwarded key is named, also when a later event joins somebody else to the new person", async () => {
    await told([["p1", { event: "bot_start", telegram_id: "1" }]]);
    const { id, key } = await who("telegram_id", "1");
    await told([
      ["school", { gc_user_id: "100", key }],
      ["school", { event: "registration", gc_user_id: "200", email: "b@b.ru", key }],
      ["p1", { max_id: "7", email: "b@b.ru" }],
    ]);
    const second = await who("max_id", "7");
    expect(second).toMatchObject({ id: (await who("gc_user_id", "200")).id, referred_by: id });
    expect((await who("gc_user_id", "100")).id).toBe(id);
  });

  it("a moved e-mail takes late and unbound money along and leaves what was hers before", async () => {
    await told([
      ["p1", { telegram_id: "1", email: "x@x.ru" }],
      ["p1", { telegram_id: "2", email: "x@x.ru" }],
      ["school", { event: "payment", email: "x@x.ru", order: "O1", amount: "10" }],
    ]);
    const [first, second] = [await who("telegram_id", "1"), await who("telegram_id", "2")];
    await decide("move-identifier", { type: "email", value: "x@x.ru", to: second.key });
    await backfill([
      [
        "school",
        "2026-02-01T10:00:00Z",
        { event: "payment", event_at: "2026-02-01T10:00:00Z", email: "x@x.ru", order: "O0", amount: "20" },
      ],
      ["p1", "2026-03-01T11:00:00Z", { telegram_id: "1", email: "x@x.ru" }],
    ]);
    await settled();
    expect((await who("email", "x@x.ru")).id).toBe(second.id);
    expect([await who("telegram_id", "1"), await who("telegram_id", "2")].map(({ net }) => net)).toEqual(["10.00", "20.00"]);
    expect((await who("telegram_id", "1")).id).toBe(first.id);
    expect(await problems("conflict")).toEqual([]);
  });
});
