import { env } from "cloudflare:workers";
import { runInDurableObject } from "cloudflare:test";
import { expect, it } from "vitest";
import { countWaiting, duplicateCounts, oldestWaiting, record } from "../../src/flows/intake/ledger.ts";
import type { Acceptance, Arrival } from "../../src/rpc.ts";
import { arrivalOf } from "../kit/arrival.ts";

/** Records in a ledger of its own, without an alarm: what was answered, and how many duplicates were counted. */
const recorded = (name: string, arrivals: readonly Arrival[]): Promise<{ answers: Acceptance[]; duplicates: number }> =>
  runInDurableObject(env.INBOX.get(env.INBOX.idFromName(name)), (_inbox, { storage: { sql } }) => ({
    answers: arrivals.map((arrival) => record(sql, arrival)),
    duplicates: duplicateCounts(sql).reduce((sum, { n }) => sum + n, 0),
  }));

const waitingIn = (name: string): Promise<number> =>
  runInDurableObject(env.INBOX.get(env.INBOX.idFromName(name)), (_inbox, { storage: { sql } }) => countWaiting(sql));

it("an arrival whose answer was lost is answered again as the event it is, and is no duplicate of itself", async () => {
  const [first, second] = [arrivalOf("fact"), arrivalOf("fact")];
  const accepted = { id: first.id, outcome: "accepted" };
  expect(await recorded("lost-answer", [first, { ...first, again: true }, second])).toEqual({
    answers: [accepted, accepted, { id: first.id, outcome: "duplicate" }],
    duplicates: 1,
  });
});

it("an arrival whose answer was lost does not come back over the state that replaced it", async () => {
  const [old, paid] = [arrivalOf("fact", { state: "new" }), arrivalOf("fact", { state: "paid" })];
  const { answers } = await recorded("lost-and-replaced", [
    old,
    paid,
    { ...old, again: true },
    arrivalOf("fact", { state: "paid" }),
  ]);
  expect(answers).toEqual([
    { id: old.id, outcome: "accepted" },
    { id: paid.id, outcome: "accepted" },
    { id: old.id, outcome: "accepted" },
    { id: paid.id, outcome: "duplicate" },
  ]);
});

it("an unusable telling of a known fact whose answer was lost is kept once", async () => {
  const broken = arrivalOf("fact", { state: "x", verdict: "quarantined", cause: "unresolved_macro", field: "phone" });
  const { answers, duplicates } = await recorded("lost-and-broken", [arrivalOf("fact"), broken, { ...broken, again: true }]);
  expect(answers.slice(1)).toEqual([broken, broken].map(({ id }) => ({ id, outcome: "quarantined" })));
  expect(duplicates).toBe(0);
});

it("an arrival whose answer was lost is not stored a second time after a later telling of the same was taken for news", async () => {
  const at = Date.now();
  const [first, later] = [at, at + 5_000].map((receivedAt) => arrivalOf("fact", { windowMs: 1_000, receivedAt }));
  if (!first || !later) throw new Error("two arrivals");
  const third = arrivalOf("fact", { windowMs: 1_000, receivedAt: at + 10_000 });
  const { answers, duplicates } = await recorded("lost-among-many", [first, later, third, { ...first, again: true }]);
  expect(answers.map(({ id, outcome }) => [id, outcome])).toEqual([first, later, third, first].map(({ id }) => [id, "accepted"]));
  expect(duplicates).toBe(0);
  expect(await waitingIn("lost-among-many")).toBe(3);
});

it("a telling that came before is a duplicate also after a newer state has replaced it", async () => {
  const [old, paid] = [
    arrivalOf("tid", { state: "payment|50", told: "m1" }),
    arrivalOf("tid", { state: "payment|70", told: "m2" }),
  ];
  const [late, again] = [
    arrivalOf("tid", { state: "payment|50", told: "m1" }),
    arrivalOf("tid", { state: "payment|50", told: "m3" }),
  ];
  const { answers, duplicates } = await recorded("told-before", [old, { ...old, again: true }, paid, late, again]);
  expect(answers).toEqual([
    { id: old.id, outcome: "accepted" },
    { id: old.id, outcome: "accepted" },
    { id: paid.id, outcome: "accepted" },
    { id: old.id, outcome: "duplicate" },
    { id: again.id, outcome: "accepted" },
  ]);
  expect(duplicates).toBe(1);
  expect(await waitingIn("told-before")).toBe(3);
});

