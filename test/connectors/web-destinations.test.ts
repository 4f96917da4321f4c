import { describe, expect, it } from "vitest";
import { actionNames } from "../../src/connectors/actions.ts";
import { actionParameters } from "../../src/domain/config/action-parameters.ts";
import { signMessage, signingKey } from "../../src/lib/standard-webhooks.ts";
import { connectionOf, eventOf, lineOf, NOW, planOf, refusalOf, replyOf, told } from "../kit/destination.ts";
import { personOf } from "../kit/facts.ts";

describe("Keitaro", () => {
  const tracker = connectionOf("tracker", { kind: "keitaro", url: "https://tr.example", postback_key: "KEY" });
  const person = personOf([
    ["clickid", "abc", "tracker"],
    ["clickid", "other", "chat", 9],
  ]);
  const event = eventOf({ amount: "50", currency: "USD", tid: "tx-77" });

  it("vector 35: a first deposit, and a second one with its own tid", async () => {
    const sale = await planOf({ connection: tracker, action: "postback", parameters: { status: "sale" }, person, event });
    expect(lineOf(sale.request)).toBe(
      "GET https://tr.example/KEY/postback?subid=abc&status=sale&payout=50&currency=USD&tid=tx-77&return=OK",
    );
    const second = await planOf({
      connection: tracker,
      action: "postback",
      parameters: { status: "rebill", sub_id_1: "vk & co", from: "onewin" },
      person,
      event: { ...event, tid: "tx-78" },
    });
    expect(lineOf(second.request)).toBe(
      "GET https://tr.example/KEY/postback?subid=abc&status=rebill&payout=50&currency=USD&tid=tx-78&sub_id_1=vk%20%26%20co&from=onewin&return=OK",
    );
  });

  it("a fact without money is a status only; a given parameter wins over the event's", async () => {
    const lead = await planOf({ connection: tracker, action: "postback", parameters: { status: "lead" }, person });
    expect(lead.request.url).toBe("https://tr.example/KEY/postback?subid=abc&status=lead&return=OK");
    const own = await planOf({
      connection: tracker,
      action: "postback",
      parameters: { status: "sale", payout: "7" },
      person,
      event,
    });
    expect(own.request.url).toContain("payout=7&currency=USD");
    expect(await refusalOf({ connection: tracker, action: "postback", parameters: { status: "sale" } })).toMatch(/^no_address/);
  });

  it("the address may be forwarded", async () => {
    const forwarded = connectionOf("tracker", {
      kind: "keitaro",
      url: "https://tr.example",
      postback_key: "K",
      base_url: "http://127.0.0.1:1/kt",
    });
    const plan = await planOf({ connection: forwarded, action: "postback", parameters: { status: "lead" }, person });
    expect(plan.request.url).toContain("http://127.0.0.1:1/kt/K/postback?");
  });
});

