/** The seed's endpoint: its words for what is missing, and what it never writes into a school. */
import { env, exports } from "cloudflare:workers";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { type Answer, DOCUMENT, events, openWorkspace, read, settled, tell, webhookUrl } from "../kit/journey.ts";

const sent: string[] = [];
beforeAll(() => {
  vi.spyOn(globalThis, "fetch");
});
afterAll(() => void vi.restoreAllMocks());
beforeEach(async () => {
  vi.mocked(globalThis.fetch).mockImplementation(async (input, init) => {
    sent.push(new Request(input, init).url);
    return Response.json({ success: true, result: { success: true, user_id: 1 } });
  });
  sent.length = 0;
  const school = { kind: "getcourse", account: "school1", api: "legacy", api_key: "KEY", token: "token-of-school-0000000000" };
  await openWorkspace({ connections: { ...DOCUMENT.connections, school } });
});

const seed = async (body: string, headers: Record<string, string> = {}): Promise<string> => {
  const answer = await exports.default.fetch(webhookUrl("p1", "/update_telegram_id"), { method: "POST", headers, body });
  expect(answer.status).toBe(200);
  return answer.text();
};
const MISSING = '{"success":false,"error":"email, telegram_id и sb_id обязательны"}';
const GIVEN = { email: "a@b.ru", telegram_id: "11111111", sb_id: "22222222" };

describe("vector 16: update_telegram_id", () => {
  it.each([null, "", " ", 0, false, "0", "null", "undefined", "#{platform_id}", "%7Btelegram_id%7D"])(
    "a Telegram id of %j is missing: nothing is written, the fact is kept",
    async (telegram_id) => {
      expect(await seed(JSON.stringify({ ...GIVEN, telegram_id }))).toBe(MISSING);
      expect(sent).toEqual([]);
      await settled();
      expect(await events("?status=quarantined")).toHaveLength(1);
    },
  );

  it.each(["", "{", "[]", '{"email":"a@b.ru","telegram_id":"1"}'])("the body %j has nothing to write", async (body) => {
    expect(await seed(body)).toBe(MISSING);
    expect(sent).toEqual([]);
  });

  it("a body that cannot be read names no field as missing", async () => {
    expect(await seed('{"email":', { "content-type": "application/json" })).toBe(MISSING);
    await settled();
    expect(await events("?status=quarantined")).toMatchObject([{ cause: "unparsable", field: null }]);
  });

  it("keeps the school's rate: what would pass it waits for its place", async () => {
    const school = {
      kind: "getcourse",
      account: "school1",
      api_key: "KEY",
      token: "token-of-school-0000000000",
      rate: { per_second: 1 },
    };
    await openWorkspace({ connections: { ...DOCUMENT.connections, school } });
    const at: number[] = [];
    vi.mocked(globalThis.fetch).mockImplementation(async () => {
      at.push(Date.now());
      return Response.json({ success: true, result: { success: true, user_id: 1 } });
    });
    const answers = await Promise.all([1, 2].map((n) => seed(JSON.stringify({ ...GIVEN, sb_id: n * 1_111 }))));
    expect(answers).toEqual(['{"success":true}', '{"success":true}']);
    expect(at).toHaveLength(2);
    expect((at[1] ?? 0) - (at[0] ?? 0)).toBeGreaterThanOrEqual(1_000);
  });

  it("numbers and a form are as good as the seed's strings", async () => {
    expect(await seed(JSON.stringify({ ...GIVEN, telegram_id: 11111111, sb_id: 22222222 }))).toBe('{"success":true}');
    expect(await seed("email=a%40b.ru&telegram_id=11111111&sb_id=22222222")).toBe('{"success":true}');
    expect(sent).toHaveLength(2);
  });
});

