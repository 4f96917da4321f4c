/** The public page under attack: enumeration, forgery, redirects, headers, crawlers. */
import { createExecutionContext, waitOnExecutionContext } from "cloudflare:test";
import { env, exports } from "cloudflare:workers";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { route } from "../../src/routes.ts";
import { late } from "../kit/latency.ts";
import { SCHOOL, codeIn, people, saveConfig, someone, wrongPin } from "../kit/login.ts";
import { bindings } from "../kit/bindings.ts";

// A storm of requests takes long on a busy machine; nothing here depends on how long.
vi.setConfig({ testTimeout: 60_000 });

const { link, authorize, submit, open, bot, site } = people();

let now = 1_790_000_100_000;

beforeEach(async () => {
  vi.spyOn(Date, "now").mockImplementation(() => now);
  await saveConfig(SCHOOL);
});

const someAddress = () => ({
  "cf-connecting-ip": `10.9.${Number(someone()) % 250}.${crypto.getRandomValues(new Uint8Array(1))[0] ?? 0}`,
});

/** One link in every state an outsider could wonder about. */
async function states(): Promise<Record<string, { url: string; pin: string }>> {
  const human = { telegram_id: someone() };
  const replaced = await link(human);
  const live = await link(human);
  const used = await link({ telegram_id: someone() });
  await authorize({ buid: used.buid, pin: used.pin }, { at: now });
  const locked = await link({ telegram_id: someone() });
  for (let i = 0; i < 5; i += 1) await authorize({ buid: locked.buid, pin: wrongPin(locked.pin) }, { at: now });
  const expired = await link({ telegram_id: someone(), ttl_seconds: 1 });
  now += 1_000;
  const unknown = { url: live.url.replace(live.buid, "AAAAAAAAAAAAAAAA"), pin: live.pin };
  return { live: { url: live.url, pin: wrongPin(live.pin) }, replaced, used, locked, expired, unknown };
}

/** A response without the one thing that is bound to the address. */
const blind = async (response: Response) => ({
  status: response.status,
  headers: [...response.headers].filter(([name]) => name !== "x-request-id"),
  body: (await response.text()).replace(/name="token" value="[^"]*"/, ""),
});

describe("S13 enumeration", () => {
  it("the page is the same to the byte for every state of a link, and the same address gives the same bytes", async () => {
    const shown = await Promise.all(
      Object.values(await states()).map(async ({ url }) => JSON.stringify(await blind(await open(url)))),
    );
    expect(new Set(shown).size).toBe(1);
    const made = await link({ telegram_id: someone() });
    const before = await (await open(made.url)).text();
    await submit(made.url, { pin: made.pin });
    expect(await (await open(made.url)).text()).toBe(before);
  });

  it("every failure has one status, text, length and set of headers", async () => {
    const answers = Object.values(await states()).map(async ({ url }) =>
      JSON.stringify(await blind(await submit(url, { pin: "000001" }))),
    );
    expect(new Set(await Promise.all(answers)).size).toBe(1);
  });

  it("asking for a new code looks the same too", async () => {
    const answers = Object.values(await states()).map(async ({ url }) =>
      JSON.stringify(await blind(await submit(url, { resend: "1" }))),
    );
    expect(new Set(await Promise.all(answers)).size).toBe(1);
  });
});

it("S14 a live link is not told by the time it takes to write to its human: the page answers first", async () => {
  const slow = { ...bindings, DB: late(env.DB, 300) };
  const running: ExecutionContext[] = [];
  const hasty = people((request) => {
    const execution = createExecutionContext();
    running.push(execution);
    return route(request, slow, execution);
  });
  const news = () => env.DB.prepare("SELECT COUNT(*) AS n FROM deliveries").first<number>("n");
  const made = await link({ telegram_id: someone(), client_id: someone() });
  for (let i = 0; i < 4; i += 1) await authorize({ buid: made.buid, pin: wrongPin(made.pin) }, { at: now });
  const seen = [await news()];
  for (const fields of [{ pin: wrongPin(made.pin) }, { resend: "1" }]) {
    expect((await hasty.submit(made.url, fields)).status).toBe(200);
    seen.push(await news());
    await Promise.all(running.splice(0).map((execution) => waitOnExecutionContext(execution)));
    seen.push(await news());
    now += 30_000;
  }
  expect(seen.map((written) => Number(written) - Number(seen[0]))).toEqual([0, 0, 1, 1, 2]);
});

