import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { inboxOf } from "../../src/context.ts";
import { prepareAct, settleActs } from "../../src/flows/login/record-login-event.ts";
import { sweepLogins } from "../../src/flows/login/sweep-logins.ts";
import { newSealer } from "../../src/lib/seal.ts";
import { laneStub } from "../kit/lane.ts";
import { SCHOOL, people, saveConfig, someone } from "../kit/login.ts";
import { operator } from "../kit/operator.ts";
import { OTHER_SECRET } from "../kit/sign.ts";
import { testContext } from "../kit/context.ts";

// A storm of requests takes long on a busy machine; nothing here depends on how long.
vi.setConfig({ testTimeout: 60_000 });

const { link, authorize, site, bot, submit, open } = people();

beforeEach(() => saveConfig(SCHOOL));

/** A holder who just passed a PIN; the site may map her. */
async function proved(fields: Record<string, unknown> = {}) {
  const human = { telegram_id: someone(), ...fields };
  const made = await link(human);
  await authorize({ buid: made.buid, pin: made.pin });
  return { ...made, human };
}

async function login(human: Record<string, unknown>, extra: Record<string, unknown> = {}) {
  const made = await link(human);
  return (await authorize({ buid: made.buid, pin: made.pin, ...extra })).body;
}

const map = (buid: string, userId: string, onConflict?: string) =>
  site("/v1/mappings", { buid, user_id: userId, ...(onConflict ? { on_conflict: onConflict } : {}) });

