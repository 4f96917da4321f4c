import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { contextWith, saveDocument } from "../kit/context.ts";
import { sweepRetention } from "../../src/flows/sweep-retention.ts";
import { rememberEchoes } from "../../src/store/echoes.ts";
import { raiseProblem } from "../../src/store/problems.ts";
import { type Told, feed, pay } from "../kit/feed.ts";
import { emptyGraph, personOf, rows, snapshot } from "../kit/identity-rows.ts";
import { operator } from "../kit/operator.ts";

beforeEach(async () => {
  await emptyGraph();
  await saveDocument({
    connections: { bot: { kind: "salebot", project: "P1" }, school: { kind: "getcourse", account: "school1" } },
  });
});

const act = async (path: string, body: unknown): Promise<{ status: number; body: Record<string, unknown> }> => {
  const response = await operator("POST", `/v1/${path}`, body);
  return { status: response.status, body: await response.json() };
};
const conflicts = (): Promise<{ kind: string; cause: string }[]> =>
  rows("SELECT kind, cause FROM problems WHERE resolved_at IS NULL AND kind IN ('conflict', 'contact_quarantined')");
const twoClaims = async (): Promise<[string, string]> => {
  await feed({ ids: { tg: 1, email: "x@x.ru" } });
  await feed({ ids: { tg: 2, email: "x@x.ru" } });
  return [(await personOf({ tg: 1 })) ?? "", (await personOf({ tg: 2 })) ?? ""];
};

it("C-03a merging settles the conflict and automation does not reopen it", async () => {
  const persons = await twoClaims();
  expect(await conflicts()).toEqual([{ kind: "conflict", cause: "taken" }]);
  expect((await act("persons/merge", { persons })).status).toBe(200);
  expect(await personOf({ tg: 2 })).toBe(await personOf({ tg: 1 }));
  await feed({ ids: { tg: 2, email: "x@x.ru" } }, { ids: { tg: 1, phone: "+79001112233" } });
  expect(await conflicts()).toEqual([]);
  expect(await rows("SELECT DISTINCT person_id FROM persons")).toHaveLength(1);
});

it("C-03b a moved e-mail takes later payments along and leaves the old ones", async () => {
  const [first, second] = await twoClaims();
  const [before] = await feed(pay("10", { ids: { email: "x@x.ru" }, connection: "school" }));
  expect((await act("persons/move-identifier", { type: "email", value: " X@x.ru ", to: second })).status).toBe(200);
  const [after] = await feed(pay("20", { ids: { email: "x@x.ru" }, connection: "school" }));
  const owner = async (id: string | undefined): Promise<unknown> =>
    (await rows("SELECT person_id FROM events WHERE id = ?1", id))[0];
  expect(await owner(before)).toEqual({ person_id: first });
  expect(await owner(after)).toEqual({ person_id: second });
  await feed({ ids: { tg: 1, email: "x@x.ru" } });
  expect(await personOf({ email: "x@x.ru" })).toBe(second);
  expect(await conflicts()).toEqual([]);
});

it("a conflict between two who turn out to be one after all is settled", async () => {
  await feed({ ids: { gc: 7, site_user: 1 } });
  await feed({ ids: { tg: 5, site_user: 2, email: "x@x.ru" } });
  await feed({ ids: { gc: 7, email: "x@x.ru" } });
  expect(await conflicts()).toEqual([{ kind: "conflict", cause: "taken" }]);
  await feed({ type: "mapping.deleted", connection: "login", ids: { tg: 5, site_user: 2 } });
  await feed({ ids: { gc: 7, email: "x@x.ru" } });
  expect(await personOf({ gc: 7 })).toBe(await personOf({ tg: 5 }));
  expect(await conflicts()).toEqual([]);
});

it("C-03c two that are kept apart never raise the same conflict again", async () => {
  const persons = await twoClaims();
  expect((await act("persons/keep-apart", { persons })).status).toBe(200);
  await feed({ ids: { tg: 2, email: "x@x.ru" } });
  expect(await conflicts()).toEqual([]);
});