describe("forged posts", () => {
  const post = (url: string, body: string, headers: Record<string, string>) =>
    exports.default.fetch(
      new Request(url, { method: "POST", body, headers: { ...someAddress(), ...headers }, redirect: "manual" }),
    );
  const tokenOf = async (url: string) => /name="token" value="([^"]*)"/.exec(await (await open(url)).text())?.[1] ?? "";
  const FORM = { "content-type": "application/x-www-form-urlencoded" };

  it("S15 a missing, foreign or old token is refused, and the PIN stays unused", async () => {
    const made = await link({ telegram_id: someone() });
    const other = await link({ telegram_id: someone() });
    const send = async (token: string) => (await post(made.url, `pin=${made.pin}&token=${token}`, FORM)).status;
    expect(await send("")).toBe(403);
    expect(await send(await tokenOf(other.url))).toBe(403);
    const old = await tokenOf(made.url);
    now += 2 * 3_600_000;
    expect(await send(old)).toBe(403);
    now -= 2 * 3_600_000;
    expect(await send(old)).toBe(303);
  });

  it("S15 a GET that carries a PIN enters nowhere", async () => {
    const made = await link({ telegram_id: someone() });
    const token = await tokenOf(made.url);
    expect((await open(`${made.url}&pin=${made.pin}&token=${token}`)).status).toBe(200);
    expect((await submit(made.url, { pin: made.pin })).status).toBe(303);
  });

  it.each([
    ["same-origin", undefined, 303],
    ["same-origin", "null", 303],
    ["cross-site", undefined, 403],
    ["cross-site", "https://go.example", 403],
    ["same-site", undefined, 403],
    ["none", undefined, 403],
    ["none", "https://go.example", 403],
    [undefined, "https://go.example", 303],
    [undefined, "https://evil.example", 403],
    [undefined, "http://go.example", 403],
    [undefined, "null", 403],
    [undefined, undefined, 303],
  ])("S16 Sec-Fetch-Site %s with Origin %s is answered %i", async (fetchSite, origin, status) => {
    const made = await link({ telegram_id: someone() });
    const token = await tokenOf(made.url);
    const headers = { ...FORM, ...(fetchSite ? { "sec-fetch-site": fetchSite } : {}), ...(origin ? { origin } : {}) };
    expect((await post(made.url, new URLSearchParams({ pin: made.pin, token }).toString(), headers)).status).toBe(status);
  });

  it("S38 is strict about method, content type, size and repeated parameters", async () => {
    const made = await link({ telegram_id: someone() });
    const token = await tokenOf(made.url);
    const own = { ...FORM, "sec-fetch-site": "same-origin" };
    const send = async (body: string, headers: Record<string, string>) => (await post(made.url, body, headers)).status;
    expect(await send(JSON.stringify({ pin: made.pin, token }), { ...own, "content-type": "application/json" })).toBe(415);
    expect(await send(`token=${token}&pin=${"1".repeat(5_000)}`, own)).toBe(413);
    expect(await send(`token=${token}&pin=000000&pin=${made.pin}`, own)).toBe(400);
    expect((await open(`${made.url}&redirect_uri=a&redirect_uri=b`)).status).toBe(400);
    expect((await open(`${made.url}&buid=BBBBBBBBBBBBBBBB`)).status).toBe(400);
    for (const method of ["PUT", "DELETE", "PATCH"]) {
      const response = await exports.default.fetch(new Request(made.url, { method }));
      expect([response.status, response.headers.get("allow")]).toEqual([405, "GET, HEAD, POST"]);
      expect(await response.json()).toMatchObject({ status: 405, reason: "method_not_allowed" });
    }
    expect(await send(`token=${token}&pin=${made.pin}`, own)).toBe(303);
  });
});

