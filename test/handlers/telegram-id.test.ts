/** The seed's endpoint: its words for what is missing, and what it never writes into a school. */
import { exports } from "cloudflare:workers";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { DOCUMENT, events, openWorkspace, settled, webhookUrl } from "../kit/journey.ts";

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
