import { expect, it } from "vitest";
import { addApart } from "../../../src/domain/identity/graph.ts";
import { mergePersons, moveNode, unmergePersons } from "../../../src/domain/identity/apply.ts";
import { newWorld, permutations, type Ids } from "../../kit/people.ts";

it("C-01 forwarded deep link: the click stays with its starter, the other start only borrows its campaign", () => {
  const world = newWorld();
  world.in({ click: "c1", visitor: "v1" }, "click");
  world.in({ tg: 1001, click: "c1" }, "bot_start");
  const second = world.in({ tg: 1002, click: "c1" }, "bot_start");
  expect(world.people()).toHaveLength(2);
  expect(world.P({ click: "c1" })).toBe(world.P({ tg: 1001 }));
  expect(second.decision.shared).toBe(true);
  expect(world.conflicts).toEqual([]);
});

it("C-02 a taken e-mail stays with its owner and the event goes to the new account", () => {
  const world = newWorld();
  world.in({ tg: 1, email: "x@x.ru" });
  const second = world.in({ tg: 2, email: "x@x.ru" });
  expect(world.people()).toHaveLength(2);
  expect(world.P({ email: "x@x.ru" })).toBe(world.P({ tg: 1 }));
  expect(second.decision.homeId).toBe(world.P({ tg: 2 }));
  expect(world.conflicts.map(({ cause }) => cause)).toEqual(["taken"]);
  const payment = world.in({ email: "x@x.ru" }, "payment");
  expect(payment.decision.homeId).toBe(world.P({ tg: 1 }));
});

it("C-03a one human by the operator's word: automation does not reopen it", () => {
  const world = newWorld();
  world.in({ tg: 1, email: "x@x.ru" });
  world.in({ tg: 2, email: "x@x.ru" });
  const [a, b] = world.people();
  if (!a || !b) throw new Error("two people expected");
  mergePersons(world.graph, [a, b], "operator", null);
  expect(world.people()).toHaveLength(1);
  world.conflicts.length = 0;
  for (const ids of [
    { tg: 2, email: "x@x.ru" },
    { tg: 1, sb: 5 },
    { tg: 2, phone: "+79001112233" },
  ])
    world.in(ids);
  expect(world.people()).toHaveLength(1);
  expect(world.conflicts).toEqual([]);
});

it("C-03b the e-mail is the second one's: later payments follow it, old events stay", () => {
  const world = newWorld();
  world.in({ tg: 1, email: "x@x.ru" });
  world.in({ tg: 2, email: "x@x.ru" });
  world.in({ email: "x@x.ru" }, "payment");
  const [first, second] = [world.P({ tg: 1 }), world.P({ tg: 2 })];
  if (!first || !second) throw new Error("two people expected");
  moveNode(world.graph, "email||x@x.ru", second);
  const later = world.in({ email: "x@x.ru" }, "payment");
  expect(later.decision.homeId).toBe(second);
  expect(world.eventsOf(first)).toContain("evt_3");
});

it("C-03c kept apart: the same claim never raises the conflict again", () => {
  const world = newWorld();
  world.in({ tg: 1, email: "x@x.ru" });
  world.in({ tg: 2, email: "x@x.ru" });
  const [a, b] = world.people();
  if (!a || !b) throw new Error("two people expected");
  addApart(world.graph, a, b);
  const again = world.in({ tg: 2, email: "x@x.ru" });
  expect(world.conflicts).toHaveLength(1);
  expect(again.trace).toContainEqual(expect.objectContaining({ step: "kept_apart" }));
});

it("C-05 a forwarded key names who referred, and joins nobody", () => {
  const world = newWorld();
  world.in({ tg: 1 });
  const A = world.P({ tg: 1 });
  const key = world.key(A);
  world.in({ gc: 100, key });
  world.in({ gc: 200, email: "b@b.ru", key }, "registration");
  const B = world.P({ gc: 200 });
  expect(world.P({ gc: 100 })).toBe(A);
  expect(B).not.toBe(A);
  expect(world.graph.leaves.get(B ?? "per_")?.referredBy).toBe(A);
  expect(world.conflicts.map(({ ref }) => ref.type)).toEqual(["key"]);
});

it("C-06 an order with another's e-mail is its own user's", () => {
  const world = newWorld();
  world.in({ gc: 100, email: "a@x.ru" });
  world.in({ gc: 200 });
  const before = world.hashesOf(world.P({ gc: 100 }));
  const order = world.in({ gc: 200, email: "a@x.ru" }, "order");
  expect(order.decision.homeId).toBe(world.P({ gc: 200 }));
  expect(world.conflicts).toHaveLength(1);
  expect(world.hashesOf(world.P({ gc: 100 }))).toEqual(before);
});

it("C-08 any of the 120 orders keeps the two accounts apart and loses no event", () => {
  const events: readonly Ids[] = [
    { tg: 1, email: "x@x.ru" },
    { tg: 2, email: "x@x.ru" },
    { gc: 7, email: "x@x.ru" },
    { tg: 1, sb: 1 },
    { tg: 2, sb: 2 },
  ];
  let orders = 0;
  for (const order of permutations(events)) {
    orders += 1;
    const world = newWorld();
    for (const ids of order) world.in(ids);
    expect(world.P({ tg: 1 })).not.toBe(world.P({ tg: 2 }));
    expect(world.graph.events.size).toBe(5);
  }
  expect(orders).toBe(120);
});

