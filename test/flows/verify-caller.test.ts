import { describe, expect, it, vi } from "vitest";
import { callerAt, callerOf } from "../../src/flows/verify-caller.ts";
import { utf8 } from "../../src/lib/crypto.ts";
import { readSignedMessage } from "../../src/lib/standard-webhooks.ts";
import { contextWith } from "../kit/context.ts";
import { OTHER_SECRET, SITE_SECRET, signedHeaders } from "../kit/sign.ts";

const NOW = 1_790_000_000_000;
const DOCUMENT = {
  connections: {
    bot: { kind: "salebot", project: "1", token: ["bot-token-old-000000", "bot-token-new-000000"] },
    site: { kind: "site", origin: "https://a.example", secret: [SITE_SECRET, OTHER_SECRET], token: "site-token-000000" },
    tg: { kind: "telegram", secret_token: "tg-secret-0000000", token: "tg-token-00000000" },
    lost: { kind: "salebot", project: "2", token: ["$GONE"] },
  },
};
const context = () => contextWith(DOCUMENT, { clock: () => NOW });
const request = (headers: Record<string, string> = {}) => new Request("https://go.example/v1/x", { method: "POST", headers });
const anyone = () => true;

async function ask(headers: Record<string, string>, body = "") {
  const result = await callerOf(await context(), { request: request(headers), body: utf8(body), admits: anyone });
  return result.ok ? `${result.value.connection.id} by ${result.value.proof}` : result.error.reason;
}

describe("the caller of the API", () => {
  it.each(["bot-token-old-000000", "bot-token-new-000000"])(
    "is found by either live token (%s), as a bearer or in our own header",
    async (token) => {
      expect(await ask({ authorization: `Bearer ${token}` })).toBe("bot by token");
      expect(await ask({ "x-gateway-token": token })).toBe("bot by token");
    },
  );

  it("is found by whichever secret verifies the raw bytes, old or new", async () => {
    for (const secret of [SITE_SECRET, OTHER_SECRET]) {
      expect(await ask(await signedHeaders('{"a": 1}', { at: NOW, secret }), '{"a": 1}')).toBe("site by signature");
    }
  });

  it("is refused in one way for a wrong token, an empty one, a changed body, a wrong key and no proof at all", async () => {
    const signed = await signedHeaders("{}", { at: NOW });
    const wrongKey = await signedHeaders("{}", { at: NOW, secret: "whsec_BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB=" });
    const answers = [
      await ask({ authorization: "Bearer bot-token-old-00000" }),
      await ask({ "x-gateway-token": "" }),
      await ask(signed, "{} "),
      await ask(wrongKey, "{}"),
      await ask({}),
    ];
    expect(new Set(answers)).toEqual(new Set(["unauthorized"]));
  });

  it("is refused when a site, which can sign, shows only a token", async () => {
    expect(await ask({ authorization: "Bearer site-token-000000" })).toBe("unauthorized");
  });

  it("is refused when the connection it proves to be may not call this", async () => {
    const ctx = await context();
    const delivery = { request: request({ authorization: "Bearer bot-token-old-000000" }), body: utf8("") };
    expect(await callerOf(ctx, { ...delivery, admits: ({ kind }) => kind === "site" })).toMatchObject({ ok: false });
  });

  it("S30 is believed within five minutes both ways and not a second longer", async () => {
    const at = async (offset: number) => ask(await signedHeaders("{}", { at: NOW + offset }), "{}");
    expect([await at(-300_000), await at(300_000)]).toEqual(["site by signature", "site by signature"]);
    expect([await at(-301_000), await at(301_000)]).toEqual(["unauthorized", "unauthorized"]);
  });

  it("S30 may send several signatures while a secret is being rotated", async () => {
    const headers = await signedHeaders("{}", { at: NOW });
    const many = { ...headers, "webhook-signature": `v1,YmFk v1a,xyz ${headers["webhook-signature"]}` };
    expect(await ask(many, "{}")).toBe("site by signature");
  });
});

