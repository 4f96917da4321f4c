import * as fc from "fast-check";
import { expect, it } from "vitest";
import { mergePersons, unmergePersons } from "../../../src/domain/identity/apply.ts";
import { addApart } from "../../../src/domain/identity/graph.ts";
import type { EventId, PersonId } from "../../../src/lib/ids.ts";
import { type Ids, type World, newWorld, pictureOf } from "../../kit/people.ts";
import { SecondReading } from "../../kit/second-reading.ts";

type Told = { readonly type: string; readonly ids: Ids };
type Act = { readonly act: "merge" | "unmerge" | "apart"; readonly a: number; readonly b: number };

const told: fc.Arbitrary<Told> = fc.record({
  type: fc.constantFrom("identify", "bot_start", "bot_start", "click", "payment"),
  ids: fc
    .record({
      tg: fc.integer({ min: 1, max: 4 }),
      max: fc.integer({ min: 1, max: 3 }),
      vk: fc.integer({ min: 1, max: 3 }),
      gc: fc.constantFrom("1", "2", "3", "1@other", "2@other"),
      site_user: fc.constantFrom("1", "2", "1@site2"),
      player: fc.integer({ min: 1, max: 8 }),
      sb: fc.constantFrom("1", "2", "3", "1@P2"),
      email: fc.integer({ min: 1, max: 8 }).map((n) => `e${n}@x.ru`),
      phone: fc.integer({ min: 1, max: 6 }),
      click: fc.integer({ min: 1, max: 3 }),
      clickid: fc.constantFrom("1", "2", "1@chat", "2@chat"),
      visitor: fc.integer({ min: 1, max: 3 }),
    })
    .chain((all) => fc.subarray(Object.entries(all), { minLength: 1, maxLength: 4 }))
    .map((ids): Ids => Object.fromEntries(ids)),
});
/** Long enough for people to meet in several ways; without `size` nearly all stories would be of a few events. */
const LONG = { minLength: 10, maxLength: 40, size: "max" } as const;
const act: fc.Arbitrary<Act> = fc.record({
  act: fc.constantFrom("merge", "unmerge", "unmerge", "apart"),
  a: fc.nat(),
  b: fc.nat(),
});

/** Carries the act out in both; the two are named by identifiers that somebody has. */
function decide(world: World, reading: SecondReading, { act: name, a, b }: Act): void {
  const held = [...reading.home.keys()].toSorted();
  const pick = (n: number): { hash: string; person: number } | null => {
    const hash = held[n % Math.max(1, held.length)];
    const person = hash === undefined ? null : reading.owner(hash);
    return hash === undefined || person === null ? null : { hash, person };
  };
  const [first, second] = [pick(a), pick(b)];
  if (!first || !second) return;
  const rootOf = (hash: string): PersonId => {
    const home = world.graph.nodes.get(hash)?.homeId;
    const leaf = home && world.graph.leaves.get(home);
    if (!leaf) throw new Error(`nobody holds ${hash}`);
    return leaf.rootId;
  };
  const [p, q] = [rootOf(first.hash), rootOf(second.hash)];
  if (name === "unmerge") {
    const place = world.graph.changes.merges.findLastIndex(({ survivor }) => survivor === p);
    const [merge] = place < 0 ? [] : world.graph.changes.merges.splice(place, 1);
    if (merge) {
      unmergePersons(world.graph, merge);
      if (merge.by !== "operator") addApart(world.graph, merge.survivor, merge.loser);
    }
    reading.unmerge(first.person);
    return;
  }
  if (first.person === second.person) return;
  if (name === "apart") {
    addApart(world.graph, p, q);
    reading.apart.push([first.person, second.person]);
    return;
  }
  const sides = [p, q].map((root) => world.graph.members.get(root) ?? new Set<PersonId>());
  for (const one of sides[0] ?? []) {
    for (const other of sides[1] ?? []) {
      world.graph.apart.get(one)?.delete(other);
      world.graph.apart.get(other)?.delete(one);
    }
  }
  const joined = new Set([first.person, second.person]);
  reading.apart = reading.apart.filter(([x, y]) => {
    const [left, right] = [reading.stands[x] ?? -1, reading.stands[y] ?? -1];
    return left === right || !joined.has(left) || !joined.has(right);
  });
  mergePersons(world.graph, [p, q], "operator", null);
  reading.merge(first.person, second.person, true);
}

function playBoth(story: readonly (Told | Act)[]): void {
  const world = newWorld();
  const reading = new SecondReading();
  const names = new Map<EventId, string>();
  for (const [index, step] of story.entries()) {
    if ("act" in step) decide(world, reading, step);
    else {
      const { decision } = world.in(step.ids, step.type, index * 1_000);
      const name = `${index} ${step.type} ${JSON.stringify(step.ids)}`;
      names.set(decision.event.id, name);
      reading.in(step.ids, step.type, name, index * 1_000);
    }
    expect(pictureOf(world, names)).toBe(reading.picture());
  }
  expect([...world.graph.parked.keys()].map((id) => names.get(id) ?? "").toSorted()).toEqual(
    reading.waiting.map(({ name }) => name).toSorted(),
  );
}

it("events of people who share everything end on the cards that a second reading of the rules gives them", () => {
  fc.assert(
    fc.property(fc.array(told, LONG), (story) => playBoth(story)),
    { numRuns: 400 },
  );
});

it("so they do with an operator's merges, unmerges and decisions to keep apart between them", () => {
  fc.assert(
    fc.property(fc.array(fc.oneof({ arbitrary: told, weight: 3 }, { arbitrary: act, weight: 1 }), LONG), (story) =>
      playBoth(story),
    ),
    { numRuns: 400 },
  );
});
