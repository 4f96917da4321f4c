import * as fc from "fast-check";
import { expect, it } from "vitest";
import { mergePersons, unmergePersons } from "../../../src/domain/identity/apply.ts";
import { nodesOf } from "../../../src/domain/identity/graph.ts";
import { limitOf } from "../../../src/domain/identifier.ts";
import type { EventId } from "../../../src/lib/ids.ts";
import { type Ids, type World, newWorld, pictureOf } from "../../kit/people.ts";

type Told = { readonly type: string; readonly ids: Ids };

/** Two to six people who share a few e-mails, phones, clicks and cookies. */
const sharedStream: fc.Arbitrary<Told[]> = fc.array(
  fc.record({
    type: fc.constantFrom("identify", "bot_start", "click", "payment", "registration"),
    ids: fc
      .record(
        {
          tg: fc.integer({ min: 1, max: 6 }),
          max: fc.integer({ min: 1, max: 3 }),
          gc: fc.integer({ min: 1, max: 4 }),
          site_user: fc.integer({ min: 1, max: 4 }),
          player: fc.integer({ min: 1, max: 7 }),
          sb: fc.integer({ min: 1, max: 5 }),
          email: fc.integer({ min: 1, max: 7 }),
          phone: fc.integer({ min: 1, max: 5 }),
          click: fc.integer({ min: 1, max: 4 }),
          clickid: fc.integer({ min: 1, max: 4 }),
          visitor: fc.integer({ min: 1, max: 3 }),
        },
        { requiredKeys: [] },
      )
      .map((ids): Ids => ids),
  }),
  { minLength: 1, maxLength: 30, size: "max" },
);

function play(stream: readonly Told[]): { world: World; names: Map<EventId, string> } {
  const world = newWorld();
  const names = new Map<EventId, string>();
  for (const [index, { type, ids }] of stream.entries()) {
    names.set(world.in(ids, type, (index + 1) * 1_000).decision.event.id, JSON.stringify([type, ids]));
  }
  return { world, names };
}

it("no limit is exceeded, every identifier has one owner, no event is lost", () => {
  fc.assert(
    fc.property(sharedStream, (stream) => {
      const { world } = play(stream);
      const owners = new Map<string, string>();
      for (const person of world.people()) {
        const counts = new Map<string, number>();
        for (const node of nodesOf(world.graph, person)) {
          expect(owners.has(node.hash)).toBe(false);
          owners.set(node.hash, person);
          const group = `${node.type}|${node.scope}`;
          counts.set(group, (counts.get(group) ?? 0) + 1);
          expect(counts.get(group)).toBeLessThanOrEqual(limitOf(node.type));
        }
      }
      expect(owners.size).toBe(world.graph.nodes.size);
      const idless = stream.filter(({ ids }) => Object.keys(ids).length === 0).length;
      expect(world.graph.events.size + world.graph.parked.size + idless).toBe(stream.length);
    }),
    { numRuns: 300 },
  );
});

it("two persons that are merged and unmerged with nothing between are what they were", () => {
  fc.assert(
    fc.property(sharedStream, fc.nat(), fc.nat(), (stream, first, second) => {
      const { world, names } = play(stream);
      const people = world.people();
      const a = people[first % Math.max(1, people.length)];
      const b = people[second % Math.max(1, people.length)];
      if (a === undefined || b === undefined || a === b) return;
      const before = pictureOf(world, names) + JSON.stringify([...world.graph.leaves]);
      unmergePersons(world.graph, mergePersons(world.graph, [a, b], "operator", null));
      expect(pictureOf(world, names) + JSON.stringify([...world.graph.leaves])).toBe(before);
    }),
    { numRuns: 200 },
  );
});

/** Up to four people who share nothing; every click is told by its own redirect, and only messenger starts carry it further. */
const separateStream: fc.Arbitrary<Told[]> = fc
  .array(
    fc.record({
      who: fc.integer({ min: 1, max: 4 }),
      kind: fc.constantFrom("start", "email", "phone", "school", "order", "sale", "login", "click"),
      n: fc.integer({ min: 1, max: 2 }),
    }),
    { minLength: 1, maxLength: 14 },
  )
  .map((told) => told.map(({ who, kind, n }) => toldBy(who, kind, n)));

function toldBy(who: number, kind: string, n: number): Told {
  const contact = `p${who}-${n}`;
  switch (kind) {
    case "click":
      return { type: "click", ids: { click: contact, visitor: `v${who}`, clickid: contact } };
    case "start":
      return { type: "bot_start", ids: { tg: who, sb: who * 10 + n, click: contact } };
    case "email":
      return { type: "identify", ids: { tg: who, email: contact } };
    case "phone":
      return { type: "identify", ids: { tg: who, phone: contact } };
    case "school":
      return { type: "registration", ids: { gc: who, email: contact } };
    case "order":
      return { type: "order", ids: { gc: who } };
    case "login":
      return { type: "login", ids: { tg: who, site_user: who } };
    default:
      return { type: "payment", ids: { clickid: contact } };
  }
}

it("people who share no identifier come out the same in any order of arrival", () => {
  fc.assert(
    fc.property(
      separateStream.chain((stream) => fc.tuple(fc.constant(stream), fc.shuffledSubarray(stream, { minLength: stream.length }))),
      ([stream, shuffled]) => {
        const a = play(stream);
        const b = play(shuffled);
        expect(pictureOf(b.world, b.names)).toBe(pictureOf(a.world, a.names));
        expect([...b.world.graph.parked.values()].length).toBe(a.world.graph.parked.size);
      },
    ),
    { numRuns: 300 },
  );
});
