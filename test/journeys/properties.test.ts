import { beforeEach, describe, expect, it } from "vitest";
import {
  type Person,
  all,
  backfill,
  click,
  decide,
  events,
  openWorkspace,
  people,
  read,
  settled,
  timeline,
} from "../kit/journey.ts";

beforeEach(() => openWorkspace());

const LIMITS: Readonly<Record<string, number>> = {
  telegram_id: 1,
  max_id: 1,
  gc_user_id: 1,
  user_id: 1,
  player_id: 5,
  email: 5,
  phone: 3,
  client_id: 50,
};

/** Numbers that look random and are the same every time. */
function dice(seed: number): (sides: number) => number {
  let state = (seed * 2_654_435_761) % 4_294_967_296;
  return (sides) => {
    state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296;
    return Math.floor((state / 4_294_967_296) * sides);
  };
}

type Line = readonly [string, string, Record<string, unknown>];

/** Two to six people who share e-mails, phones, clicks, cookies and click ids, in forty events of every kind. */
function stream(seed: number): Line[] {
  const roll = dice(seed);
  const crowd = 2 + roll(5);
  const pick = (names: string): string => `${names}${roll(crowd)}`;
  const some = (fields: Record<string, () => unknown>, often = 2): Record<string, unknown> =>
    Object.fromEntries(Object.entries(fields).flatMap(([name, make]) => (roll(often) === 0 ? [[name, make()]] : [])));
  const contacts = { email: () => `${pick("e")}@x.ru`, phone: () => `+7900111220${roll(crowd)}` };
  return Array.from({ length: 40 }, (_, n): Line => {
    const at = new Date(Date.UTC(2026, 2, 1, 10) + roll(50) * 600_000).toISOString();
    const base = { event_id: `e${n}`, event_at: at };
    switch (roll(6)) {
      case 0:
        return [
          "links",
          at,
          {
            event: "click",
            click: click(pick("P")),
            visitor: pick("v"),
            link: "vk1",
            ...some({ subid: () => pick("KS") }),
            event_at: at,
          },
        ];
      case 1:
        return [
          "p1",
          at,
          {
            ...base,
            event: "bot_start",
            telegram_id: `${1 + roll(crowd)}`,
            ...some({ start: () => click(pick("P")), client_id: () => `${1 + roll(9)}` }),
          },
        ];
      case 2:
        return [
          "p2",
          at,
          {
            ...base,
            ...some({
              telegram_id: () => `${1 + roll(crowd)}`,
              max_id: () => `${50 + roll(crowd)}`,
              client_id: () => `${1 + roll(9)}`,
            }),
            ...some(contacts, 1),
          },
        ];
      case 3:
        return ["school", at, { ...base, event: "registration", gc_user_id: `${70 + roll(crowd)}`, ...some(contacts) }];
      case 4:
        return [
          "onewin",
          at,
          {
            event: "deposit",
            tid: `t${n}`,
            amount: `${1 + roll(90)}`,
            event_at: at,
            ...some({ player_id: () => pick("P"), sub1: () => pick("CH") }, 1),
          },
        ];
      default:
        return ["chatterfy1", at, { ...base, chatId: `${1 + roll(crowd)}`, ...some({ clickid: () => pick("CH") }) }];
    }
  });
}

const idOf = ({ type, scope, value }: Person["identifiers"][number]): string => `${type}@${scope}=${value}`;

describe("random streams of people who share contacts, through the whole pipeline", { timeout: 60_000 }, () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8])(
    "no limit is exceeded, every identifier has one owner, no event is lost (stream %i)",
    async (seed) => {
      const lines = stream(seed);
      const report = await backfill(lines);
      await settled();
      const everybody = await people();
      const owned = everybody.flatMap(({ identifiers }) => identifiers.map(idOf));
      expect(new Set(owned).size).toBe(owned.length);
      for (const person of everybody) {
        const groups = Object.entries(Object.groupBy(person.identifiers, ({ type, scope }) => `${type} ${scope}`));
        for (const [group, held] of groups) {
          expect(held?.length ?? 0, `${person.id} ${group}`).toBeLessThanOrEqual(
            LIMITS[group.split(" ")[0] ?? ""] ?? Number.POSITIVE_INFINITY,
          );
        }
      }
      const cards = (await Promise.all(everybody.map(({ id }) => timeline(id)))).flat().map(({ event_id }) => event_id);
      const others = (await events()).filter(({ status }) => status !== "bound").map(({ id }) => id);
      expect(new Set(cards).size).toBe(cards.length);
      expect(cards.length + others.length).toBe(report.accepted + report.quarantined + report.preview);
      expect(report.errors).toEqual([]);
      expect(report.accepted + report.duplicate + report.quarantined + report.preview).toBe(lines.length);
    },
  );

  it.each([11, 12, 13, 14])("merge and unmerge give equal answers, whoever the two are (stream %i)", async (seed) => {
    await backfill(stream(seed));
    await settled();
    const before = await all<Person>("/v1/persons");
    const lines = await Promise.all(before.map(({ id }) => timeline(id)));
    const roll = dice(seed);
    for (let turn = 0; turn < 6; turn++) {
      const [a, b] = [before[roll(before.length)], before[roll(before.length)]];
      if (!a || !b || a.id === b.id) continue;
      await decide("merge", { persons: [a.id, b.key] });
      const { person } = await read<{ person: Person }>(`/v1/persons/${b.id}`);
      expect(person.identifiers).toHaveLength(a.identifiers.length + b.identifiers.length);
      expect(await people()).toHaveLength(before.length - 1);
      await decide("unmerge", { person: person.id });
    }
    expect(await all<Person>("/v1/persons")).toEqual(before);
    expect(await Promise.all(before.map(({ id }) => timeline(id)))).toEqual(lines);
  });

  it.each([21, 22, 23])(
    "one by one or all at once, in batches of any size, the same people come out (stream %i)",
    async (seed) => {
      const lines = stream(seed);
      const picture = async (): Promise<string[]> => {
        await settled();
        return (await people())
          .map(({ identifiers, net, stages }) => JSON.stringify([identifiers.map(idOf).toSorted(), net, stages]))
          .toSorted();
      };
      await backfill(lines);
      const together = await picture();
      await openWorkspace();
      for (const line of lines) {
        await backfill([line]);
        await settled();
      }
      expect(await picture()).toEqual(together);
    },
  );
});