describe("mappings", () => {
  it("P-01 P-02 P-03 a linked holder is authorized, and already_authorized when the same user is signed in", async () => {
    const { buid, human } = await proved();
    const user = someone();
    expect(await map(buid, user)).toMatchObject({ status: 201, body: { status: "linked" } });
    expect(await map(buid, user)).toMatchObject({ status: 200, body: { status: "unchanged" } });
    expect(await login(human)).toMatchObject({ status: "authorized", user_id: user });
    expect(await login(human, { user_id: user })).toMatchObject({ status: "already_authorized", user_id: user });
  });

  it("P-04 another user of the same holder is a conflict until the site chooses", async () => {
    const { buid, human } = await proved();
    const [first, second] = [someone(), someone()];
    await map(buid, first);
    expect(await login(human, { user_id: second })).toMatchObject({
      status: "conflict",
      linked_user_id: first,
      options: ["keep", "relink"],
    });
    expect(await map(buid, second)).toMatchObject({ status: 409, body: { reason: "conflict", linked_user_id: first } });
    expect(await map(buid, second, "keep")).toMatchObject({ status: 200, body: { status: "kept" } });
    expect(await login(human)).toMatchObject({ user_id: first });
    expect(await map(buid, second, "relink")).toMatchObject({ status: 200, body: { status: "relinked" } });
    expect(await login(human)).toMatchObject({ user_id: second });
    expect(await login({ telegram_id: someone() }, { user_id: first })).toMatchObject({ status: "link_required" });
  });

  it("P-05 a user of another holder is conflict_other; relink moves only that mapping", async () => {
    const [a, b] = [await proved(), await proved()];
    const user = someone();
    await map(b.buid, user);
    expect(await login(a.human, { user_id: user })).toMatchObject({ status: "conflict_other", options: ["keep", "relink"] });
    expect(await map(a.buid, user)).toMatchObject({ status: 409, body: { also_linked: true } });
    expect(await map(a.buid, user, "relink")).toMatchObject({ status: 200, body: { status: "relinked" } });
    expect(await login(a.human)).toMatchObject({ status: "authorized", user_id: user });
    expect(await login(b.human)).toMatchObject({ status: "registration_required" });
  });

  it("a conflict says so when the other user is taken too", async () => {
    const [a, b] = [await proved(), await proved()];
    const [mine, theirs] = [someone(), someone()];
    await map(a.buid, mine);
    await map(b.buid, theirs);
    expect(await login(a.human, { user_id: theirs })).toMatchObject({
      status: "conflict",
      linked_user_id: mine,
      also_linked: true,
    });
    expect(await map(a.buid, theirs, "relink")).toMatchObject({ body: { status: "relinked" } });
    expect(await login(a.human)).toMatchObject({ user_id: theirs });
  });

  it("needs a proof of the same site, not older than 15 minutes", async () => {
    const made = await link({ telegram_id: someone() });
    expect(await map(made.buid, someone())).toMatchObject({ status: 403, body: { reason: "proof_required" } });
    await authorize({ buid: made.buid, pin: made.pin });
    const foreign = await site("/v1/mappings", { buid: made.buid, user_id: "1" }, { secret: OTHER_SECRET });
    expect(foreign.body["reason"]).toBe("proof_required");
    vi.spyOn(Date, "now").mockReturnValue(Date.now() + 900_000);
    expect(await map(made.buid, someone())).toMatchObject({ status: 403, body: { reason: "proof_required" } });
    vi.mocked(Date.now).mockRestore();
  });

  it("a user who is nobody is never linked, and spaces around make no other user", async () => {
    const { buid } = await proved();
    for (const nobody of ["", " ", "\u00a0", "0", 0, -1, "null", "undefined", "{{user_id}}", "[object Object]"]) {
      const refused = await site("/v1/mappings", { buid, user_id: nobody });
      expect([nobody, refused.status, refused.body["errors"]]).toMatchObject([nobody, 422, [{ path: "user_id" }]]);
    }
    const user = someone();
    expect((await map(buid, ` ${user}\u200b`)).status).toBe(201);
    expect((await map(buid, user)).body).toEqual({ status: "unchanged" });
    expect((await site(`/v1/mappings?user_id=%20${user}`, null, { method: "GET" })).body["user_id"]).toBe(user);
  });

  it("a guest of the site, in whatever way she is told, is nobody signed in", async () => {
    for (const guest of [0, "0", "null", " ", "", null, "guest", "Anonymous", "not_authenticated", "-", "нет", "000"]) {
      const made = await link({ telegram_id: someone() });
      expect((await authorize({ buid: made.buid, pin: made.pin, user_id: guest })).body["status"]).toBe("registration_required");
    }
  });

  it("an account id that JSON has rounded names nobody: two people's ids would round to one", async () => {
    const rounded = { telegram_id: 2 ** 53, site: "site" };
    expect(await bot("/v1/links", rounded)).toMatchObject({ status: 422, body: { errors: [{ path: "telegram_id" }] } });
  });

  it("stays provable after a newer link", async () => {
    const { buid, human } = await proved();
    await link(human);
    expect(await map(buid, someone())).toMatchObject({ status: 201 });
  });

  it("is looked up by the site and the bot, and is gone after an unlink", async () => {
    const { buid, human } = await proved();
    const user = someone();
    await map(buid, user);
    const ask = (query: string) => site(`/v1/mappings?${query}`, null, { method: "GET" });
    expect((await ask(`buid=${buid}`)).body).toMatchObject({ user_id: user });
    expect((await ask(`user_id=${user}`)).body).toMatchObject({ user_id: user });
    const asBot = () => bot(`/v1/mappings?telegram_id=${human.telegram_id}&site=site`, null, undefined, "GET");
    expect((await asBot()).body).toMatchObject({ user_id: user });
    expect(await site("/v1/mappings", { user_id: user }, { method: "DELETE" })).toMatchObject({
      status: 200,
      body: { status: "unlinked" },
    });
    expect(await asBot()).toMatchObject({ status: 404, body: { reason: "not_linked" } });
    expect(await login(human)).toMatchObject({ status: "registration_required" });
  });

  it("a buid and a user_id of two people unlink nobody and look nobody up; of one they are one addressee", async () => {
    const [a, b] = [await proved(), await proved()];
    const [ofA, ofB] = [someone(), someone()];
    await map(a.buid, ofA);
    await map(b.buid, ofB);
    const refused = { status: 422, body: { errors: [{ path: "user_id" }] } };
    const end = (body: unknown, query = "") => site(`/v1/mappings${query}`, body, { method: "DELETE" });
    expect(await end({ buid: a.buid, user_id: ofB })).toMatchObject(refused);
    expect(await end({ user_id: ofB }, `?user_id=${ofA}`)).toMatchObject(refused);
    expect(await site(`/v1/mappings?buid=${a.buid}&user_id=${ofB}`, null, { method: "GET" })).toMatchObject(refused);
    expect(await login(a.human)).toMatchObject({ user_id: ofA });
    expect(await login(b.human)).toMatchObject({ user_id: ofB });
    expect(await end({ buid: a.buid, user_id: ofA })).toMatchObject({ status: 200, body: { status: "unlinked" } });
    expect(await login(a.human)).toMatchObject({ status: "registration_required" });
  });

  it("a question that names nobody is told which field is missing", async () => {
    const pathsOf = ({ body }: { readonly body: Record<string, unknown> }) =>
      (body["errors"] as { readonly path: string }[]).map(({ path }) => path);
    const asBot = (query: string) => bot(`/v1/mappings?${query}`, null, undefined, "GET");
    expect(pathsOf(await asBot("site=site"))).toEqual(["telegram_id"]);
    expect(pathsOf(await asBot("telegram_id=1&site=nope"))).toEqual(["site"]);
    expect(pathsOf(await site("/v1/mappings", null, { method: "GET" }))).toEqual(["buid"]);
  });

  it("may be registered by the bot only where the site allows it and nobody is mapped", async () => {
    const human = { telegram_id: someone(), site: "site" };
    const user = someone();
    expect(await bot("/v1/mappings", { ...human, user_id: user })).toMatchObject({
      status: 409,
      body: { reason: "registration_off" },
    });
    const { site: school, ...others } = SCHOOL.connections;
    await saveConfig({ ...SCHOOL, connections: { ...others, site: { ...school, bot_may_register: true } } });
    expect(await bot("/v1/mappings", { ...human, user_id: user })).toMatchObject({ status: 201, body: { status: "linked" } });
    expect(await bot("/v1/mappings", { ...human, user_id: someone() })).toMatchObject({ status: 409 });
    expect(await bot("/v1/mappings", { telegram_id: someone(), site: "site", user_id: user })).toMatchObject({ status: 409 });
  });
});

