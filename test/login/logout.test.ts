import { beforeEach, describe, expect, it } from "vitest";
import { SCHOOL, people, saveConfig } from "../kit/login.ts";
import { operator } from "../kit/operator.ts";
import { OTHER_SECRET } from "../kit/sign.ts";

beforeEach(() => saveConfig(SCHOOL));

describe("logout", () => {
  it("a bot that logs many people out spends nothing of its address's failed proofs", async () => {
    const { bot } = people();
    for (let n = 1; n <= 61; n += 1) expect((await bot("/v1/logout", { telegram_id: String(n) })).body).toEqual({ revoked: 0 });
    expect((await bot("/v1/links", { telegram_id: "1", site: "site" }, "a-wrong-token")).status).toBe(401);
  });

  it("a wrong token is one failed proof, not one for each kind of caller it might have been", async () => {
    const { bot } = people();
    const statuses = [];
    for (let n = 0; n < 40; n += 1) statuses.push((await bot("/v1/logout", { telegram_id: "1" }, "another-wrong-token")).status);
    expect(new Set(statuses)).toEqual(new Set([401]));
  });

  it.each([
    { unlink: null, buid: null, user_id: null, client_id: null },
    { unlink: "", buid: "", client_id: "" },
  ])("reads what a block or a backend sends for what it has not as absent: %j", async (unset) => {
    const { bot, link } = people();
    await link({ telegram_id: "6100" });
    expect(await bot("/v1/logout", { telegram_id: "6100", ...unset })).toMatchObject({ status: 200, body: { revoked: 1 } });
  });

  it("an unlink takes the null of the name that the site does not use", async () => {
    const { site } = people();
    const none = { status: 404, body: { reason: "not_linked" } };
    expect(await site("/v1/mappings", { user_id: "6101", buid: null }, { method: "DELETE" })).toMatchObject(none);
    expect(await site("/v1/mappings", { buid: "A".repeat(16), user_id: null }, { method: "DELETE" })).toMatchObject(none);
    expect(await site("/v1/mappings", { buid: null, user_id: null }, { method: "DELETE" })).toMatchObject({ status: 422 });
  });
});

/** Who is still let in: the pending PIN of one site and of the other, in this order. */
async function stillIn(mine: { buid: string; pin: string }, other: { buid: string; pin: string }): Promise<boolean[]> {
  const { authorize } = people();
  const answers = [
    await authorize({ buid: mine.buid, pin: mine.pin }),
    await authorize({ buid: other.buid, pin: other.pin }, { secret: OTHER_SECRET }),
  ];
  return answers.map(({ status }) => status === 200);
}

/** A holder with a user at both sites and a PIN waiting at each. */
async function member(number: string) {
  const { authorize, link, site } = people();
  const human = { telegram_id: number, client_id: `c${number}` };
  for (const [name, secret] of [["site"], ["shop", OTHER_SECRET]] as const) {
    const signing = secret === undefined ? {} : { secret };
    const made = await link({ ...human, site: name });
    await authorize({ buid: made.buid, pin: made.pin }, signing);
    await site("/v1/mappings", { buid: made.buid, user_id: `u${number}` }, signing);
  }
  return { human, user: `u${number}`, mine: await link(human), other: await link({ ...human, site: "shop" }) };
}

type Member = Awaited<ReturnType<typeof member>>;

const revokedBy = async (response: Response): Promise<unknown> => (await response.json<{ revoked: number }>()).revoked;