it("C-09 a merge that is undone leaves both exactly as they were, and what came between goes with its identifier", async () => {
  await feed({ ids: { tg: 1, sb: 5 }, profile: { first_name: "A" } });
  await feed(pay("70", { ids: { gc: 7, email: "b@b.ru" }, connection: "school", tid: "1" }));
  const before = await snapshot();
  const persons = [await personOf({ tg: 1 }), await personOf({ gc: 7 })];
  await act("persons/merge", { persons });
  expect(await snapshot()).not.toBe(before);
  expect((await act("persons/unmerge", { person: persons[0] })).body["persons"]).toEqual(expect.arrayContaining(persons));
  expect(await snapshot()).toBe(before);
  await act("persons/merge", { persons });
  const [between] = await feed(pay("30", { ids: { gc: 7 }, connection: "school", tid: "2" }));
  await act("persons/unmerge", { person: persons[1] });
  expect(await rows("SELECT person_id, label FROM events WHERE id = ?1", between)).toEqual([
    { person_id: persons[1], label: "resale" },
  ]);
  expect((await act("persons/unmerge", { person: persons[0] })).body["reason"]).toBe("nothing_to_unmerge");
});

it("C-09 undoing a merge gives back the conflict it settled, the claims it forgot and the decision to keep apart it lifted", async () => {
  await feed({ ids: { tg: 1, email: "x@x.ru" } });
  await feed({ ids: { tg: 2, email: "x@x.ru" } });
  await feed({ ids: { tg: 3, phone: "+79001112233" } });
  const [a, b, c] = [await personOf({ tg: 1 }), await personOf({ tg: 2 }), await personOf({ tg: 3 })];
  await act("persons/keep-apart", { persons: [b, c] });
  const before = await snapshot();
  await act("persons/merge", { persons: [a, b] });
  expect(await conflicts()).toEqual([]);
  await act("persons/merge", { persons: [c, a] });
  await act("persons/unmerge", { person: c });
  await act("persons/unmerge", { person: b });
  expect(await snapshot()).toBe(before);
  expect(await conflicts()).toHaveLength(1);
  await feed({ ids: { tg: 2, phone: "+79001112233" } });
  expect(await personOf({ tg: 2 })).not.toBe(await personOf({ tg: 3 }));
});

it("an edge between two keeps whoever joins either of them apart too", async () => {
  for (const ids of [{ gc: 1 }, { gc: "2@other" }, { tg: 3, email: "c@x.ru" }]) await feed({ ids });
  const [a, b] = [await personOf({ gc: 1 }), await personOf({ gc: "2@other" })];
  await act("persons/keep-apart", { persons: [a, b] });
  await feed({ ids: { gc: "2@other", email: "c@x.ru" } });
  expect(await personOf({ tg: 3 })).toBe(await personOf({ gc: "2@other" }));
  await feed({ ids: { gc: 1, email: "c@x.ru" } });
  expect(await personOf({ gc: 1 })).not.toBe(await personOf({ tg: 3 }));
  expect(await conflicts()).toEqual([]);
});

it("a merge that ends a contact's quarantine binds what waited for that contact", async () => {
  for (const tg of [1, 2, 3]) await feed({ ids: { tg, email: "x@x.ru" } });
  const [waits] = await feed(pay("1", { ids: { email: "x@x.ru" }, connection: "school" }));
  expect(await rows("SELECT status FROM events WHERE id = ?1", waits)).toEqual([{ status: "unbound" }]);
  await act("persons/merge", { persons: [await personOf({ tg: 1 }), await personOf({ tg: 2 })] });
  expect(await rows("SELECT status, person_id FROM events WHERE id = ?1", waits)).toEqual([
    { status: "bound", person_id: await personOf({ tg: 1 }) },
  ]);
});