/** The text of every delivery to a connection, newest last. */
async function deliveries(connection: string): Promise<Record<string, unknown>[]> {
  const sealer = await newSealer("test-seal-key-00000000000000000000");
  const { results } = await env.DB.prepare("SELECT work FROM deliveries WHERE connection = ?1 AND work IS NOT NULL ORDER BY seq")
    .bind(connection)
    .all<{ work: ArrayBuffer }>();
  return Promise.all(
    results.map(async ({ work }) => (JSON.parse(await sealer.open(work)) as { with: Record<string, unknown> }).with),
  );
}

const undoIn = (told: Record<string, unknown> | undefined): string =>
  /https:\/\/go\.example\/undo\/\w+/.exec(String(told?.["message"]))?.[0] ?? "";

describe("the news of a change", () => {
  it("S17 reaches the bot with an undo that works once, and answers a double press as the first one", async () => {
    const { buid, human } = await proved({ client_id: someone() });
    const user = someone();
    await map(buid, user);
    const message = String((await deliveries("bot")).at(-1)?.["message"]);
    const undo = /https:\/\/go\.example\/undo\/\w+/.exec(message)?.[0] ?? "";
    expect(undo).not.toBe("");
    expect(await (await open(undo)).text()).toContain("<form");
    expect(await login(human)).toMatchObject({ status: "authorized" });
    const pressed = await submit(undo, {});
    expect(await pressed.text()).toContain("отменено");
    expect(await login(human)).toMatchObject({ status: "registration_required" });
    expect(await (await submit(undo, {})).text()).toContain("отменено");
    expect(await map(buid, user)).toMatchObject({ status: 403, body: { reason: "proof_required" } });
    const clock = vi.spyOn(Date, "now").mockReturnValue(Date.now() + 11_000);
    expect(await (await submit(undo, {})).text()).toContain("Отменять нечего");
    clock.mockRestore();
  });

  it("P-05 reaches both bots, and either undo restores both sides", async () => {
    const a = await proved({ client_id: someone() });
    const b = await proved({ client_id: someone() });
    const [mine, user] = [someone(), someone()];
    await map(a.buid, mine);
    await map(b.buid, user);
    await map(a.buid, user, "relink");
    const told = (await deliveries("bot")).slice(-2).map(({ message }) => String(message));
    expect(told[0]).toContain("другому мессенджеру");
    const undo = /https:\/\/go\.example\/undo\/\w+/.exec(told[0] ?? "")?.[0] ?? "";
    expect(await (await submit(undo, {})).text()).toContain("отменено");
    expect(await login(a.human)).toMatchObject({ user_id: mine });
    expect(await login(b.human)).toMatchObject({ user_id: user });
  });

  it("is about the person of its account, also when that one was joined with somebody and parted again", async () => {
    const [older, own] = [await proved({ client_id: someone() }), await proved({ client_id: someone() })];
    const idOf = async (human: { telegram_id: string }): Promise<string> => {
      await inboxOf(env).drain();
      const answer = await operator("GET", `/v1/persons?telegram_id=${human.telegram_id}`);
      return (await answer.json<{ person: { id: string } }>()).person.id;
    };
    const [survivor, person] = [await idOf(older.human), await idOf(own.human)];
    await operator("POST", "/v1/persons/merge", { persons: [survivor, person] });
    await map(own.buid, someone());
    const about = async (): Promise<unknown> => {
      const answer = await operator("GET", "/v1/deliveries?connection=bot&limit=1");
      return (await answer.json<{ items: { person_id: string }[] }>()).items[0]?.person_id;
    };
    expect(await about()).toBe(survivor);
    await operator("POST", "/v1/persons/unmerge", { person: survivor });
    expect(await about()).toBe(person);
  });

  it("an undo does nothing once the mapping has changed again, or after a day", async () => {
    const { buid, human } = await proved({ client_id: someone() });
    const [first, second] = [someone(), someone()];
    await map(buid, first);
    const undo = /https:\/\/go\.example\/undo\/\w+/.exec(String((await deliveries("bot")).at(-1)?.["message"]))?.[0] ?? "";
    await map(buid, second, "relink");
    expect(await (await submit(undo, {})).text()).toContain("Отменять нечего");
    expect(await login(human)).toMatchObject({ user_id: second });
  });

  it("two presses of one undo at once both hear that it is done", async () => {
    const { buid } = await proved({ client_id: someone() });
    await map(buid, someone());
    const undo = /https:\/\/go\.example\/undo\/\w+/.exec(String((await deliveries("bot")).at(-1)?.["message"]))?.[0] ?? "";
    const pressed = await Promise.all([submit(undo, {}), submit(undo, {}), submit(undo, {})]);
    for (const answer of pressed) expect(await answer.text()).toContain("отменено");
  });

  it("reaches the site as a signed webhook when it has an address for it", async () => {
    const { site: school, ...others } = SCHOOL.connections;
    const heard = { ...school, webhook_url: "https://school.example/hooks" };
    await saveConfig({ ...SCHOOL, connections: { ...others, site: heard } });
    const { buid } = await proved();
    const [first, second] = [someone(), someone()];
    await map(buid, first);
    await map(buid, second, "relink");
    await site("/v1/mappings", { user_id: second }, { method: "DELETE" });
    expect(await deliveries("site")).toMatchObject([
      { type: "mapping.created", data: { user_id: first, by: "site" } },
      { type: "mapping.moved", data: { user_id: second, previous_user_id: first } },
      { type: "mapping.deleted", data: { user_id: second } },
    ]);
  });

  it("reaches the site for each user that an undo gives back", async () => {
    const { site: school, ...others } = SCHOOL.connections;
    await saveConfig({
      ...SCHOOL,
      connections: { ...others, site: { ...school, webhook_url: "https://school.example/hooks" } },
    });
    const [a, b, mine, user] = [await proved({ client_id: someone() }), await proved(), someone(), someone()];
    await map(a.buid, mine);
    await map(b.buid, user);
    await map(a.buid, user, "relink");
    const before = (await deliveries("site")).length;
    await submit(undoIn((await deliveries("bot")).at(-1)), {});
    expect((await deliveries("site")).slice(before)).toMatchObject([
      { type: "mapping.moved", data: { user_id: mine, previous_user_id: user, by: "undo" } },
      { type: "mapping.moved", data: { user_id: user, by: "undo" } },
    ]);
  });

  it("an undo gives nothing back to a holder that is no more: the user would be nobody's", async () => {
    const [max, user] = [someone(), someone()];
    const [a, b] = [await proved({ client_id: someone() }), await proved()];
    await map(a.buid, user);
    await map(b.buid, user, "relink");
    const undo = undoIn((await deliveries("bot")).at(-2));
    const { body } = await bot("/v1/merge-links", { max_id: max, to: "telegram", connection: "tg" }, "max-token-000000000000");
    const start = { event: "bot_start", ...a.human, start: String(body["token"]) };
    await bot("/webhook/tg", start, "tg-token-0000000000000");
    expect(await (await submit(undo, {})).text()).toContain("Отменять нечего");
    expect(await login(b.human)).toMatchObject({ status: "authorized", user_id: user });
  });
});

