/** In whose line what still waits stands, after merges and their undoing. */
import { runInDurableObject } from "cloudflare:test";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { inboxOf } from "../../src/context.ts";
import { noteDeciding } from "../../src/flows/intake/ledger.ts";
import { actionsOf, resendEvent } from "../../src/flows/resend-event.ts";
import { Lane } from "../../src/lane.ts";
import { accept, feed } from "../kit/feed.ts";
import { emptyGraph, personOf, rows } from "../kit/identity-rows.ts";
import { laneStub, vendor } from "../kit/lane.ts";
import { operator } from "../kit/operator.ts";
import { bindings } from "../kit/bindings.ts";
import { saveDocument, testContext } from "../kit/context.ts";

beforeEach(async () => {
  await emptyGraph();
  await runInDurableObject(laneStub("out"), (_lane, { storage }) => void storage.sql.exec("DELETE FROM work"));
  await saveDocument({
    connections: {
      bot: { kind: "salebot", project: "P1" },
      out: { kind: "http", url: "https://vendor.example/", retry_seconds: [3_600] },
    },
    rules: [{ on: "*", do: [{ to: "out", action: "request", with: { body: "x" } }] }],
  });
  vendor(() => new Response(null, { status: 503 }));
});
afterEach(() => vi.restoreAllMocks());

/** The lines of what waits, by whom D1 knows it to be about. */
async function lines(): Promise<Record<string, string[]>> {
  const work = await runInDurableObject(laneStub("out"), (_lane, { storage }) => [
    ...storage.sql.exec<{ id: string; line: string }>("SELECT id, line FROM work WHERE state <> 'settled'"),
  ]);
  const made = await rows<{ id: string; person_id: string }>("SELECT id, person_id FROM deliveries");
  const told = made.map(({ id, person_id }) => [person_id, work.find((row) => row.id === id)?.line ?? "none"] as const);
  return Object.fromEntries(
    [...Map.groupBy(told, ([person]) => person)].map(([person, own]) => [person, [...new Set(own.map(([, line]) => line))]]),
  );
}

const three = async (): Promise<[string, string, string]> => {
  for (const ids of [{ max: 3 }, { tg: 1 }, { gc: 7 }]) await feed({ ids });
  return [(await personOf({ max: 3 })) ?? "", (await personOf({ tg: 1 })) ?? "", (await personOf({ gc: 7 })) ?? ""];
};

it("whoever joined somebody earlier moves along when that one joins a third, and back when the two are parted", async () => {
  const [first, second, third] = await three();
  await feed({ ids: { tg: 1, gc: 7 } });
  expect(await lines()).toEqual({ [first]: [first], [second]: [second], [third]: [second] });
  await feed({ ids: { max: 3, tg: 1 } });
  expect(await lines()).toEqual({ [first]: [first], [second]: [first], [third]: [first] });
  expect((await operator("POST", "/v1/persons/unmerge", { person: first })).status).toBe(200);
  expect(await lines()).toEqual({ [first]: [first], [second]: [second], [third]: [second] });
});

it("what an event of one side was to tell while both were one goes with that side when they are parted", async () => {
  const [first, second] = await three();
  expect((await operator("POST", "/v1/persons/merge", { persons: [first, second] })).status).toBe(200);
  const [event = ""] = await feed({ ids: { tg: 1 } });
  const [made] = await rows<{ id: string }>(`SELECT id FROM deliveries WHERE event_id = '${event}'`);
  const about = async (): Promise<readonly unknown[]> => {
    const [row] = await runInDurableObject(laneStub("out"), (_lane, { storage }) => [
      ...storage.sql.exec<{ line: string }>("SELECT line FROM work WHERE id = ?1", made?.id ?? ""),
    ]);
    const { person_id: shown } = await (await operator("GET", `/v1/deliveries/${made?.id ?? ""}`)).json<{ person_id: string }>();
    return [row?.line, shown];
  };
  expect(await about()).toEqual([first, first]);
  expect((await operator("POST", "/v1/persons/unmerge", { person: first })).status).toBe(200);
  expect(await about()).toEqual([second, second]);
});

it("what an operator sends again of an event of one side goes with that side too", async () => {
  const [first, second] = await three();
  expect((await operator("POST", "/v1/persons/merge", { persons: [first, second] })).status).toBe(200);
  const [event] = await rows<{ id: string }>(`SELECT id FROM events WHERE home_id = '${second}'`);
  const ctx = await testContext();
  const [chosen] = actionsOf(ctx);
  const sent = chosen && (await resendEvent(ctx, event?.id ?? "", chosen.action));
  const about = (): Promise<unknown[]> => rows(`SELECT person_id FROM deliveries WHERE id = '${sent?.ok ? sent.value : ""}'`);
  expect(await about()).toEqual([{ person_id: second }]);
  expect(await lines()).toMatchObject({ [second]: [first] });
  expect((await operator("POST", "/v1/persons/unmerge", { person: first })).status).toBe(200);
  expect(await lines()).toMatchObject({ [first]: [first], [second]: [second] });
});