it("erasing one of three claimants ends a contact's quarantine and binds what waited for it", async () => {
  for (const tg of [1, 2, 3]) await feed({ ids: { tg, email: "x@x.ru" } });
  const [waits] = await feed(pay("1", { ids: { email: "x@x.ru" }, connection: "school" }));
  await operator("DELETE", `/v1/persons/${await personOf({ tg: 2 })}`);
  expect(await rows("SELECT status, person_id, label FROM events WHERE id = ?1", waits)).toEqual([
    { status: "bound", person_id: await personOf({ tg: 1 }), label: "sale" },
  ]);
});

it("a merge with somebody who has nothing to do with a contact leaves its quarantine", async () => {
  for (const tg of [1, 2, 3]) await feed({ ids: { tg, email: "x@x.ru" } });
  await feed({ ids: { gc: 7 } });
  await act("persons/merge", { persons: [await personOf({ tg: 1 }), await personOf({ gc: 7 })] });
  const [waits] = await feed(pay("1", { ids: { email: "x@x.ru" }, connection: "school" }));
  expect(await rows("SELECT status FROM events WHERE id = ?1", waits)).toEqual([{ status: "unbound" }]);
});

it("C-09 undoing the merge that ended a quarantine lets what was bound by it wait again, and binds it once its owner is told", async () => {
  await feed(pay("5", { ids: { tg: 1 }, tid: "0", at: 9 }));
  for (const tg of [1, 2, 3]) await feed({ ids: { tg, email: "x@x.ru" } });
  const [waits] = await feed(pay("1", { ids: { email: "x@x.ru" }, connection: "school", at: 1 }));
  const [before, parked] = [await snapshot(), await rows("SELECT * FROM parked")];
  await act("persons/merge", { persons: [await personOf({ tg: 1 }), await personOf({ tg: 2 })] });
  expect(await rows("SELECT status FROM events WHERE id = ?1", waits)).toEqual([{ status: "bound" }]);
  await act("persons/unmerge", { person: await personOf({ tg: 1 }) });
  expect(await snapshot()).toBe(before);
  expect(await rows("SELECT * FROM parked")).toEqual(parked);
  await act("persons/move-identifier", { type: "email", value: "x@x.ru", to: await personOf({ tg: 3 }) });
  expect(await rows("SELECT status, person_id, rules FROM events WHERE id = ?1", waits)).toEqual([
    { status: "bound", person_id: await personOf({ tg: 3 }), rules: 0 },
  ]);
});

it("C-09 what a lifted quarantine bound stays when an operator has meanwhile said whose the contact is", async () => {
  for (const tg of [1, 2, 3]) await feed({ ids: { tg, email: "x@x.ru" } });
  const [waits] = await feed(pay("1", { ids: { email: "x@x.ru" }, connection: "school" }));
  await act("persons/merge", { persons: [await personOf({ tg: 1 }), await personOf({ tg: 2 })] });
  await act("persons/move-identifier", { type: "email", value: "x@x.ru", to: await personOf({ tg: 3 }) });
  await act("persons/unmerge", { person: await personOf({ tg: 1 }) });
  expect(await rows("SELECT status FROM events WHERE id = ?1", waits)).toEqual([{ status: "bound" }]);
});

it("an automatic merge that an operator undoes stays undone", async () => {
  await feed({ ids: { tg: 1, email: "x@x.ru" } });
  await feed({ ids: { gc: 7 } });
  await feed({ ids: { gc: 7, email: "x@x.ru" } });
  expect(await personOf({ gc: 7 })).toBe(await personOf({ tg: 1 }));
  await act("persons/unmerge", { person: await personOf({ tg: 1 }) });
  await feed({ ids: { gc: 7, email: "x@x.ru" } });
  expect(await personOf({ gc: 7 })).not.toBe(await personOf({ tg: 1 }));
});

