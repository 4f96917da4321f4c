import { beforeEach, describe, expect, it } from "vitest";
import { operator } from "../kit/operator.ts";
import {
  type Person,
  backfill,
  decide,
  openWorkspace,
  people,
  problems,
  settled,
  tell,
  timeline,
  values,
  who,
} from "../kit/journey.ts";

beforeEach(() => openWorkspace());

const types = async (person: Person): Promise<string[]> => (await timeline(person.id)).map(({ type }) => type);

/** C-02: two messengers claim one e-mail. */
async function taken(): Promise<{ one: Person; two: Person }> {
  await tell("p1", { telegram_id: "1", email: "x@x.ru" });
  await tell("p1", { telegram_id: "2", email: "x@x.ru" });
  await settled();
  return { one: await who("telegram_id", "1"), two: await who("telegram_id", "2") };
}

const pay = (tid: string, ids: Record<string, unknown> = { email: "x@x.ru" }): Promise<unknown> =>
  tell("school", { event: "payment", order: `O${tid}`, tid, amount: "100", ...ids });

describe("conflicts as an outside client sees them", () => {
  it("C-02 an e-mail already taken stays, the event is on its own card, one conflict", async () => {
    const { one, two } = await taken();
    expect(await people()).toHaveLength(2);
    expect((await who("email", "x@x.ru")).id).toBe(one.id);
    expect(await types(two)).toEqual(["identify"]);
    const conflicts = await problems("conflict");
    expect(conflicts).toHaveLength(1);
    expect(conflicts[0]).toMatchObject({ cause: "taken", count: 1 });
    expect(conflicts[0]?.persons?.toSorted()).toEqual([one.id, two.id].toSorted());
    await pay("1");
    await settled();
    expect(await types(one)).toEqual(["identify", "payment"]);
  });

  it("C-03a one human: one person with two Telegram accounts, and automation does not reopen it", async () => {
    const { one, two } = await taken();
    await decide("merge", { persons: [one.id, two.id] });
    expect(await people()).toHaveLength(1);
    const person = await who("telegram_id", "2");
    expect(values(person, "telegram_id")).toEqual(["1", "2"]);
    expect(await problems("conflict")).toEqual([]);
    await tell("p1", { telegram_id: "2", email: "x@x.ru", again: "1" });
    await tell("p1", { telegram_id: "1", email: "x@x.ru", again: "2" });
    await settled();
    expect(await people()).toHaveLength(1);
    expect(await problems("conflict")).toEqual([]);
    for (const old of [one, two]) expect((await who("key", old.key)).id).toBe(person.id);
  });

  it("C-03b the second's e-mail: later payments are hers, old ones stay", async () => {
    const { one, two } = await taken();
    await pay("1");
    await settled();
    await decide("move-identifier", { type: "email", value: "X@x.ru", to: two.id });
    await pay("2");
    await settled();
    expect((await who("email", "x@x.ru")).id).toBe(two.id);
    expect(await types(one)).toEqual(["identify", "payment"]);
    expect(await types(two)).toEqual(["identify", "payment"]);
    expect(await problems("conflict")).toEqual([]);
    await tell("p1", { telegram_id: "1", email: "x@x.ru", again: "1" });
    await settled();
    expect(await people()).toHaveLength(2);
    expect((await who("email", "x@x.ru")).id).toBe(two.id);
  });

  it("C-03c different people: the same claim never raises the conflict again", async () => {
    const { one, two } = await taken();
    await decide("keep-apart", { persons: [one.id, two.id] });
    expect(await problems("conflict")).toEqual([]);
    await tell("p1", { telegram_id: "2", email: "x@x.ru", again: "1" });
    await tell("p1", { email: "x@x.ru", telegram_id: "2", again: "2" });
    await settled();
    expect(await problems("conflict")).toEqual([]);
    expect(await people()).toHaveLength(2);
    expect((await who("email", "x@x.ru")).id).toBe(one.id);
  });

  it("rule 7: the newest decision holds: a merge of two kept apart lifts that and says so, and undoing it brings it back", async () => {
    const { one, two } = await taken();
    const persons = [one.id, two.id];
    await decide("keep-apart", { persons });
    expect(await decide("merge", { persons })).toEqual({ persons: [one.id], person: one.id, lifted_keep_apart: true });
    expect(await people()).toHaveLength(1);
    await decide("unmerge", { person: one.id });
    await tell("p1", { telegram_id: "2", email: "x@x.ru", again: "1" });
    await settled();
    expect(await problems("conflict")).toEqual([]);
    expect(await decide("merge", { persons })).toMatchObject({ lifted_keep_apart: true });
    await decide("unmerge", { person: one.id });
  });

  it("C-05 forwarded key: the new school user is a new person referred by the key's owner", async () => {
    await tell("p1", { event: "bot_start", telegram_id: "1" });
    await settled();
    const a = await who("telegram_id", "1");
    await tell("school", { event: "registration", gc_user_id: "100", key: a.key });
    await settled();
    expect((await who("gc_user_id", "100")).id).toBe(a.id);
    await tell("school", { event: "registration", gc_user_id: "200", email: "b@b.ru", key: a.key });
    await settled();
    const b = await who("gc_user_id", "200");
    expect(b.id).not.toBe(a.id);
    expect([a.id, a.key]).toContain(b.referred_by);
    expect((await who("gc_user_id", "100")).id).toBe(a.id);
    expect((await who("key", a.key)).id).toBe(a.id);
    expect(await people()).toHaveLength(2);
  });

  it("C-06 a school order with another's e-mail is its school user's", async () => {
    await tell("school", { gc_user_id: "100", email: "a@x.ru" });
    await tell("school", { gc_user_id: "200" });
    await settled();
    const before = await who("gc_user_id", "100");
    await tell("school", { event: "order", gc_user_id: "200", email: "a@x.ru", order: "O1", amount: "500" });
    await settled();
    expect(await types(await who("gc_user_id", "200"))).toEqual(["identify", "order"]);
    const after = await who("gc_user_id", "100");
    expect(await types(after)).toEqual(["identify"]);
    expect(after.identifiers.map(({ type, value }) => [type, value])).toEqual(
      before.identifiers.map(({ type, value }) => [type, value]),
    );
    expect(await problems("conflict")).toHaveLength(1);
  });

  it("rule 6: a contact claimed by three messengers is quarantined", async () => {
    for (const telegram_id of ["1", "2", "3"]) await tell("p1", { telegram_id, email: "x@x.ru" });
    await settled();
    expect(await problems("conflict")).toHaveLength(1);
    expect(await problems("contact_quarantined")).toHaveLength(1);
    await tell("p1", { telegram_id: "4", email: "x@x.ru" });
    await pay("1");
    await settled();
    expect((await who("email", "x@x.ru")).id).toBe((await who("telegram_id", "1")).id);
    expect(await people()).toHaveLength(4);
    expect(await types(await who("telegram_id", "1"))).toEqual(["identify"]);
  });

  it("C-09 unmerge is exact, and what came between follows its identifier", async () => {
    const at = "2026-03-01T10:00:00Z";
    await backfill([
      ["p1", at, { event: "bot_start", telegram_id: "1", client_id: "5" }],
      ["school", "2026-03-01T11:00:00Z", { event: "registration", gc_user_id: "7", email: "b@b.ru" }],
      ["school", "2026-03-01T12:00:00Z", { event: "payment", gc_user_id: "7", order: "O1", tid: "t1", amount: "100" }],
    ]);
    await settled();
    const [a, b] = [await who("telegram_id", "1"), await who("gc_user_id", "7")];
    const [linesA, linesB] = [await timeline(a.id), await timeline(b.id)];
    await decide("merge", { persons: [a.id, b.id] });
    expect(await people()).toHaveLength(1);
    const merged = await who("telegram_id", "1");
    expect(merged.net).toBe("100.00");
    const { persons } = await decide("unmerge", { person: merged.id });
    expect(persons.toSorted()).toEqual([a.id, b.id].toSorted());
    expect(await who("telegram_id", "1")).toEqual(a);
    expect(await who("gc_user_id", "7")).toEqual(b);
    expect([await timeline(a.id), await timeline(b.id)]).toEqual([linesA, linesB]);
    await decide("merge", { persons: [b.id, a.id] });
    await tell("school", { event: "payment", gc_user_id: "7", order: "O2", tid: "t2", amount: "50" });
    await settled();
    await decide("unmerge", { person: a.key });
    expect((await who("gc_user_id", "7")).net).toBe("150.00");
    expect(await who("telegram_id", "1")).toEqual(a);
  });

  it("C-09 a second merge is undone first, and nobody can be unmerged twice", async () => {
    for (const telegram_id of ["1", "2", "3"]) await tell("p1", { telegram_id });
    await settled();
    const ids = [await who("telegram_id", "1"), await who("telegram_id", "2"), await who("telegram_id", "3")].map(({ id }) => id);
    await decide("merge", { persons: [ids[0], ids[1]] });
    await decide("merge", { persons: [ids[1], ids[2]] });
    expect(await people()).toHaveLength(1);
    await decide("unmerge", { person: ids[0] });
    expect(await people()).toHaveLength(2);
    expect((await who("telegram_id", "1")).id).toBe((await who("telegram_id", "2")).id);
    expect((await who("telegram_id", "3")).id).toBe(ids[2]);
    await decide("unmerge", { person: ids[1] });
    expect(await people()).toHaveLength(3);
    const again = await operator("POST", "/v1/persons/unmerge", { person: ids[1] });
    expect(again.status).toBe(409);
  });

  it("C-08 two people claiming one e-mail and a school user with it, in six arrival orders: two people, nothing lost", async () => {
    const facts: [string, Record<string, unknown>][] = [
      ["p1", { event: "bot_start", telegram_id: "1" }],
      ["p1", { telegram_id: "1", email: "x@x.ru" }],
      ["p2", { event: "bot_start", telegram_id: "2" }],
      ["p2", { telegram_id: "2", email: "x@x.ru" }],
      ["school", { event: "registration", gc_user_id: "7", email: "x@x.ru" }],
    ];
    for (const order of ["01234", "43210", "41302", "13420", "30241", "34102"]) {
      await openWorkspace();
      for (const place of order) {
        const [connection, fields] = facts[Number(place)] ?? ["p1", {}];
        await tell(connection, fields);
      }
      await settled();
      const [one, two] = [await who("telegram_id", "1"), await who("telegram_id", "2")];
      expect(one.id).not.toBe(two.id);
      const cards = await Promise.all((await people()).map((person) => timeline(person.id)));
      expect(cards.flat()).toHaveLength(5);
    }
  });
});