it("those who become one in the turn that made their deliveries wait in one line", async () => {
  for (const ids of [{ tg: 1 }, { gc: 7 }, { tg: 1, gc: 7 }, { gc: 7 }]) await accept({ ids });
  await inboxOf(bindings).drain();
  const [survivor, joined] = [await personOf({ tg: 1 }), await personOf({ gc: 7 })];
  expect(joined).toBe(survivor);
  const told = Object.values(await lines());
  expect(told).toHaveLength(2);
  expect(new Set(told.flat())).toEqual(new Set([survivor]));
});

it("a run that died between its write and the lanes puts the lines right when it comes again", async () => {
  const [, second, third] = await three();
  const died = vi.spyOn(Lane.prototype, "changeLines").mockRejectedValueOnce(new Error("died"));
  await accept({ ids: { tg: 1, gc: 7 } });
  for (let turn = 0; turn < 3; turn++)
    await inboxOf(bindings)
      .drain()
      .catch(() => null);
  expect(died).toHaveBeenCalled();
  expect((await lines())[third]).toEqual([second]);
});

it("an operator's decision that died between its write and the lanes puts the lines right as well", async () => {
  const [, second, third] = await three();
  const died = vi.spyOn(Lane.prototype, "changeLines").mockRejectedValueOnce(new Error("died"));
  await operator("POST", "/v1/persons/merge", { persons: [second, third] }).catch(() => null);
  expect(died).toHaveBeenCalledTimes(1);
  await inboxOf(bindings).drain();
  expect((await lines())[third]).toEqual([second]);
  died.mockRejectedValueOnce(new Error("died"));
  await operator("POST", "/v1/persons/unmerge", { person: second }).catch(() => null);
  await inboxOf(bindings).drain();
  expect(await lines()).toMatchObject({ [second]: [second], [third]: [third] });
});

it("a lane that does not take the lines of a decision that died holds up no binding", async () => {
  const [, second, third] = await three();
  const died = vi.spyOn(Lane.prototype, "changeLines").mockRejectedValue(new Error("broken"));
  await operator("POST", "/v1/persons/merge", { persons: [second, third] }).catch(() => null);
  await feed({ ids: { gc: 8 } });
  expect(await personOf({ gc: 8 })).toBeDefined();
  died.mockRestore();
  await inboxOf(bindings).drain();
  expect((await lines())[third]).toEqual([second]);
});

it("after a decision that died, the lines of many people are told page by page, everything of a person at once", async () => {
  const [first] = await three();
  await bindings.DB.batch([
    bindings.DB.prepare(
      `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1200)
       INSERT INTO persons (id, person_id, key, first_seen, last_seen, created_at)
       SELECT printf('per_many%05d', i), printf('per_many%05d', i), printf('k_many%05d', i), 1, 1, 1 FROM n`,
    ),
    bindings.DB.prepare(
      `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2400)
       INSERT INTO deliveries (id, seq, event_id, person_id, connection, action, generation, status, attempts, created_at)
       SELECT printf('dlv_many%05d', i), i, '', printf('per_many%05d', 1 + i % 1200), 'out', 'request', 0, iif(i % 2, 'queued', 'retrying'), 0, 1 FROM n`,
    ),
  ]);
  await runInDurableObject(inboxOf(bindings) as unknown as DurableObjectStub, (_inbox, { storage }) =>
    noteDeciding(storage.sql, true),
  );
  const told = vi.spyOn(Lane.prototype, "changeLines").mockRejectedValueOnce(new Error("broken"));
  await inboxOf(bindings).drain();
  await inboxOf(bindings).drain();
  const pages = told.mock.calls.map(([changes]) => changes);
  expect(Math.max(...pages.map(({ length }) => length))).toBeLessThan(1_500);
  const again = pages.slice(pages.length / 2);
  expect(again.flat().filter(({ id }) => id.startsWith("dlv_many"))).toHaveLength(2_400);
  const pagesOf = Map.groupBy(
    again.flatMap((changes, page) => changes.map(({ line }) => ({ line, page }))),
    ({ line }) => line,
  );
  for (const [line, on] of pagesOf) expect([line, new Set(on.map(({ page }) => page)).size]).toEqual([line, 1]);
  expect(pagesOf.has(first)).toBe(true);
});