describe("who is kept apart from somebody that later turns out to be two", () => {
  const both = async (): Promise<string> => {
    await feed({ ids: { tg: 1 } }, { ids: { gc: 7, email: "x@x.ru" } }, { ids: { tg: 3 } });
    await act("persons/merge", { persons: [await personOf({ tg: 1 }), await personOf({ gc: 7 })] });
    return (await personOf({ tg: 1 })) ?? "";
  };
  const apart = async (): Promise<unknown> => {
    expect((await act("persons/unmerge", { person: await personOf({ tg: 1 }) })).status).toBe(200);
    await feed({ ids: { gc: 7, email: "x@x.ru" } }, { ids: { tg: 3, email: "x@x.ru" } }, { ids: { gc: 7, tg: 3 } });
    return new Set([await personOf({ tg: 1 }), await personOf({ gc: 7 }), await personOf({ tg: 3 })]).size;
  };

  it("by a decision stays apart from either", async () => {
    await act("persons/keep-apart", { persons: [await both(), await personOf({ tg: 3 })] });
    expect(await apart()).toBe(3);
    expect(await conflicts()).toEqual([]);
  });

  it("by a decision is so in a row for each of hers that names somebody, however many visits became her", async () => {
    const visits = (tg: number): Told[] => [1, 2, 3].map((n) => ({ ids: { visitor: `${tg}v${n}` } }));
    for (const tg of [1, 2]) await feed(...visits(tg), ...visits(tg).map(({ ids }) => ({ ids: { ...ids, tg } })));
    expect(await rows("SELECT id FROM persons")).toHaveLength(6);
    await act("persons/keep-apart", { persons: [await personOf({ tg: 1 }), await personOf({ tg: 2 })] });
    expect(await rows("SELECT a FROM kept_apart")).toHaveLength(1);
    await feed({ ids: { tg: 1, email: "v@x.ru" } }, { ids: { email: "v@x.ru", visitor: "2v2" } });
    expect(await personOf({ visitor: "2v2" })).toBe(await personOf({ tg: 2 }));
  });

  it("by a moved identifier stays apart from whom it was moved away", async () => {
    await both();
    await act("persons/move-identifier", { type: "email", value: "x@x.ru", to: await personOf({ tg: 3 }) });
    expect(await apart()).toBe(3);
  });

  it("by an automatic merge that was undone stays apart from either", async () => {
    await both();
    await feed({ ids: { max: 5 } }, { ids: { max: 5, email: "x@x.ru" } });
    expect(await personOf({ max: 5 })).toBe(await personOf({ gc: 7 }));
    for (let merge = 0; merge < 2; merge += 1) await act("persons/unmerge", { person: await personOf({ tg: 1 }) });
    await feed({ ids: { max: 5, email: "x@x.ru" } }, { ids: { gc: 7, max: 5 } });
    expect(new Set([await personOf({ tg: 1 }), await personOf({ gc: 7 }), await personOf({ max: 5 })]).size).toBe(3);
  });
});

it("a site's user whom a login gave to somebody stays theirs when a guess about the two is undone", async () => {
  await feed({ ids: { tg: 1, phone: "+79001112233" } });
  await feed({ ids: { site_user: 31, email: "x@x.ru" } });
  await feed({ ids: { site_user: 31, phone: "+79001112233" } });
  await feed({ type: "mapping.created", connection: "login", ids: { tg: 1, site_user: 31 } });
  await act("persons/unmerge", { person: await personOf({ tg: 1 }) });
  expect(await personOf({ email: "x@x.ru" })).not.toBe(await personOf({ tg: 1 }));
  expect(await personOf({ site_user: 31 })).toBe(await personOf({ tg: 1 }));
});

it("a relink takes the former site's user of who logged in, not of another account that an operator joined with theirs", async () => {
  const given = (tg: number, site_user: number): Told => ({ type: "mapping.moved", connection: "login", ids: { tg, site_user } });
  await feed(given(1, 31), given(2, 32));
  await act("persons/merge", { persons: [await personOf({ tg: 1 }), await personOf({ tg: 2 })] });
  await feed(given(1, 33));
  expect(await personOf({ site_user: 31 })).toBeNull();
  expect(await personOf({ site_user: 32 })).toBe(await personOf({ tg: 2 }));
  expect(await personOf({ site_user: 33 })).toBe(await personOf({ tg: 1 }));
});