describe("S38 the login API", () => {
  const PATHS = {
    "/v1/authorize": "POST",
    "/v1/links": "POST",
    "/v1/links/AAAAAAAAAAAAAAAA/pin": "POST",
    "/v1/logout": "POST",
    "/v1/mappings": "GET, POST, DELETE",
    "/v1/merge-links": "POST",
    "/v1/notify": "POST",
    "/v1/transactions": "POST",
  };

  it.each(Object.entries(PATHS))("%s takes %s and says so to any other method", async (path, allow) => {
    for (const method of ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"].filter((name) => !allow.includes(name))) {
      const response = await exports.default.fetch(new Request(`https://go.example${path}`, { method }));
      expect([method, response.status, response.headers.get("allow")]).toEqual([method, 405, allow]);
      expect(response.headers.get("cache-control")).toBe("no-store");
    }
  });

  it("refuses a query parameter that comes twice, and a body that is no JSON or too long", async () => {
    const twice = await bot("/v1/mappings?telegram_id=1&telegram_id=2&site=site", null, undefined, "GET");
    expect([twice.status, twice.body["reason"]]).toEqual([400, "repeated_parameter"]);
    const send = async (body: string) => {
      const headers = { authorization: "Bearer bot-token-000000000000" };
      return (await exports.default.fetch(new Request("https://go.example/v1/links", { method: "POST", headers, body }))).status;
    };
    expect(await send("telegram_id=1")).toBe(400);
    expect(await send(JSON.stringify({ telegram_id: "1", locale: "x".repeat(20_000) }))).toBe(413);
  });
});

it("U4 a double submit of the same form and PIN gets the same answer, and only one code exists", async () => {
  const made = await link({ telegram_id: someone() });
  const [first, second] = await Promise.all([submit(made.url, { pin: made.pin }), submit(made.url, { pin: made.pin })]);
  expect([first.status, second.status]).toEqual([303, 303]);
  expect(codeIn(first)).toBe(codeIn(second));
  const grouped = await submit(made.url, { pin: `${made.pin.slice(0, 3)}-${made.pin.slice(3)}` });
  expect([grouped.status, codeIn(grouped)]).toEqual([303, codeIn(first)]);
  now += 10_001;
  expect((await submit(made.url, { pin: made.pin })).status).toBe(200);
});

it("S12 thousands of buids from one /64 are throttled, whatever X-Forwarded-For says", async () => {
  const statuses = [];
  for (let i = 0; i < 62; i += 1) {
    const headers = { "cf-connecting-ip": `2001:db8:7:7::${(i + 1).toString(16)}`, "x-forwarded-for": `9.9.9.${i}` };
    statuses.push(
      (await submit(`https://go.example/?buid=${String(i).padStart(16, "A")}&site=site`, { pin: "000000" }, headers)).status,
    );
  }
  expect(statuses.filter((status) => status === 429).length).toBeGreaterThan(0);
  expect(statuses.indexOf(429)).toBeGreaterThanOrEqual(60);
});

it("S19 the page sets no cookie and believes none", async () => {
  const made = await link({ telegram_id: someone() });
  const planted = { cookie: "__Host-session=planted; code=planted" };
  const page = await open(made.url, planted);
  const entered = await submit(made.url, { pin: made.pin }, planted);
  expect([page.headers.get("set-cookie"), entered.headers.get("set-cookie")]).toEqual([null, null]);
  expect(codeIn(entered)).not.toBe("planted");
});

it("S20 S22 S36 every page and refusal carries the whole set of headers", async () => {
  const made = await link({ telegram_id: someone() });
  const pages = [
    open(made.url),
    submit(made.url, { pin: "000000" }),
    open("https://go.example/?site=nope"),
    open("https://go.example/undo/x"),
  ];
  for (const page of await Promise.all(pages)) {
    const headers = Object.fromEntries([...page.headers].filter(([name]) => name !== "x-request-id"));
    const { "content-security-policy": csp, ...rest } = headers;
    expect(rest).toEqual({
      "content-type": "text/html; charset=utf-8",
      "cache-control": "no-store",
      "referrer-policy": "same-origin",
      "x-content-type-options": "nosniff",
      "x-frame-options": "DENY",
      "cross-origin-opener-policy": "same-origin",
      "cross-origin-resource-policy": "same-origin",
      "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=()",
      "strict-transport-security": "max-age=31536000; includeSubDomains",
      "x-robots-tag": "noindex",
    });
    expect(csp).toMatch(
      /^default-src 'none'; style-src 'sha256-[A-Za-z0-9+/=]{44}'; form-action 'self'( https:\/\/school\.example)?; base-uri 'none'; frame-ancestors 'none'$/,
    );
  }
  expect((await open(made.url)).headers.get("content-security-policy")).toContain("form-action 'self' https://school.example;");
});

