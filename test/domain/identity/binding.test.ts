import { expect, it } from "vitest";
import { newWorld } from "../../kit/people.ts";

it("N-01 phones: six new clients with one phone are one person without a conflict", () => {
  const world = newWorld();
  world.in({ tg: 1, phone: "+79001112233" });
  for (const client of [11, 12, 13, 14, 15, 16]) world.in({ sb: client, phone: "+79001112233" });
  expect(world.people()).toHaveLength(1);
  expect(world.conflicts).toEqual([]);
});

it("N-03 macros: an event without a usable identifier makes nobody", () => {
  const world = newWorld();
  expect(world.in({}, "sale").decision.outcome).toBe("unbound");
  expect(world.people()).toEqual([]);
});

it("N-04 technical e-mails: registrations without a usable e-mail stay four people", () => {
  const world = newWorld();
  for (const gc of [90, 91, 92]) world.in({ gc }, "registration");
  world.in({ gc: 93, email: "ivan@vk.com" }, "registration");
  expect(world.people()).toHaveLength(4);
  expect(world.P({ email: "ivan@vk.com" })).toBe(world.P({ gc: 93 }));
});

it("B-01 happy path: the click, its tracker id and the start are one person", () => {
  const world = newWorld();
  world.in({ click: "c1", visitor: "v1", clickid: "KS1@keitaro1" }, "click");
  world.in({ tg: 1001, sb: "500@P1", click: "c1" }, "bot_start");
  expect(world.people()).toHaveLength(1);
  expect(world.P({ clickid: "KS1@keitaro1" })).toBe(world.P({ tg: 1001 }));
  expect(world.eventsOf(world.P({ tg: 1001 }))).toEqual(["evt_1", "evt_2"]);
});

it("B-02 school first, bot second: both earlier keys resolve to the one person", () => {
  const world = newWorld();
  world.in({ gc: 77, email: "ivan@mail.ru" }, "payment");
  const school = world.key(world.P({ gc: 77 }));
  world.in({ tg: 1010 });
  const bot = world.key(world.P({ tg: 1010 }));
  world.in({ tg: 1010, sb: 510, email: "ivan@mail.ru" });
  expect(world.people()).toHaveLength(1);
  const [person] = world.people();
  expect(world.P({ key: school })).toBe(person);
  expect(world.P({ key: bot })).toBe(person);
  expect(world.eventsOf(person ?? null)).toContain("evt_1");
  expect(world.hashesOf(person ?? null)).toHaveLength(4);
});

it("B-05 a changed project is another scope, not another person", () => {
  const world = newWorld();
  world.in({ tg: 1, sb: "500@P1" });
  world.in({ tg: 1, sb: "9001@P2" });
  world.in({ tg: 2, sb: "500@P2" });
  expect(world.people()).toHaveLength(2);
  expect(world.P({ sb: "500@P1" })).toBe(world.P({ tg: 1 }));
  expect(world.P({ sb: "500@P2" })).toBe(world.P({ tg: 2 }));
});

it("B-06 two bots with one Telegram account are one person", () => {
  const world = newWorld();
  world.in({ tg: 1, sb: "500@P1" }, "bot_start");
  world.in({ tg: 1, sb: "777@P1" }, "bot_start");
  expect(world.people()).toHaveLength(1);
});

it("B-07 a changed e-mail leaves both with one person", () => {
  const world = newWorld();
  world.in({ gc: 77, email: "old@x.ru" });
  world.in({ gc: 77, email: "new@x.ru" });
  const last = world.in({ email: "old@x.ru" });
  expect(world.people()).toHaveLength(1);
  expect(last.decision.homeId).toBe(world.P({ gc: 77 }));
  expect(world.hashesOf(world.P({ gc: 77 }))).toHaveLength(3);
});

it("B-09 Telegram and MAX meet by phone, as a claim", () => {
  const world = newWorld();
  world.in({ tg: 1, phone: "+79001112233" });
  world.in({ max: 55, phone: "+79001112233" }, "bot_start");
  expect(world.people()).toHaveLength(1);
  expect(world.P({ max: 55 })).toBe(world.P({ tg: 1 }));
  expect(world.graph.nodes.get("phone||+79001112233")?.proof).toBe("claimed");
});

it("B-11 a click id belongs to its issuer, whoever echoes it", () => {
  const world = newWorld();
  world.in({ tg: 9, clickid: "abc@chatterfy1" });
  world.in({ tg: 8, clickid: "abc@keitaro1" });
  expect(world.people()).toHaveLength(2);
  const first = world.in({ clickid: "abc@chatterfy1", player: "7@1win" }, "registration");
  const second = world.in({ clickid: "abc@chatterfy1", player: "8@binomo" }, "registration");
  expect(first.decision.homeId).toBe(world.P({ tg: 9 }));
  expect(second.decision.homeId).toBe(world.P({ tg: 9 }));
});

it("a network's player that came before the bot is joined by the click id", () => {
  const world = newWorld();
  world.in({ tg: 1 });
  world.in({ player: "P77@1win", clickid: "CH@chat" }, "registration");
  world.in({ tg: 1, clickid: "CH@chat" });
  expect(world.P({ player: "P77@1win" })).toBe(world.P({ tg: 1 }));
});

it("a key that was never issued is nobody", () => {
  const world = newWorld();
  const bound = world.in({ key: "k_foreign" });
  expect(bound.decision.outcome).toBe("unbound");
  expect(bound.trace).toContainEqual({ step: "unknown_key" });
  expect(world.in({ tg: 1, key: "k_foreign" }).decision.outcome).toBe("bound");
});