it("an empty scope is none: the value is found, moved and blocked wherever its type is known", async () => {
  await feed({ ids: { tg: 1, sb: 5 } }, { ids: { tg: 2 } });
  const found = async (): Promise<number> => (await operator("GET", "/v1/persons?client_id=5&scope=")).status;
  expect(await found()).toBe(200);
  const client = { type: "client_id", scope: "", value: "5" };
  expect(await act("persons/move-identifier", { ...client, to: await personOf({ tg: 2 }) })).toMatchObject({ status: 200 });
  expect(await act("identifiers/block", client)).toMatchObject({ body: { person: await personOf({ tg: 2 }) } });
  expect(await found()).toBe(404);
});

it("a blocked value belongs to nobody and joins nobody", async () => {
  await feed({ ids: { tg: 1, email: "info@x.ru" } });
  expect((await act("identifiers/block", { type: "email", value: "info@x.ru" })).status).toBe(200);
  await feed({ ids: { gc: 7, email: "info@x.ru" } });
  expect(await personOf({ email: "info@x.ru" })).toBeNull();
  expect(await personOf({ gc: 7 })).not.toBe(await personOf({ tg: 1 }));
});

it("three claimants quarantine a contact until an operator says whose it is", async () => {
  for (const tg of [1, 2, 3]) await feed({ ids: { tg, email: "x@x.ru" } });
  expect((await conflicts()).map(({ kind }) => kind).toSorted()).toEqual(["conflict", "contact_quarantined"]);
  const [parked] = await feed(pay("1", { ids: { email: "x@x.ru" }, connection: "school" }));
  expect(await rows("SELECT status FROM events WHERE id = ?1", parked)).toEqual([{ status: "unbound" }]);
  await act("persons/move-identifier", { type: "email", value: "x@x.ru", to: await personOf({ tg: 3 }) });
  await feed(pay("2", { ids: { email: "x@x.ru" }, connection: "school" }));
  expect(await rows("SELECT status, bound_at > received_at AS late FROM events WHERE id = ?1", parked)).toEqual([
    { status: "bound", late: 1 },
  ]);
  const owners = await rows("SELECT DISTINCT person_id FROM events WHERE type = 'payment'");
  expect(owners).toEqual([{ person_id: await personOf({ tg: 3 }) }]);
});

it("a contact in quarantine may be left to its owner: what waited is hers, and later claims are refused without a new quarantine", async () => {
  for (const tg of [1, 2, 3]) await feed({ ids: { tg, email: "x@x.ru" } });
  const [waits] = await feed(pay("1", { ids: { email: "x@x.ru" }, connection: "school" }));
  const owner = await personOf({ tg: 1 });
  const confirm = { type: "email", value: "x@x.ru", to: owner };
  expect(await act("persons/move-identifier", confirm)).toMatchObject({ status: 200, body: { persons: [owner] } });
  expect(await rows("SELECT status, person_id FROM events WHERE id = ?1", waits)).toEqual([
    { status: "bound", person_id: owner },
  ]);
  expect(await rows("SELECT * FROM kept_apart")).toEqual([]);
  await feed({ ids: { tg: 4, email: "x@x.ru" } }, { ids: { tg: 5, email: "x@x.ru" } });
  expect((await conflicts()).map(({ kind }) => kind)).toEqual(["conflict", "conflict"]);
  expect(await personOf({ email: "x@x.ru" })).toBe(owner);
  expect(await act("persons/move-identifier", confirm)).toMatchObject({ status: 409, body: { reason: "same_person" } });
});

it("a decision about nobody, about one person twice, or without a body is refused by name", async () => {
  await feed({ ids: { tg: 1 } });
  const one = await personOf({ tg: 1 });
  expect(await act("persons/merge", { persons: [one, one] })).toMatchObject({ status: 409, body: { reason: "same_person" } });
  expect(await act("persons/merge", { persons: [one, "per_nobody"] })).toMatchObject({
    status: 404,
    body: { reason: "not_found" },
  });
  expect(await act("persons/merge", {})).toMatchObject({ status: 422, body: { reason: "invalid_request" } });
  expect(await act("persons/move-identifier", { type: "email", value: "not an e-mail", to: one })).toMatchObject({ status: 422 });
});

