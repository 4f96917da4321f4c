import { expect, it } from "vitest";
import type { EventId } from "../../../src/lib/ids.ts";
import { type Ids, newWorld, permutations, pictureOf } from "../../kit/people.ts";

it("L-01 a postback before the bot is bound at its own time once the click id is known", () => {
  const world = newWorld();
  const sale = world.in({ clickid: "CH9@chat" }, "payment", 600_000);
  expect(sale.decision.outcome).toBe("unbound");
  world.in({ tg: 1009, clickid: "CH9@chat" }, "identify", 900_000);
  expect(world.eventsOf(world.P({ tg: 1009 }))).toEqual(["evt_2", "evt_1"]);
  const late = world.bound.at(-1);
  expect(late?.decision.event).toMatchObject({ id: "evt_1", at: 600_000 });
  expect(late?.trace).toContainEqual(expect.objectContaining({ step: "late", waitedMs: 300_000 }));
  expect(late?.boundAt).toBe(900_000);
  expect(world.graph.parked.size).toBe(0);
});

it("a waiting event that becomes known wakes the ones that waited for its other click id", () => {
  const world = newWorld();
  world.in({ clickid: "B@binomo" }, "payment");
  world.in({ clickid: ["A@chat", "B@binomo"] }, "lead");
  world.in({ tg: 1, clickid: "A@chat" });
  expect(world.eventsOf(world.P({ tg: 1 }))).toEqual(["evt_3", "evt_2", "evt_1"]);
});

it("L-02 the seven events give the same person and timeline in all 5,040 orders", () => {
  const events: readonly { name: string; type: string; ids: Ids }[] = [
    { name: "click", type: "click", ids: { click: "c1", clickid: "KS1@keitaro1" } },
    { name: "start", type: "bot_start", ids: { tg: 1, sb: 5, click: "c1" } },
    { name: "email", type: "identify", ids: { tg: 1, email: "i@i.ru" } },
    { name: "reg", type: "registration", ids: { gc: 7, email: "i@i.ru" } },
    { name: "order", type: "order", ids: { gc: 7 } },
    { name: "sale", type: "payment", ids: { clickid: "KS1@keitaro1" } },
    { name: "pin", type: "login", ids: { tg: 1, site_user: 31 } },
  ];
  const pictures = new Set<string>();
  let orders = 0;
  for (const order of permutations(events)) {
    orders += 1;
    const world = newWorld();
    const names = new Map<EventId, string>();
    for (const { name, type, ids } of order) names.set(world.in(ids, type).decision.event.id, name);
    expect(world.graph.parked.size).toBe(0);
    pictures.add(pictureOf(world, names));
  }
  expect(orders).toBe(5_040);
  expect(pictures.size).toBe(1);
  expect(JSON.parse([...pictures][0] ?? "[]")).toHaveLength(1);
});

it("L-06 simultaneous first events of one e-mail end as one person", () => {
  const world = newWorld();
  for (let copy = 0; copy < 50; copy++) world.in({ tg: 5 });
  expect(world.people()).toHaveLength(1);
  world.in({ tg: 1, email: "x@x.ru" });
  world.in({ gc: 7, email: "x@x.ru" });
  expect(world.P({ gc: 7 })).toBe(world.P({ tg: 1 }));
});

it("R-01 an event from before the erasure is dropped, a later start founds another person", () => {
  const world = newWorld();
  world.graph.tombstones.set("telegram_id||1", 5_000);
  expect(world.in({ tg: 1, sb: 5 }, "message", 4_000).decision.outcome).toBe("erased");
  expect(world.people()).toEqual([]);
  expect(world.in({ tg: 1 }, "bot_start", 6_000).decision.outcome).toBe("bound");
  expect(world.people()).toHaveLength(1);
  expect(world.in({ tg: 1 }, "message", 4_500).decision.outcome).toBe("erased");
});

it("an erased contact in a living person's old event is left out, the event is kept", () => {
  const world = newWorld();
  world.in({ gc: 200 });
  world.graph.tombstones.set("email||a@x.ru", 50_000);
  const order = world.in({ gc: 200, email: "a@x.ru" }, "order", 40_000);
  expect(order.decision.homeId).toBe(world.P({ gc: 200 }));
  expect(world.P({ email: "a@x.ru" })).toBeNull();
});