describe("erasing the person", () => {
  /** What is kept of changes of mappings and of what was said about them. */
  const kept = async (): Promise<Record<string, number> | null> =>
    env.DB.prepare(
      `SELECT (SELECT COUNT(*) FROM undo_tokens) AS undo, (SELECT COUNT(*) FROM mapping_history) AS history,
         (SELECT COUNT(*) FROM deliveries WHERE work IS NOT NULL) AS said, (SELECT COUNT(*) FROM deliveries) AS deliveries`,
    ).first<Record<string, number>>();
  const erase = async (type: string, value: string): Promise<number> => {
    const answer = await operator("GET", `/v1/persons?${type}=${value}`);
    const { person } = await answer.json<{ person: { id: string } }>();
    return (await operator("DELETE", `/v1/persons/${person.id}`)).status;
  };
  beforeEach(async () => {
    const { site: school, ...others } = SCHOOL.connections;
    await saveConfig({
      ...SCHOOL,
      connections: { ...others, site: { ...school, webhook_url: "https://school.example/hooks", bot_may_register: true } },
    });
    await env.DB.batch(["undo_tokens", "mapping_history", "deliveries"].map((table) => env.DB.prepare(`DELETE FROM ${table}`)));
  });

  it("R-01 takes what the site and the bot were told of her users along, and the undo", async () => {
    const { buid, human } = await proved({ client_id: someone() });
    const user = someone();
    await map(buid, user);
    await site("/v1/mappings", { user_id: user }, { method: "DELETE" });
    await inboxOf(env).drain();
    expect(await kept()).toEqual({ undo: 2, history: 2, said: 4, deliveries: 4 });
    expect(await erase("telegram_id", human.telegram_id)).toBe(200);
    expect(await kept()).toEqual({ undo: 0, history: 0, said: 0, deliveries: 4 });
  });

  it("R-01 also of a user that the bot registered before anybody knew the person", async () => {
    const [telegram, client] = [someone(), someone()];
    await bot("/v1/mappings", { telegram_id: telegram, client_id: client, site: "site", user_id: someone() });
    await inboxOf(env).drain();
    expect(await kept()).toEqual({ undo: 1, history: 1, said: 2, deliveries: 2 });
    expect(await erase("telegram_id", telegram)).toBe(200);
    expect(await kept()).toEqual({ undo: 0, history: 0, said: 0, deliveries: 2 });
  });

  it("R-01 and leaves what concerns somebody else alone", async () => {
    const [mine, other] = [await proved({ client_id: someone() }), await proved({ client_id: someone() })];
    await map(mine.buid, someone());
    await map(other.buid, someone());
    await inboxOf(env).drain();
    expect(await erase("telegram_id", mine.human.telegram_id)).toBe(200);
    expect(await kept()).toEqual({ undo: 1, history: 1, said: 2, deliveries: 4 });
  });

  it("R-01 takes what waits to tell the site of her users, and nothing of whom it tells in the same line", async () => {
    vi.spyOn(globalThis, "fetch").mockImplementation(async () => new Response(null, { status: 503 }));
    const [a, b, user] = [await proved({ client_id: someone() }), await proved({ client_id: someone() }), someone()];
    await map(a.buid, user);
    await map(b.buid, user, "relink");
    await inboxOf(env).drain();
    const { results } = await env.DB.prepare("SELECT id FROM deliveries WHERE connection = 'site' ORDER BY seq").all<{
      id: string;
    }>();
    const waits = (): Promise<boolean[]> =>
      runInDurableObject(laneStub("site"), (_lane, { storage }) => {
        const work = [...storage.sql.exec<{ id: string }>("SELECT id FROM work WHERE sealed IS NOT NULL")];
        return results.map(({ id }) => work.some((row) => row.id === id));
      });
    expect(await waits()).toEqual([true, true]);
    expect(await erase("telegram_id", a.human.telegram_id)).toBe(200);
    expect(await waits()).toEqual([false, true]);
    expect(await erase("telegram_id", b.human.telegram_id)).toBe(200);
    expect(await waits()).toEqual([false, false]);
    vi.mocked(globalThis.fetch).mockRestore();
  });

  it("R-01 an undo of an account that went over to another messenger goes with its new holder", async () => {
    const max = someone();
    const old = await proved({ client_id: someone() });
    const user = someone();
    await map(old.buid, user);
    await site("/v1/mappings", { user_id: user }, { method: "DELETE" });
    const { body } = await bot("/v1/merge-links", { max_id: max, to: "telegram", connection: "tg" }, "max-token-000000000000");
    const start = { event: "bot_start", ...old.human, start: String(body["token"]) };
    await bot("/webhook/tg", start, "tg-token-0000000000000");
    await inboxOf(env).drain();
    expect(await erase("max_id", max)).toBe(200);
    expect(await kept()).toEqual({ undo: 0, history: 0, said: 0, deliveries: 4 });
  });
});