it("R-01 an erased person is found by nothing, her past is dropped, her next start is somebody new, and the counters stay", async () => {
  const at = Date.UTC(2026, 2, 1);
  await feed({ ids: { tg: 1, sb: 5, email: "ivan@mail.ru" }, profile: { first_name: "Ivan" }, at });
  const [payment] = await feed(pay("70", { ids: { tg: 1 }, connection: "school", order: "O1", at: at + 1_000 }));
  const person = await personOf({ tg: 1 });
  const [key] = await rows<{ key: string }>("SELECT key FROM persons WHERE id = ?1", person);
  const response = await operator("DELETE", `/v1/persons/${person}`, { basis: "заявление" });
  expect(response.status).toBe(200);
  expect(await response.json()).toMatchObject({ basis: "заявление", counts: { identifiers: 3, events: 2 } });
  expect(await rows("SELECT hash FROM identifiers")).toEqual([]);
  expect(await rows("SELECT name FROM traits")).toEqual([]);
  expect(await rows("SELECT id FROM events WHERE facts IS NOT NULL OR raw IS NOT NULL OR trace IS NOT NULL")).toEqual([]);
  expect(await rows("SELECT status, amount_e4, label FROM events WHERE id = ?1", payment)).toEqual([
    { status: "erased", amount_e4: 700_000, label: "sale" },
  ]);
  expect(await (await operator("DELETE", `/v1/persons/${key?.key}`)).json()).toMatchObject({ status: 404, reason: "gone" });
  const [late] = await feed({ type: "message", ids: { tg: 1, email: "ivan@mail.ru" }, at: at + 2_000 });
  expect(await rows("SELECT status, person_id, facts FROM events WHERE id = ?1", late)).toEqual([
    { status: "erased", person_id: null, facts: null },
  ]);
  await feed({ type: "bot_start", ids: { tg: 1 }, at: Date.now() + 60_000 });
  expect(await personOf({ tg: 1 })).not.toBe(person);
  expect(await personOf({ tg: 1 })).not.toBeNull();
});

it("R-01 what a call of hers wrote to the school is forgotten as an echo, others' is not", async () => {
  const ids = await feed({ ids: { tg: 1 } }, { ids: { tg: 2 } });
  await env.DB.batch(ids.map((id) => rememberEchoes(env.DB, id, [`echo of ${id}`], Date.now())));
  await operator("DELETE", `/v1/persons/${await personOf({ tg: 1 })}`);
  expect(await rows("SELECT delivery_id FROM echoes")).toEqual([{ delivery_id: ids[1] }]);
});

it("R-01 what waited for an erased person's quarantined contact keeps its amount and loses what it told", async () => {
  for (const tg of [1, 2, 3]) await feed({ ids: { tg, email: "x@x.ru" } });
  const [waits] = await feed(pay("40", { ids: { email: "x@x.ru" }, connection: "school" }));
  await env.DB.prepare(
    "INSERT INTO bookmarks (event_id, connection, type, raw, created_at) VALUES (?1, 'school', 'payment', x'00', 0)",
  )
    .bind(waits)
    .run();
  await operator("DELETE", `/v1/persons/${await personOf({ tg: 1 })}`);
  expect(await rows("SELECT * FROM bookmarks")).toEqual([]);
  expect(await rows("SELECT status, amount_e4, facts, raw, trace FROM events WHERE id = ?1", waits)).toEqual([
    { status: "unbound", amount_e4: 400_000, facts: null, raw: null, trace: null },
  ]);
  expect(await rows("SELECT * FROM parked")).toEqual([]);
  await feed({ ids: { tg: 9, email: "x@x.ru" } });
  expect(await rows("SELECT status FROM events WHERE id = ?1", waits)).toEqual([{ status: "unbound" }]);
});