it("C-09 unmerge is exact, and what came between goes with its identifier", () => {
  const world = newWorld();
  world.in({ tg: 1, sb: 5 });
  world.in({ gc: 7, email: "b@b.ru" });
  const [a, b] = [world.P({ tg: 1 }), world.P({ gc: 7 })];
  if (!a || !b) throw new Error("two people expected");
  const before = [world.hashesOf(a), world.hashesOf(b), world.eventsOf(a), world.eventsOf(b)];
  const merge = mergePersons(world.graph, [a, b], "operator", null);
  world.in({ gc: 7 }, "payment");
  unmergePersons(world.graph, merge);
  expect([world.hashesOf(a), world.hashesOf(b), world.eventsOf(a)]).toEqual(before.slice(0, 3));
  expect(world.eventsOf(b)).toEqual(["evt_2", "evt_3"]);
});

it("a contact that three accounts claim is quarantined and then ignored", () => {
  const world = newWorld();
  for (const tg of [1, 2, 3]) world.in({ tg, email: "x@x.ru" });
  expect(world.conflicts.map(({ cause }) => cause)).toEqual(["taken", "contact_quarantined"]);
  const fourth = world.in({ tg: 4, email: "x@x.ru" });
  expect(world.conflicts).toHaveLength(2);
  expect(fourth.trace).toContainEqual(expect.objectContaining({ step: "quarantine_ignored" }));
  expect(world.P({ email: "x@x.ru" })).toBe(world.P({ tg: 1 }));
  expect(world.in({ email: "x@x.ru" }, "payment").decision.outcome).toBe("unbound");
});

it("a merge over a contact claims nothing", () => {
  const world = newWorld();
  world.in({ tg: 1, email: "x@x.ru" });
  world.in({ max: 5, email: "x@x.ru" });
  world.in({ vk: 6, email: "x@x.ru" });
  expect(world.people()).toHaveLength(1);
  expect(world.graph.claimants.size).toBe(0);
});

it("a click of a shared cookie moves to the one who really started with it, with its click event", () => {
  const world = newWorld();
  world.in({ click: "c1", visitor: "v1" }, "click");
  world.in({ tg: 1, click: "c1" }, "bot_start");
  world.in({ click: "c2", visitor: "v1" }, "click");
  expect(world.P({ click: "c2" })).toBe(world.P({ tg: 1 }));
  const start = world.in({ tg: 2, click: "c2" }, "bot_start");
  expect(world.P({ click: "c2" })).toBe(world.P({ tg: 2 }));
  expect(world.eventsOf(world.P({ tg: 2 }))).toEqual(["evt_3", "evt_4"]);
  expect(start.decision.shared).toBe(false);
  const third = world.in({ tg: 3, click: "c2" }, "bot_start");
  expect(third.decision.shared).toBe(true);
  expect(world.P({ click: "c2" })).toBe(world.P({ tg: 2 }));
});

it("rule 5: a click that moves takes along what came through it alone, not the event that brought an account of its own", () => {
  const world = newWorld();
  world.in({ tg: 9, max: 1, click: "c1" });
  const own = world.in({ vk: 2, click: "c1" });
  const through = world.in({ click: "c1" }, "payment");
  world.in({ tg: 3, click: "c1" }, "bot_start");
  expect(world.P({ click: "c1" })).toBe(world.P({ tg: 3 }));
  expect(world.P({ vk: 2 })).toBe(world.P({ tg: 9 }));
  expect(world.eventsOf(world.P({ vk: 2 }))).toContain(own.decision.event.id);
  expect(world.eventsOf(world.P({ tg: 3 }))).toContain(through.decision.event.id);
});

it("P-05 a mapping that moves takes the site's user alone and leaves the rest", () => {
  const world = newWorld();
  world.in({ tg: 2, site_user: 31, email: "b@b.ru" });
  world.in({ tg: 1, site_user: 32 });
  world.in({ tg: 1, site_user: 31 }, "mapping.moved", undefined, { mapping: "move", detach: { site_user: 32 } });
  expect(world.P({ site_user: 31 })).toBe(world.P({ tg: 1 }));
  expect(world.P({ site_user: 32 })).toBeNull();
  expect(world.P({ email: "b@b.ru" })).toBe(world.P({ tg: 2 }));
  world.in({ tg: 2 }, "mapping.deleted", undefined, { mapping: null, detach: { site_user: 31 } });
  expect(world.P({ site_user: 31 })).toBe(world.P({ tg: 1 }));
  world.in({ tg: 1 }, "mapping.deleted", undefined, { mapping: null, detach: { site_user: 31 } });
  expect(world.P({ site_user: 31 })).toBeNull();
});

it("a blocked value makes nobody and joins nobody", () => {
  const world = newWorld();
  world.graph.blocked.add("email||info@x.ru");
  world.in({ tg: 1, email: "info@x.ru" });
  world.in({ gc: 7, email: "info@x.ru" });
  expect(world.people()).toHaveLength(2);
  expect(world.P({ email: "info@x.ru" })).toBeNull();
});

it("an event whose identifiers all contradict each other stays with the strongest one's owner", () => {
  const world = newWorld();
  world.in({ tg: 2, max: 6 });
  world.in({ tg: 1, max: 5 });
  const odd = world.in({ max: 5, tg: 2 });
  expect(odd.decision.homeId).toBe(world.P({ max: 5 }));
  expect(world.people()).toHaveLength(2);
  expect(world.conflicts.map(({ cause }) => cause)).toEqual(["taken"]);
});