it("one message is one fact, whatever else it says the second time; unusable the first time, it is news", async () => {
  const [first, other] = [arrivalOf("tid 1", { told: "m1" }), arrivalOf("tid 2", { told: "m1" })];
  const broken = arrivalOf("m2", { verdict: "quarantined", cause: "unresolved_macro", field: "email" });
  const { answers } = await recorded("one-message", [first, other, arrivalOf("m1"), broken, arrivalOf("tid 3", { told: "m2" })]);
  expect(answers.map(({ outcome }) => outcome)).toEqual(["accepted", "duplicate", "duplicate", "quarantined", "accepted"]);
});

it("a telling that says less than what is known replaces nothing", async () => {
  const known = arrivalOf("fact", { state: "payment|50|USD" });
  const others = ["payment|50", "payment", "", "payment|5", "rejected"].map((state) => arrivalOf("fact", { state }));
  const { answers } = await recorded("says-less", [known, ...others]);
  expect(answers.map(({ outcome }) => outcome)).toEqual([
    "accepted",
    "duplicate",
    "duplicate",
    "duplicate",
    "accepted",
    "accepted",
  ]);
});

it("a message repeated with whom it is about is news while the fact is nobody's, and a duplicate once somebody has it", async () => {
  const nobodys = { state: "payment|50", told: "m1", cause: "no_identifier" } as const;
  const [first, named] = [arrivalOf("tid", nobodys), arrivalOf("tid", { ...nobodys, cause: null })];
  const { answers, duplicates } = await recorded("named-later", [
    first,
    arrivalOf("tid", nobodys),
    named,
    { ...named, again: true },
    arrivalOf("tid", { ...nobodys, cause: null }),
    arrivalOf("tid", nobodys),
  ]);
  expect(answers).toEqual([
    { id: first.id, outcome: "accepted" },
    { id: first.id, outcome: "duplicate" },
    { id: named.id, outcome: "accepted" },
    { id: named.id, outcome: "accepted" },
    { id: named.id, outcome: "duplicate" },
    { id: named.id, outcome: "duplicate" },
  ]);
  expect(duplicates).toBe(3);
});

it("a late retry that names somebody does not come back over a newer state", async () => {
  const first = arrivalOf("tid", { state: "payment|50", told: "m1", cause: "no_identifier" });
  const newer = arrivalOf("tid", { state: "payment|70", told: "m2" });
  const late = arrivalOf("tid", { state: "payment|50", told: "m1" });
  const { answers } = await recorded("named-too-late", [first, newer, late]);
  expect(answers.map(({ outcome }) => outcome)).toEqual(["accepted", "accepted", "duplicate"]);
});

it("a newer state that names nobody is as good as the one that it takes its names from", async () => {
  const { answers } = await recorded("names-kept", [
    arrivalOf("tid", { state: "payment|50" }),
    arrivalOf("tid", { state: "payment|70", cause: "no_identifier" }),
    arrivalOf("tid", { state: "payment|70" }),
  ]);
  expect(answers.map(({ outcome }) => outcome)).toEqual(["accepted", "accepted", "duplicate"]);
});

it("the same content that names somebody within its window, by a mapping made since, takes the place of what was nobody's", async () => {
  const [nobodys, named] = [
    arrivalOf("content", { windowMs: 600_000, cause: "no_identifier" }),
    arrivalOf("content", { windowMs: 600_000 }),
  ];
  await recorded("mapped-since", [nobodys, named]);
  const waiting = await runInDurableObject(env.INBOX.get(env.INBOX.idFromName("mapped-since")), (_inbox, { storage: { sql } }) =>
    oldestWaiting(sql, 10).map(({ id, replaces, possibleDuplicate }) => [id, replaces, possibleDuplicate]),
  );
  expect(waiting).toEqual([
    [nobodys.id, null, false],
    [named.id, nobodys.id, false],
  ]);
});