describe("a site's webhook", () => {
  const SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
  const OTHER = "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
  const SITE = { kind: "site", origin: "https://school.example", webhook_url: "https://school.example/hooks/gateway?v=1" };
  const parameters = { type: "mapping.created", data: { user_id: "9001" } };
  const deliveryId = "msg_p5jXN8AQM9LWM0D4loKWxJek";

  it("is signed by every live secret, under the delivery's id, at the time of sending", async () => {
    const site = connectionOf("site", { ...SITE, secret: [SECRET, OTHER] });
    const plan = await planOf({ connection: site, action: "webhook", parameters, deliveryId });
    const body = '{"type":"mapping.created","timestamp":"2026-03-01T11:00:00.000Z","data":{"user_id":"9001"}}';
    expect(lineOf(plan.request)).toBe(`POST https://school.example/hooks/gateway?v=1 ${body}`);
    const signed = new TextEncoder().encode(`${deliveryId}.${NOW / 1_000}.${body}`);
    const signatures = await Promise.all([SECRET, OTHER].map(async (secret) => `v1,${await hmacOf(secret, signed)}`));
    expect(plan.request.headers).toEqual({
      "content-type": "application/json",
      "webhook-id": deliveryId,
      "webhook-timestamp": "1614265330",
      "webhook-signature": signatures.join(" "),
    });
  });

  it("vector 47: the signature of the standard's own example", async () => {
    const key = await signingKey(SECRET);
    if (!key) throw new Error("no key");
    const signature = await signMessage(key, deliveryId, 1_614_265_330, '{"test": 2432232314}');
    expect(signature).toBe("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
  });

  it("has the same body on every try, and no time of its own without an event", async () => {
    const site = connectionOf("site", { ...SITE, secret: SECRET, base_url: "http://127.0.0.1:1/fwd" });
    const plan = await planOf({ connection: site, action: "webhook", parameters, event: eventOf({ at: null }) });
    expect(lineOf(plan.request)).toBe(
      'POST http://127.0.0.1:1/fwd/hooks/gateway?v=1 {"type":"mapping.created","data":{"user_id":"9001"}}',
    );
  });

  it("needs an address and a secret", async () => {
    const bare = connectionOf("site", { kind: "site", origin: "https://s.example", secret: SECRET });
    expect(await refusalOf({ connection: bare, action: "webhook", parameters })).toBe("not_configured: webhook_url");
    expect(await refusalOf({ connection: connectionOf("site", SITE), action: "webhook", parameters })).toBe(
      "not_configured: secret",
    );
  });

  it.each([
    [204, "delivered"],
    [410, "dead not_found: HTTP 410"],
    [401, "dead auth_failed: HTTP 401"],
    [502, "retry http_502"],
    [301, "dead redirect_refused: the address answers with a redirect, call the final one"],
  ])("reply %i → %s", async (status, expected) => {
    const plan = await planOf({ connection: connectionOf("site", { ...SITE, secret: SECRET }), action: "webhook", parameters });
    expect(told(plan.judge(replyOf(status)))).toBe(expected);
  });
});

async function hmacOf(secret: string, signed: Uint8Array): Promise<string> {
  const bytes = Uint8Array.from(atob(secret.slice("whsec_".length)), (char) => char.charCodeAt(0));
  const key = await crypto.subtle.importKey("raw", bytes, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  return btoa(String.fromCharCode(...new Uint8Array(await crypto.subtle.sign("HMAC", key, signed))));
}

describe("http.request", () => {
  const out = connectionOf("out", { kind: "http", url: "https://api.example/v1/hook", headers: { "X-Key": "s3cret" } });

  it.each([
    [{ body: { a: 1 } }, 'POST https://api.example/v1/hook {"a":1}', { "x-key": "s3cret", "content-type": "application/json" }],
    [{ method: "get", url: "/ping?x=1" }, "GET https://api.example/ping?x=1", { "x-key": "s3cret" }],
    [
      { method: "GET", headers: { "x-name": "Иван\nx: y" } },
      "GET https://api.example/v1/hook",
      { "x-key": "s3cret", "x-name": "%D0%98%D0%B2%D0%B0%D0%BD%0Ax: y" },
    ],
    [
      { method: "PUT", body: "plain" },
      "PUT https://api.example/v1/hook plain",
      { "x-key": "s3cret", "content-type": "text/plain; charset=utf-8" },
    ],
    [
      {
        url: "https://elsewhere.example/x",
        headers: { "Content-Type": "application/x-www-form-urlencoded", Host: "evil" },
        body: "a=1",
      },
      "POST https://elsewhere.example/x a=1",
      { "content-type": "application/x-www-form-urlencoded" },
    ],
    [
      { headers: { "content-type": "application/x-www-form-urlencoded; charset=utf-8" }, body: { a: "x&y=1 я", n: 5, t: true } },
      "POST https://api.example/v1/hook a=x%26y%3D1+%D1%8F&n=5&t=true",
      { "x-key": "s3cret", "content-type": "application/x-www-form-urlencoded; charset=utf-8" },
    ],
    [
      {
        headers: { "Content-Type": "application/x-www-form-urlencoded" },
        body: { note: "", tags: ["a", 1], of: { b: "я" }, no: null },
      },
      "POST https://api.example/v1/hook note=&tags=%5B%22a%22%2C1%5D&of=%7B%22b%22%3A%22%D1%8F%22%7D&no=",
      { "x-key": "s3cret", "content-type": "application/x-www-form-urlencoded" },
    ],
  ])("%j → %s; the connection's headers stay at its own origin", async (parameters, line, headers) => {
    const plan = await planOf({ connection: out, action: "request", parameters });
    expect(lineOf(plan.request)).toBe(line);
    expect(plan.request.headers).toEqual(headers);
  });

  it.each(["https://api.example/v1/a..b/.c?d=/../e", "../v1/a..b/.c?d=/../e"])("%s is an address like any other", async (url) => {
    const plan = await planOf({ connection: out, action: "request", parameters: { url } });
    expect(plan.request.url).toBe("https://api.example/v1/a..b/.c?d=/../e");
  });

  it("the base address replaces scheme and host and keeps its own path", async () => {
    const forwarded = connectionOf("out", { kind: "http", base_url: "http://127.0.0.1:9/fwd" });
    const plan = await planOf({ connection: forwarded, action: "request", parameters: { url: "https://api.example/a?b=c" } });
    expect(plan.request.url).toBe("http://127.0.0.1:9/fwd/a?b=c");
  });

  it.each([
    [204, "", "delivered"],
    [200, "<html>", "delivered"],
    [200, { success: false, message: "no such user" }, "dead rejected: no such user"],
    [200, { data: { id: 1 }, errors: [] }, "delivered"],
    [200, { data: null, errors: [{ message: "no such user" }] }, "dead rejected"],
    [200, { errors: { email: ["is taken"] } }, "dead rejected"],
    [200, { success: true, result: { success: false }, message: "no such user" }, "dead rejected: no such user"],
    [200, { data: { ok: false } }, "dead rejected"],
    [200, { success: true, data: { status: false, active: 0 } }, "delivered"],
    [200, { success: null, message: "no such user" }, "dead rejected: no such user"],
    [200, { success: "" }, "dead rejected"],
    [200, { success: " " }, "dead rejected"],
    [
      200,
      { error: String.raw`token: no chat for "https:\/\/go.example\/?buid=Ab12&site=shop"` },
      String.raw`dead rejected: token: no chat for "https:\/\/go.example\/?buid=••••&site=shop"`,
    ],
    [200, { id: 1, error: " " }, "delivered"],
    [200, { success: "False" }, "dead rejected"],
    [200, { ok: "TRUE", error: 7 }, "delivered"],
    [200, { error: 7, message: "no such user" }, "dead rejected: no such user"],
    [200, { error: 0, errors: 0 }, "delivered"],
    [200, { errors: "no such user" }, "dead rejected"],
    [200, { id: 1, status: null, error: null, errors: null }, "delivered"],
    [503, "", "retry http_503"],
  ])("reply %i %j → %s", async (status, body, expected) => {
    const plan = await planOf({ connection: out, action: "request", parameters: {} });
    expect(told(plan.judge(replyOf(status, body)))).toBe(expected);
  });

  it.each([
    [{ method: "TRACE" }, "rejected: unknown method"],
    [{ headers: { "bad header\r\nx": "1" } }, "rejected: bad header name"],
    [{ url: "http://10.0.0.1%3A80/x" }, "address_refused"],
    [{ url: "https://api.example/users/../block" }, "address_refused"],
    [{ url: "/users/.." }, "address_refused"],
    [{ url: "/users/%2E%2e?x=1" }, "address_refused"],
  ])("%j is refused: %s", async (parameters, reason) => {
    expect(await refusalOf({ connection: out, action: "request", parameters })).toBe(reason);
  });
});

describe("the two lists of actions", () => {
  it.each(["getcourse", "salebot", "chatterfy", "metabot", "telegram", "keitaro", "network", "site", "http"] as const)(
    "%s: what a configuration may name is what can be done",
    (kind) => {
      expect(actionNames(kind).toSorted()).toEqual(Object.keys(actionParameters(kind)).toSorted());
    },
  );
});
