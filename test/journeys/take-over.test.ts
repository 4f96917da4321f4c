import { exports } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { ORIGIN } from "../kit/operator.ts";
import { signedHeaders } from "../kit/sign.ts";
import { backfill, click, decide, openWorkspace, problems, settled, tell, values, who } from "../kit/journey.ts";

beforeEach(() => openWorkspace());

describe("P-06 a claimed tie gives no login", { timeout: 30_000 }, () => {
  const bot = async (path: string, body: unknown): Promise<Record<string, unknown>> => {
    const response = await exports.default.fetch(`${ORIGIN}${path}`, {
      method: "POST",
      body: JSON.stringify(body),
      headers: { authorization: "Bearer token-of-p1-0000000000", "content-type": "application/json" },
    });
    return response.json();
  };
  const site = async (path: string, body: unknown): Promise<Record<string, unknown>> => {
    const text = JSON.stringify(body);
    const response = await exports.default.fetch(`${ORIGIN}${path}`, {
      method: "POST",
      body: text,
      headers: await signedHeaders(text),
    });
    return response.json();
  };

  it.each(["phone", "email", "key", "click"])("by a %s", async (tie) => {
    const c = click("P6");
    const link = await bot("/v1/links", { telegram_id: "1", client_id: "1" });
    await site("/v1/authorize", { buid: link["buid"], pin: link["pin"] });
    await site("/v1/mappings", { buid: link["buid"], user_id: "31" });
    await tell("p1", { telegram_id: "1", phone: "+79001112233", email: "a@x.ru" });
    await backfill([["links", "2026-03-01T10:00:00Z", { event: "click", click: c, link: "vk1" }]]);
    await tell("p1", { event: "bot_start", telegram_id: "1", start: c });
    await settled();
    const victim = await who("telegram_id", "1");
    expect(values(victim, "user_id")).toEqual(["31"]);
    const claim = { phone: "8 900 111 22 33", email: "A@x.ru", key: victim.key, click: c }[tie];
    await tell("p1", { event: "bot_start", max_id: "66", [tie]: claim });
    await settled();
    const own = await bot("/v1/links", { max_id: "66" });
    const answer = await site("/v1/authorize", { buid: own["buid"], pin: own["pin"] });
    expect(["confirmation_required", "registration_required"]).toContain(answer["status"]);
    if (tie === "phone") expect(answer["status"]).toBe("confirmation_required");
    expect(JSON.stringify(answer)).not.toContain('"31"');
    expect(answer["user_id"]).toBeUndefined();
    expect(JSON.stringify(answer)).not.toContain("9001112233");
    expect(JSON.stringify(answer)).not.toContain("a@x.ru");
  });

  it("nor takes it the victim's user from her card: whoever claimed the phone becomes another user of the site", async () => {
    const link = await bot("/v1/links", { telegram_id: "1" });
    await site("/v1/authorize", { buid: link["buid"], pin: link["pin"] });
    await site("/v1/mappings", { buid: link["buid"], user_id: "31" });
    await tell("p1", { telegram_id: "1", phone: "+79001112233" });
    await tell("p1", { event: "bot_start", max_id: "66", phone: "+79001112233" });
    await settled();
    const own = await bot("/v1/links", { max_id: "66" });
    await site("/v1/authorize", { buid: own["buid"], pin: own["pin"] });
    expect(await site("/v1/mappings", { buid: own["buid"], user_id: "66" })).toEqual({ status: "linked" });
    await settled();
    expect(values(await who("telegram_id", "1"), "user_id")).toEqual(["31"]);
    expect(await problems("conflict")).toMatchObject([{ cause: "limit", identifier: { type: "user_id", value: "66" } }]);
    await site("/v1/mappings", { buid: link["buid"], user_id: "32", on_conflict: "relink" });
    await settled();
    expect(values(await who("telegram_id", "1"), "user_id")).toEqual(["32"]);
  });

  it("operators' merges and unmerges leave log-ins where they are", async () => {
    const link = await bot("/v1/links", { telegram_id: "1" });
    await site("/v1/authorize", { buid: link["buid"], pin: link["pin"] });
    await site("/v1/mappings", { buid: link["buid"], user_id: "31" });
    await tell("p1", { telegram_id: "2" });
    await settled();
    await decide("merge", { persons: [(await who("telegram_id", "1")).id, (await who("telegram_id", "2")).id] });
    const other = await bot("/v1/links", { telegram_id: "2" });
    const answer = await site("/v1/authorize", { buid: other["buid"], pin: other["pin"] });
    expect(answer["user_id"]).toBeUndefined();
    expect(await problems("conflict")).toEqual([]);
  });

  it("a relink of an account changes its own user on the card of two whom an operator joined, and the other's stays", async () => {
    const become = async (account: Record<string, string>, user_id: string): Promise<void> => {
      const link = await bot("/v1/links", account);
      await site("/v1/authorize", { buid: link["buid"], pin: link["pin"] });
      await site("/v1/mappings", { buid: link["buid"], user_id, on_conflict: "relink" });
      await settled();
    };
    await become({ telegram_id: "1" }, "31");
    await become({ max_id: "2" }, "40");
    await decide("merge", { persons: [(await who("telegram_id", "1")).id, (await who("max_id", "2")).id] });
    await become({ max_id: "2" }, "41");
    expect(values(await who("telegram_id", "1"), "user_id").toSorted()).toEqual(["31", "41"]);
    expect(await problems("conflict")).toEqual([]);
    await decide("unmerge", { person: (await who("telegram_id", "1")).id });
    expect(values(await who("max_id", "2"), "user_id")).toEqual(["41"]);
  });
});