describe("the person graph", () => {
  const person = async (query: string) => {
    await inboxOf(env).drain();
    const { results } = await env.DB.prepare(
      `SELECT e.type, e.status, e.person_id FROM events AS e WHERE e.connection = 'login' AND e.person_id = (SELECT person_id FROM identifiers WHERE hash = ?1) ORDER BY e.seq`,
    )
      .bind(query)
      .all<{ type: string; status: string; person_id: string }>();
    return results;
  };
  const hashOf = async (type: string, scope: string, value: string) => {
    return (await newSealer("test-seal-key-00000000000000000000")).index(type, scope, value);
  };

  it("P-01 P-04 hears of logins and mappings: the user is attached, proved, and follows a relink", async () => {
    const { buid, human } = await proved();
    const [first, second] = [someone(), someone()];
    await map(buid, first);
    await map(buid, second, "relink");
    const events = await person(await hashOf("telegram_id", "", human.telegram_id));
    expect(events.map(({ type }) => type)).toEqual(["identify", "login", "mapping.created", "mapping.moved"]);
    const { results } = await env.DB.prepare("SELECT hash, proof FROM identifiers WHERE type = 'user_id' AND person_id = ?1")
      .bind(events[0]?.person_id)
      .all();
    expect(results).toEqual([{ hash: await hashOf("user_id", "site", second), proof: "proved" }]);
  });

  it("hears at the next sweep of a login whose own request died before it could tell", async () => {
    const telegram = someone();
    const account = { type: "telegram_id", scope: "", value: telegram } as const;
    const ctx = await testContext();
    await (await prepareAct(ctx, { type: "login", key: null, identifiers: [account], fields: {} })).statement.run();
    const clock = vi.spyOn(Date, "now").mockReturnValue(Date.now() + 1);
    await sweepLogins(await testContext());
    clock.mockRestore();
    expect(await person(await hashOf("telegram_id", "", telegram))).toMatchObject([{ type: "login", status: "bound" }]);
  });

  it("counts an act once that the sweep tells while its own request does", async () => {
    const account = { type: "telegram_id", scope: "", value: someone() } as const;
    const ctx = await testContext();
    const { act } = await prepareAct(ctx, { type: "login", key: null, identifiers: [account], fields: {} });
    const counted = async () => {
      await inboxOf(env).drain();
      return env.DB.prepare("SELECT SUM(n) AS n FROM intake_counts WHERE connection = 'login'").first<number>("n");
    };
    const before = (await counted()) ?? 0;
    for (let round = 0; round < 2; round += 1) await settleActs(ctx, [act]);
    expect(await counted()).toBe(before + 1);
  });

  it("keeps a user on the card of who is mapped to it, though an earlier unlink is heard of late", async () => {
    const { buid, human } = await proved();
    const user = someone();
    await map(buid, user);
    await inboxOf(env).drain();
    const account = { type: "telegram_id", scope: "", value: human.telegram_id } as const;
    const lost = { type: "mapping.deleted", key: null, fields: {} } as const;
    const left = { type: "user_id", scope: "site", value: user } as const;
    await (await prepareAct(await testContext(), { ...lost, identifiers: [account, left] })).statement.run();
    const clock = vi.spyOn(Date, "now").mockReturnValue(Date.now() + 1);
    await sweepLogins(await testContext());
    clock.mockRestore();
    await inboxOf(env).drain();
    const found = env.DB.prepare("SELECT hash FROM identifiers WHERE hash = ?1").bind(await hashOf("user_id", "site", user));
    expect((await found.all()).results).toHaveLength(1);
  });

  it("P-05 a user taken from another holder is lost by one card and has moved to the other, as the site is told", async () => {
    const { site: school, ...others } = SCHOOL.connections;
    await saveConfig({
      ...SCHOOL,
      connections: { ...others, site: { ...school, webhook_url: "https://school.example/hooks" } },
    });
    const [a, b, user] = [await proved(), await proved(), someone()];
    await map(a.buid, user);
    await map(b.buid, user, "relink");
    const typesOf = async ({ telegram_id }: { telegram_id: string }) =>
      (await person(await hashOf("telegram_id", "", telegram_id))).map(({ type }) => type);
    expect(await typesOf(a.human)).toEqual(["identify", "login", "mapping.created", "mapping.deleted"]);
    expect(await typesOf(b.human)).toEqual(["identify", "login", "mapping.moved"]);
    expect((await deliveries("site")).slice(-1)).toMatchObject([{ type: "mapping.moved", data: { user_id: user } }]);
  });

  it("P-06 a user of a person merged by a typed phone is only confirmation_required", async () => {
    const victim = await proved();
    const user = someone();
    await map(victim.buid, user);
    const phone = "+79001112233";
    const webhook = (body: Record<string, unknown>, connection: string, token: string) =>
      bot(`/webhook/${connection}`, body, token);
    await webhook({ event: "identify", telegram_id: victim.human.telegram_id, phone }, "tg", "tg-token-0000000000000");
    const attacker = { max_id: someone() };
    await webhook({ event: "identify", ...attacker, phone }, "max", "max-token-000000000000");
    await person("");
    const made = await link({ telegram_id: undefined, ...attacker }, "max-token-000000000000");
    const { body } = await authorize({ buid: made.buid, pin: made.pin });
    expect(body["status"]).toBe("confirmation_required");
    expect(JSON.stringify(body)).not.toContain(user);
  });

  it("P-06 a user whom another holder of the same person has won is confirmation_required for whoever had it before", async () => {
    const [first, second, user, phone] = [
      await proved(),
      await proved({ telegram_id: undefined, max_id: someone() }),
      someone(),
      "+79001112244",
    ];
    await map(first.buid, user);
    await map(second.buid, user, "relink");
    expect(await login(first.human)).toMatchObject({ status: "registration_required" });
    await bot("/webhook/tg", { event: "identify", telegram_id: first.human.telegram_id, phone }, "tg-token-0000000000000");
    await bot("/webhook/max", { event: "identify", ...second.human, phone }, "max-token-000000000000");
    await person("");
    expect(await login(first.human)).toMatchObject({ status: "confirmation_required" });
    expect(await login(second.human)).toMatchObject({ status: "authorized", user_id: user });
  });

  it("an unlink takes the user off whichever person of the holder's accounts has it", async () => {
    const [first, second, user] = [await proved(), someone(), someone()];
    await map(first.buid, user);
    const asked = { ...first.human, to: "telegram", connection: "tg" };
    const { body } = await bot("/v1/merge-links", asked, "tg-token-0000000000000");
    const start = { event: "bot_start", telegram_id: second, start: String(body["token"]) };
    await bot("/webhook/tg", start, "tg-token-0000000000000");
    await login({ telegram_id: second });
    await bot("/v1/logout", { telegram_id: second, unlink: true }, "tg-token-0000000000000");
    await person("");
    const hash = await hashOf("user_id", "site", user);
    expect(await env.DB.prepare("SELECT person_id FROM identifiers WHERE hash = ?1").bind(hash).first()).toBeNull();
  });
});