describe("a logout by a site", () => {
  it("of its own user ends what waits at that site and leaves the other site and both mappings alone", async () => {
    const { site } = people();
    const { user, mine, other } = await member("6201");
    expect(await site("/v1/logout", { user_id: user })).toMatchObject({ status: 200, body: { revoked: 1 } });
    expect(await site("/v1/logout", { user_id: user })).toMatchObject({ status: 200, body: { revoked: 0 } });
    expect(await stillIn(mine, other)).toEqual([false, true]);
    expect((await site(`/v1/mappings?user_id=${user}`, null, { method: "GET" })).status).toBe(200);
  });

  it("by the buid of its own link does the same; another site's buid is nobody's to it", async () => {
    const { site } = people();
    const { mine, other } = await member("6202");
    expect((await site("/v1/logout", { buid: other.buid })).body).toEqual({ revoked: 0 });
    expect((await site("/v1/logout", { buid: mine.buid })).body).toEqual({ revoked: 1 });
    expect(await stillIn(mine, other)).toEqual([false, true]);
  });

  it("with unlink takes its own mapping and no other site's", async () => {
    const { site } = people();
    const { user } = await member("6203");
    await site("/v1/logout", { user_id: user, unlink: true });
    const asked = (secret?: string) =>
      site(`/v1/mappings?user_id=${user}`, null, { method: "GET", ...(secret === undefined ? {} : { secret }) });
    expect(await asked()).toMatchObject({ status: 404, body: { reason: "not_linked" } });
    expect((await asked(OTHER_SECRET)).status).toBe(200);
    expect((await site("/v1/logout", { user_id: user, unlink: true })).body).toEqual({ revoked: 0 });
  });

  it("with unlink of somebody who has no account there only ends what waits", async () => {
    const { link, site } = people();
    const made = await link({ telegram_id: "6204" });
    expect((await site("/v1/logout", { buid: made.buid, unlink: true })).body).toEqual({ revoked: 1 });
  });

  it.each([
    ["nobody", {}],
    ["a guest", { user_id: "0" }],
    ["a template that was not filled in", { user_id: "{user}" }],
    ["a messenger account, which is not a site's to name", { telegram_id: "6205" }],
  ])("that names %s is refused", async (_, body) => {
    const { site } = people();
    expect(await site("/v1/logout", body)).toMatchObject({ status: 422, body: { reason: "invalid_request" } });
  });

  it("of a user or a buid nobody knows answers 0, so it tells a stranger nothing", async () => {
    const { site } = people();
    expect((await site("/v1/logout", { user_id: "nobody" })).body).toEqual({ revoked: 0 });
    expect((await site("/v1/logout", { buid: "A".repeat(16) })).body).toEqual({ revoked: 0 });
  });
});

describe("a logout by an operator", () => {
  it.each<readonly [string, string, (member: Member) => Record<string, string>]>([
    ["the messenger's id", "6301", ({ human }) => ({ telegram_id: human.telegram_id })],
    ["the id in a bot's own project", "6302", ({ human }) => ({ client_id: human.client_id })],
    ["the buid of any site", "6303", ({ other }) => ({ buid: other.buid })],
    ["the buid, which wins over another account beside it", "6304", ({ mine }) => ({ buid: mine.buid, telegram_id: "1" })],
  ])("is everywhere, by %s", async (_, number, name) => {
    const one = await member(number);
    expect(await revokedBy(await operator("POST", "/v1/logout", name(one)))).toBe(2);
    expect(await stillIn(one.mine, one.other)).toEqual([false, false]);
    expect(await revokedBy(await operator("POST", "/v1/logout", name(one)))).toBe(0);
  });

  it("with unlink takes the mappings of every site", async () => {
    const { site } = people();
    const { human, user } = await member("6305");
    await operator("POST", "/v1/logout", { ...human, unlink: true });
    for (const secret of [undefined, OTHER_SECRET]) {
      const signing = { method: "GET", ...(secret === undefined ? {} : { secret }) };
      expect((await site(`/v1/mappings?user_id=${user}`, null, signing)).status).toBe(404);
    }
  });

  it.each([
    ["names nobody", {}, 422],
    ["names a site's user, whom two sites may both have", { user_id: "u1" }, 422],
    ["is no object", [], 422],
    ["is larger than such a call can be", { telegram_id: "1", first_name: "x".repeat(17_000) }, 413],
  ])("that %s is refused", async (_, body, status) => {
    expect((await operator("POST", "/v1/logout", body)).status).toBe(status);
  });
});
