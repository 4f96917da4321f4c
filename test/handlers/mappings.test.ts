/** `/v1/mappings`: what each caller may say, and how it is told what it may not. */
import { beforeEach, describe, expect, it } from "vitest";
import { SCHOOL, people, saveConfig, someone } from "../kit/login.ts";
import { OTHER_SECRET } from "../kit/sign.ts";

const { authorize, bot, link, site } = people();
const MAX = "max-token-000000000000";
const OPEN = { ...SCHOOL, connections: { ...SCHOOL.connections, site: { ...SCHOOL.connections.site, bot_may_register: true } } };

beforeEach(() => saveConfig(OPEN));

const wrong = (path: string) => ({
  status: 422,
  body: { reason: "invalid_request", errors: [expect.objectContaining({ path })] },
});

async function linked(user: string) {
  const made = await link({ telegram_id: someone() });
  await authorize({ buid: made.buid, pin: made.pin });
  expect((await site("/v1/mappings", { buid: made.buid, user_id: user })).status).toBe(201);
  return made;
}

describe("a bot that registers", () => {
  it.each([
    ["names no account", { user_id: "1" }, undefined, wrong("telegram_id")],
    ["names a group and no human", { telegram_id: "-100", user_id: "1" }, undefined, wrong("telegram_id")],
    ["names a guest", { telegram_id: "1", user_id: "0" }, undefined, wrong("user_id")],
    ["names no user", { telegram_id: "1" }, undefined, wrong("user_id")],
    ["names a site there is not", { telegram_id: "1", user_id: "1", site: "nowhere" }, undefined, wrong("site")],
    ["serves none of two sites and names none", { max_id: "1", user_id: "1" }, MAX, wrong("site")],
    [
      "may not at that site",
      { telegram_id: "1", user_id: "1", site: "shop" },
      undefined,
      { status: 409, body: { reason: "registration_off" } },
    ],
  ] as const)("and %s is refused", async (_, body, token, expected) => {
    expect(await bot("/v1/mappings", body, token)).toMatchObject(expected);
  });

  it("maps whom nobody has, once; neither another user nor another human takes the place", async () => {
    const [human, user] = [someone(), someone()];
    const register = (telegram_id: string, user_id: string) => bot("/v1/mappings", { telegram_id, user_id, site: "{site}" });
    expect(await register(human, user)).toMatchObject({ status: 201, body: { status: "linked" } });
    expect(await register(human, ` ${user} `)).toMatchObject({ status: 200, body: { status: "unchanged" } });
    const refused = await register(human, someone());
    expect(refused).toMatchObject({ status: 409, body: { reason: "conflict" } });
    expect(JSON.stringify(refused.body)).not.toContain(user);
    expect(await register(someone(), user)).toMatchObject({ status: 409, body: { reason: "conflict" } });
    const ask = (who: string) => bot(`/v1/mappings?telegram_id=${who}&site=site`, null, undefined, "GET");
    expect(await ask(human)).toMatchObject({ status: 200, body: { user_id: user } });
    expect(await ask(someone())).toMatchObject({ status: 404, body: { reason: "not_linked" } });
  });

  it.each([
    ["no account", "site=site", wrong("telegram_id")],
    ["a site there is not", "telegram_id=1&site=nowhere", wrong("site")],
    ["a site's user, who is not its to ask about", "user_id=1&site=site", wrong("telegram_id")],
  ])("and asks with %s is refused", async (_, query, expected) => {
    expect(await bot(`/v1/mappings?${query}`, null, undefined, "GET")).toMatchObject(expected);
  });
});

describe("a site", () => {
  it.each([
    ["no buid", { user_id: "1" }, wrong("buid")],
    ["a guest", { buid: "A".repeat(16), user_id: "guest" }, wrong("user_id")],
    ["a wish there is not", { buid: "A".repeat(16), user_id: "1", on_conflict: "swap" }, wrong("on_conflict")],
    ["a buid nobody has", { buid: "A".repeat(16), user_id: "1" }, { status: 403, body: { reason: "proof_required" } }],
  ])("that maps with %s is refused", async (_, body, expected) => {
    expect(await site("/v1/mappings", body)).toMatchObject(expected);
  });

  it("asks by the user, by the buid, or by both of one holder; two holders are nobody's answer", async () => {
    const [one, two] = [someone(), someone()];
    const [first, second] = [await linked(one), await linked(two)];
    const ask = (query: string, secret?: string) =>
      site(`/v1/mappings?${query}`, null, { method: "GET", ...(secret === undefined ? {} : { secret }) });
    for (const query of [`user_id=${one}`, `buid=${first.buid}`, `user_id=${one}&buid=${first.buid}`]) {
      expect(await ask(query)).toMatchObject({ status: 200, body: { user_id: one } });
    }
    expect(await ask(`user_id=${one}&buid=${second.buid}`)).toMatchObject(wrong("user_id"));
    expect(await ask("")).toMatchObject(wrong("buid"));
    expect(await ask("user_id=0")).toMatchObject(wrong("buid"));
    for (const query of [`user_id=${one}`, `buid=${first.buid}`]) expect((await ask(query, OTHER_SECRET)).status).toBe(404);
  });

  it("unlinks by either, told in the query or the body, but never by a link without a PIN or two different names", async () => {
    const [one, two] = [someone(), someone()];
    const [first, second] = [await linked(one), await linked(two)];
    const unlink = (query: string, body: unknown) => site(`/v1/mappings${query}`, body, { method: "DELETE" });
    const trusted = await link({ telegram_id: someone(), pin: false });
    expect(await unlink("", { buid: trusted.buid })).toMatchObject({ status: 403, body: { reason: "proof_required" } });
    expect(await unlink(`?user_id=${one}`, { user_id: two })).toMatchObject(wrong("user_id"));
    expect(await unlink("", { user_id: one, buid: second.buid })).toMatchObject(wrong("user_id"));
    expect(await unlink(`?user_id=${one}`, { user_id: one, buid: first.buid })).toMatchObject({
      status: 200,
      body: { status: "unlinked" },
    });
    expect(await unlink(`?buid=${second.buid}`, {})).toMatchObject({ status: 200 });
    expect(await unlink("", { user_id: one })).toMatchObject({ status: 404, body: { reason: "not_linked" } });
  });
});