it("R-07 the act of an erasure is a page to print that names nothing of the person", async () => {
  await feed({ ids: { tg: 1, email: "ivan@mail.ru" } });
  const person = await personOf({ tg: 1 });
  await operator("DELETE", `/v1/persons/${person}`);
  const page = await (await operator("GET", `/v1/persons/${person}/erasure?format=html`)).text();
  expect(page).toContain("Акт об уничтожении персональных данных");
  expect(page).toContain(`${person}`);
  expect(page).not.toContain("ivan");
});

it("R-06 raw deliveries, then payloads are forgotten, the rows go on counting", async () => {
  await feed(pay("70", { ids: { gc: 1 }, connection: "school", tid: "1" }));
  const after = async (days: number): Promise<unknown[]> => {
    await sweepRetention(await contextWith({}, { clock: () => Date.now() + days * 86_400_000 }));
    return rows("SELECT raw IS NULL AS raw, facts IS NULL AS facts, amount_e4 FROM events");
  };
  expect(await after(29)).toEqual([{ raw: 0, facts: 0, amount_e4: 700_000 }]);
  expect(await after(31)).toEqual([{ raw: 1, facts: 0, amount_e4: 700_000 }]);
  expect(await after(401)).toEqual([{ raw: 1, facts: 1, amount_e4: 700_000 }]);
});

it("a problem is kept while it is open, and `event_days` after it was resolved", async () => {
  const ctx = await contextWith({});
  const problems = () => rows("SELECT connection FROM problems ORDER BY connection");
  const raise = (connection: string) =>
    raiseProblem(env.DB, { kind: "silence", dedupe: connection, connection, at: ctx.clock() });
  await env.DB.batch([raise("open"), raise("settled")]);
  await env.DB.prepare("UPDATE problems SET resolved_at = ?1 WHERE connection = 'settled'").bind(ctx.clock()).run();
  const after = async (days: number) => {
    await sweepRetention(await contextWith({}, { clock: () => ctx.clock() + days * 86_400_000 }));
    return problems();
  };
  expect(await after(399)).toEqual([{ connection: "open" }, { connection: "settled" }]);
  expect(await after(401)).toEqual([{ connection: "open" }]);
  await raise("settled").run();
  expect(await rows("SELECT count FROM problems WHERE connection = 'settled'")).toEqual([{ count: 1 }]);
});

it("L-04 what never arrives leaves the waiting list and stays unbound of its day", async () => {
  const [sale] = await feed(pay("10", { ids: { clickid: "ZZZ@chat" }, connection: "bot" }));
  await sweepRetention(await contextWith({}, { clock: () => Date.now() + 91 * 86_400_000 }));
  expect(await rows("SELECT hash FROM parked")).toEqual([]);
  expect(await rows("SELECT status, facts IS NULL AS gone FROM events WHERE id = ?1", sale)).toEqual([
    { status: "unbound", gone: 0 },
  ]);
  await feed({ ids: { tg: 9, clickid: "ZZZ@chat" } });
  expect(await rows("SELECT status FROM events WHERE id = ?1", sale)).toEqual([{ status: "unbound" }]);
});

it("erasing takes the person's log-ins along", async () => {
  await feed({ ids: { tg: 1 } });
  const [identity] = await rows<{ hash: string }>("SELECT hash FROM identifiers");
  await env.DB.batch([
    env.DB.prepare("INSERT INTO holders (id, created_at) VALUES ('hld_1', 0)"),
    env.DB.prepare(
      "INSERT INTO holder_identities (hash, holder_id, type, scope, sealed, last_used_at) VALUES (?1, 'hld_1', 'telegram_id', '', x'00', 0)",
    ).bind(identity?.hash),
    env.DB.prepare(
      "INSERT INTO mappings (site, holder_id, user_hash, user_id, version, linked_at) VALUES ('site', 'hld_1', 'u', x'00', 1, 0)",
    ),
  ]);
  await operator("DELETE", `/v1/persons/${await personOf({ tg: 1 })}`);
  expect(await rows("SELECT id FROM holders UNION SELECT hash FROM holder_identities UNION SELECT site FROM mappings")).toEqual(
    [],
  );
});