describe("what the school says", () => {
  const SCHOOL = { kind: "getcourse", account: "school1", token: "token-of-school-0000000000" };
  const TECH = { ...SCHOOL, api: "tech", dev_key: "DEV" };
  const CHATIUM = { ...SCHOOL, api: "chatium", chatium_url: "https://c.example/x" };
  const LEGACY = { ...SCHOOL, api: "legacy", api_key: "KEY" };
  const TITLES = { 1: { name: "Telegram_ID" }, 2: { name: "SB_p1_ID" } };
  const done = { status: true, data: { result: true } };
  const no = { status: false, code: 404, message: "Объект не найден" };

  const open = (school: object, others: object = {}) =>
    openWorkspace({ connections: { ...DOCUMENT.connections, school, ...others } });
  /** Answers of the school, in turn; the last one again and again. */
  const school = (...answers: readonly (object | number)[]) =>
    vi.mocked(fetch).mockImplementation(async (input, init) => {
      const answer = answers[Math.min(sent.length, answers.length - 1)] ?? {};
      sent.push(new Request(input, init).url);
      if (answer === 0) throw new Error("the connection was lost");
      return typeof answer === "number" ? new Response("", { status: answer }) : Response.json(answer);
    });

  it.each([
    ["the Tech API writes by number", TECH, [{ status: true, data: TITLES }, done], null, 2],
    ["the Tech API knows no such user", TECH, [no], "user_not_found", 1],
    [
      "the Tech API has no field for the Telegram id",
      TECH,
      [{ status: true, data: { 2: TITLES[2] } }],
      "field_telegram_id_not_found",
      1,
    ],
    ["the Tech API has no field of the project", TECH, [{ status: true, data: { 1: TITLES[1] } }], "field_sb_P1_id_not_found", 1],
    ["the Tech API refuses the key", TECH, [403], "internal_error", 1],
    ["the Tech API loses the user between two calls", TECH, [{ status: true, data: TITLES }, no], "user_not_found", 2],
    ["the import creates whom it does not know", LEGACY, [{ success: true, result: { success: true } }], null, 1],
    ["the import is down", LEGACY, [502], "internal_error", 1],
    ["the network is down", LEGACY, [0], "internal_error", 1],
    ["the customer's own endpoint says yes", CHATIUM, [{ success: true }], null, 1],
    ["the customer's own words pass", CHATIUM, [{ success: false, error: "user_not_found" }], "user_not_found", 1],
    ["other words of it do not", CHATIUM, [{ success: false, error: "нет такого" }], "internal_error", 1],
    ["a school without its key is not asked", SCHOOL, [{}], "internal_error", 0],
    ["a school without its developer key is not asked", { ...SCHOOL, api: "tech" }, [{}], "internal_error", 0],
    ["a school without the address of its endpoint is not asked", { ...SCHOOL, api: "chatium" }, [{}], "internal_error", 0],
  ] as const)("%s", async (_, connection, answers, error, calls) => {
    await open(connection);
    school(...answers);
    expect(JSON.parse(await seed(JSON.stringify(GIVEN)))).toEqual(error === null ? { success: true } : { success: false, error });
    expect(sent).toHaveLength(calls);
    expect(await events("?connection=p1")).toHaveLength(1);
  });

  it("is asked nothing more when the ten seconds of the caller are nearly over", async () => {
    await open(TECH);
    school({ status: true, data: TITLES });
    const real = Date.now.bind(Date);
    const clock = vi.spyOn(Date, "now").mockImplementation(() => real() + (sent.length > 0 ? 9_600 : 0));
    expect(JSON.parse(await seed(JSON.stringify(GIVEN)))).toEqual({ success: false, error: "internal_error" });
    clock.mockRestore();
    expect(sent).toHaveLength(1);
  });

  it("is the bot's own school where it names one, and nobody's where two could be meant", async () => {
    const other = { ...LEGACY, account: "school2.getcourse.ru", token: "token-of-other-00000000000" };
    await open(LEGACY, { other });
    school({ success: true, result: { success: true } });
    expect(JSON.parse(await seed(JSON.stringify(GIVEN)))).toEqual({ success: false, error: "internal_error" });
    expect(sent).toEqual([]);
    await open(LEGACY, { other, p1: { ...(DOCUMENT.connections["p1" as never] as object), school: "other" } });
    expect(JSON.parse(await seed(JSON.stringify(GIVEN)))).toEqual({ success: true });
    expect(sent).toEqual(["https://school2.getcourse.ru/pl/api/users"]);
  });

  it("a wrong token is no answer of the seed's: nothing is stored and nobody is asked", async () => {
    await open(LEGACY);
    const address = webhookUrl("p1", "/update_telegram_id").replace("token-of-p1", "token-of-px");
    expect((await exports.default.fetch(address, { method: "POST", body: JSON.stringify(GIVEN) })).status).toBe(404);
    expect(sent).toEqual([]);
    expect(await events()).toEqual([]);
  });

  it.each([
    ["as the fields are called where nobody named them", {}, { telegram_id: "11111111", sb_P1_id: "22222222" }],
    [
      "as the school's settings name them",
      { fields: { telegram_id: "TG", salebot_id: "SB" } },
      { TG: "11111111", SB: "22222222" },
    ],
    ["under the settings' older name of the field", { fields: { sb_id: "Salebot" } }, { Salebot: "22222222" }],
    ["under our own names", {}, { telegram_id: "11111111", client_id: "22222222" }],
  ])("O-01 what was written comes back as an echo, %s", async (_, settings, report) => {
    await open({ ...LEGACY, ...settings });
    school({ success: true, result: { success: true } });
    await tell("school", { event: "registration", gc_user_id: "77", email: "a@b.ru" });
    await settled();
    await seed(JSON.stringify(GIVEN));
    await settled();
    const back: Answer = await tell("school", { event: "user_updated", gc_user_id: "77", email: "a@b.ru", ...report });
    await settled();
    expect(await read(`/v1/events/${back.id}`)).toMatchObject({ status: "echo" });
  });

  it("O-01 what the school refused has no echo: its own report of the same is news", async () => {
    await open(TECH);
    school(no);
    await tell("school", { event: "registration", gc_user_id: "77", email: "a@b.ru" });
    await settled();
    await seed(JSON.stringify(GIVEN));
    await settled();
    const back = await tell("school", { event: "user_updated", gc_user_id: "77", email: "a@b.ru", telegram_id: "11111111" });
    await settled();
    expect(await read(`/v1/events/${back.id}`)).toMatchObject({ status: "bound" });
  });

  it("is written also while what was written cannot be noted", async () => {
    await open(LEGACY);
    school({ success: true, result: { success: true } });
    const prepare = env.DB.prepare.bind(env.DB);
    const away = vi.spyOn(env.DB, "prepare").mockImplementation((sql) => prepare(sql.replace("INTO echoes", "INTO nowhere")));
    expect(JSON.parse(await seed(JSON.stringify(GIVEN)))).toEqual({ success: true });
    away.mockRestore();
    expect(sent).toHaveLength(1);
  });
});
