import { beforeEach, describe, expect, it } from "vitest";
import { SCHOOL, people, saveConfig } from "../kit/login.ts";

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