it("S20 no page of ours can be shown in a frame, whoever it is for", async () => {
  for (const path of ["/r/no-such-link", "/report/no-such-report", "/console", "/console/events", "/undo/x", "/?site=nope"]) {
    const { headers } = await open(`https://go.example${path}`);
    expect([path, headers.get("content-type")]).toEqual([path, "text/html; charset=utf-8"]);
    expect([path, headers.get("x-frame-options")]).toEqual([path, "DENY"]);
    expect([path, headers.get("x-content-type-options")]).toEqual([path, "nosniff"]);
    expect(headers.get("content-security-policy")).toMatch(
      /base-uri 'none'.*frame-ancestors 'none'|frame-ancestors 'none'.*base-uri 'none'/,
    );
    expect(headers.get("content-security-policy")).not.toContain("unsafe");
  }
});

it("S36 every answer of the API is not to be stored", async () => {
  const answers = [
    await bot("/v1/links", {}),
    await bot("/v1/links", { telegram_id: someone(), site: "site" }),
    await site("/v1/authorize", {}, { at: now }),
    await site("/v1/mappings?user_id=1", null, { at: now, method: "GET" }),
    await bot("/v1/links", {}, "wrong-token-00000000"),
  ];
  expect(answers.map(({ headers }) => headers.get("cache-control"))).toEqual(answers.map(() => "no-store"));
});

describe("S23 P-08 crawlers", () => {
  const disguises = [
    "TelegramBot (like TwitterBot)",
    "WhatsApp/2.23",
    "vkShare; +http://vk.com/dev/Share",
    "facebookexternalhit/1.1",
    "Twitterbot/1.0",
    "Slackbot-LinkExpanding 1.0",
    "Googlebot/2.1",
    "YandexBot/3.0",
    "bingbot/2.0",
    "SkypeUriPreview Preview/0.5",
    "Discordbot/2.0",
    "curl/8.0",
  ];

  it("U2 change nothing and read nothing, in twelve disguises", async () => {
    const made = await link({ telegram_id: someone(), pin: "482913" });
    const trusted = await link({ telegram_id: someone(), pin: false });
    const asked = vi.fn();
    const watched = new Proxy(env.DB, { get: (_target, name) => asked(name) });
    const asking = { ...bindings, DB: watched };
    for (const agent of disguises) {
      for (const method of ["GET", "HEAD", "OPTIONS"]) {
        const headers = { "user-agent": agent, "sec-purpose": "prefetch", purpose: "prefetch" };
        for (const { url } of [made, trusted]) {
          await route(new Request(url, { method, headers }), asking, createExecutionContext());
        }
      }
    }
    expect(asked).not.toHaveBeenCalled();
    expect((await submit(made.url, { pin: "482913" })).status).toBe(303);
    expect((await submit(trusted.url, {})).status).toBe(303);
  });
});

it("S37 S15 a foreign name that leads to us is not our own origin, whatever Host says", async () => {
  const made = await link({ telegram_id: someone() });
  const token = /name="token" value="([^"]*)"/.exec(await (await open(made.url)).text())?.[1] ?? "";
  const send = (origin: string) =>
    exports.default.fetch(
      new Request(made.url.replace("https://go.example", origin), {
        method: "POST",
        body: new URLSearchParams({ pin: made.pin, token }).toString(),
        headers: { ...someAddress(), origin, "content-type": "application/x-www-form-urlencoded" },
        redirect: "manual",
      }),
    );
  expect((await send("https://evil.example")).status).toBe(403);
  expect((await send("https://go.example")).status).toBe(303);
});

it("S37 a spoofed Host changes no link", async () => {
  const response = await exports.default.fetch("https://evil.example/v1/links", {
    method: "POST",
    headers: { authorization: "Bearer bot-token-000000000000", "x-forwarded-host": "evil.example", host: "evil.example" },
    body: JSON.stringify({ telegram_id: someone(), site: "site" }),
  });
  expect((await response.json<{ url: string }>()).url).toMatch(/^https:\/\/go\.example\/\?buid=/);
});

it("P-09 whoever opens a link without its PIN learns and binds nothing", async () => {
  const made = await link({ telegram_id: someone(), profile: { first_name: "Alice" } });
  const html = await (await open(made.url)).text();
  expect(html).not.toContain("Alice");
  expect((await open(made.url)).headers.get("set-cookie")).toBeNull();
});