describe("the caller at a connection's own address", () => {
  const at = async (connection: string, pathToken: string | null, headers: Record<string, string> = {}) => {
    const result = await callerAt(await context(), { request: request(headers), body: utf8(""), connection, pathToken });
    return result.ok ? result.value.proof : result.error.reason;
  };

  it("proves itself by the path, a header or Telegram's secret", async () => {
    expect(await at("bot", "bot-token-new-000000")).toBe("token");
    expect(await at("bot", null, { authorization: "Bearer bot-token-old-000000" })).toBe("token");
    expect(await at("tg", null, { "x-telegram-bot-api-secret-token": "tg-secret-0000000" })).toBe("telegram");
  });

  it("gets the same answer for an unknown connection and a wrong path token", async () => {
    expect(await at("nobody", "bot-token-new-000000")).toBe("unknown");
    expect(await at("bot", "wrong")).toBe("unknown");
    expect(await at("nobody", null)).toBe("unknown");
  });

  it("gets another answer for a wrong header", async () => {
    expect(await at("bot", null, { authorization: "Bearer tg-token-00000000" })).toBe("unauthorized");
    expect(await at("tg", null, { "x-telegram-bot-api-secret-token": "tg-secret-0000001" })).toBe("unauthorized");
  });

  it("is never proved by a secret that disappeared", async () => {
    expect(await at("lost", "")).toBe("unknown");
    expect(await at("lost", null, { "x-gateway-token": "" })).toBe("unauthorized");
  });
});

it("counts failed proofs only, by the edge's address and never by a forwarded one", async () => {
  const limit = vi.fn(async () => ({ success: true }));
  const ctx = await context();
  const watched = { ...ctx, env: { ...ctx.env, FAILED_PROOFS: { limit } } };
  const call = (headers: Record<string, string>) =>
    callerOf(watched, { request: request({ "x-forwarded-for": "9.9.9.9", ...headers }), body: utf8(""), admits: anyone });
  await call({ "cf-connecting-ip": "203.0.113.7", "x-gateway-token": "bot-token-old-000000" });
  expect(limit).not.toHaveBeenCalled();
  await call({ "cf-connecting-ip": "203.0.113.7" });
  await call({ "cf-connecting-ip": "2001:db8:1:2:3:4:5:6" });
  await call({ "cf-connecting-ip": "2001:db8:1:2::ffff" });
  await call({ "cf-connecting-ip": "::ffff:203.0.113.7" });
  expect(limit.mock.calls).toEqual([
    [{ key: "203.0.113.7" }],
    [{ key: "2001:db8:1:2::/64" }],
    [{ key: "2001:db8:1:2::/64" }],
    [{ key: "203.0.113.7" }],
  ]);
});

it("answers 429 material once an address has spent its failed proofs, and still believes a right one", async () => {
  const ctx = await context();
  const spent = { ...ctx, env: { ...ctx.env, FAILED_PROOFS: { limit: async () => ({ success: false }) } } };
  const wrong = await callerOf(spent, { request: request({ "x-gateway-token": "no" }), body: utf8(""), admits: anyone });
  expect(wrong).toEqual({ ok: false, error: { reason: "limited" } });
  const right = await callerOf(spent, {
    request: request({ "x-gateway-token": "bot-token-old-000000" }),
    body: utf8(""),
    admits: anyone,
  });
  expect(right.ok).toBe(true);
});

it("verifies the published Standard Webhooks vector", async () => {
  const headers = new Headers({
    "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
    "webhook-timestamp": "1614265330",
    "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
  });
  const body = '{"test": 2432232314}';
  expect(readSignedMessage(headers, utf8(body))?.id).toBe("msg_p5jXN8AQM9LWM0D4loKWxJek");
  const ctx = await contextWith(DOCUMENT, { clock: () => 1_614_265_330_000 });
  const asked = new Request("https://go.example/", { headers });
  expect((await callerOf(ctx, { request: asked, body: utf8(body), admits: anyone })).ok).toBe(true);
});
