import { env, exports } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { inboxOf } from "../../src/context.ts";
import { SNIPPET } from "../../src/ui/snippet.ts";
import { signIn } from "../kit/console.ts";
import { ADMIN_TOKEN, ORIGIN, configure, operator } from "../kit/operator.ts";

const BROWSER = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/143.0 Safari/537.36";
const links = {
  vk1: {
    to: "https://t.me/my_bot?start={click}",
    utm_source: "vk",
    utm_medium: "cpc",
    utm_campaign: "spring",
    clickids: { subid: "tracker" },
  },
  site: { to: "https://school.example/land?tl={click}&utm_source=vk", utm_source: "vk", utm_campaign: "spring", cookie: true },
};

const follow = (path: string, headers: Record<string, string> = {}, method = "GET"): Promise<Response> =>
  exports.default.fetch(`${ORIGIN}${path}`, { method, redirect: "manual", headers: { "user-agent": BROWSER, ...headers } });
const clickOf = (response: Response): string => /c_[A-Za-z0-9]{16}/.exec(response.headers.get("location") ?? "")?.[0] ?? "";
const start = async (body: object): Promise<void> => {
  const response = await exports.default.fetch(`${ORIGIN}/webhook/bot/bot-token-0000`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ event: "bot_start", ...body }),
  });
  expect(response.status).toBe(202);
  await inboxOf(env).drain();
};
type Line = { type: string; status: string; person_id: string; utm_source: string; link: string; shared: number };
const events = async (where: string): Promise<Line[]> =>
  (
    await env.DB.prepare(
      `SELECT type, status, person_id, utm_source, link, shared FROM events WHERE ${where} ORDER BY seq`,
    ).all<Line>()
  ).results;
const clicks = async (): Promise<number> => {
  await inboxOf(env).drain();
  return (await events("type = 'click' AND status = 'bound'")).length;
};

beforeAll(async () => {
  await configure({
    connections: {
      bot: { kind: "salebot", project: "P1", token: "bot-token-0000" },
      tracker: { kind: "keitaro", url: "https://tr.example", token: "tracker-token-0" },
    },
    links,
  });
});

describe("following a link", () => {
  it("records the click before it redirects, and puts a fresh click id in its place", async () => {
    const before = await clicks();
    const [one, two] = [await follow("/r/vk1"), await follow("/r/vk1")];
    expect([one.status, two.status]).toEqual([302, 302]);
    expect(one.headers.get("location")).toMatch(/^https:\/\/t\.me\/my_bot\?start=c_[A-Za-z0-9]{16}$/);
    expect(clickOf(one)).not.toBe(clickOf(two));
    expect(one.headers.get("set-cookie")).toBeNull();
    expect(one.headers.get("cache-control")).toBe("no-store");
    expect(await clicks()).toBe(before + 2);
  });

  it("B-01 binds the tracker's click id of the address to the person who starts with the click", async () => {
    const response = await follow("/r/vk1?subid=KS1&utm_content=banner");
    await start({ telegram_id: "1001", client_id: "500", start: clickOf(response) });
    const [bound] = await events("type = 'bot_start'");
    const owner = await env.DB.prepare("SELECT person_id FROM identifiers WHERE type = 'clickid' AND scope = 'tracker'").first<{
      person_id: string;
    }>();
    expect(owner?.person_id).toBe(bound?.person_id);
  });

  it("reads its address like a delivery's: an unfilled macro is no click id, marks in Windows-1251 are text", async () => {
    const clickids = () => env.DB.prepare("SELECT COUNT(*) AS n FROM identifiers WHERE type = 'clickid'").first<{ n: number }>();
    await clicks();
    const before = await clickids();
    await follow("/r/vk1?subid=%affid%&utm_source=%C2%EA");
    await clicks();
    expect(await clickids()).toEqual(before);
    expect((await events("type = 'click'")).at(-1)?.utm_source).toBe("вк");
  });

  it("never makes an identifier of what a stranger writes into the address", async () => {
    await follow("/r/vk1?telegram_id=777&email=victim@mail.ru&phone=79001112233&user_id=31&key=k_1234567890123456789012");
    await clicks();
    const found = await env.DB.prepare(
      "SELECT COUNT(*) AS n FROM identifiers WHERE type IN ('email', 'phone', 'user_id', 'key')",
    ).first<{ n: number }>();
    const telegram = await env.DB.prepare("SELECT COUNT(*) AS n FROM identifiers WHERE type = 'telegram_id'").first<{
      n: number;
    }>();
    expect([found?.n, telegram?.n]).toEqual([0, 1]);
  });

  it("sets its cookie only where the link asks, and knows the visitor again", async () => {
    const first = await follow("/r/site");
    const cookie = first.headers.get("set-cookie") ?? "";
    expect(cookie).toMatch(/^tl_v=v_[A-Za-z0-9]{22}; Path=\/; Max-Age=\d+; HttpOnly; SameSite=Lax; Secure$/);
    const again = await follow("/r/site", { cookie: cookie.split(";")[0] ?? "" });
    expect(again.headers.get("set-cookie")?.split(";")[0]).toBe(cookie.split(";")[0]);
    await clicks();
    const two = (await events("link = 'site'")).map(({ person_id }) => person_id);
    expect(two).toHaveLength(2);
    expect(new Set(two).size).toBe(1);
  });

  it("answers an unknown link with a page that says so", async () => {
    const response = await follow("/r/nothing", { "accept-language": "en-GB" });
    expect(response.status).toBe(404);
    expect(await response.text()).toContain("This link is gone");
  });
});

describe("K-04 preview robots", () => {
  it.each([
    "TelegramBot (like TwitterBot)",
    "WhatsApp/2.23",
    "WhatsApp",
    "Mozilla/5.0 (compatible; vkShare; +http://vk.com/dev/Share)",
    "Mozilla/5.0 (compatible; YandexDirect/3.0; +http://yandex.com/bots)",
    "Mozilla/5.0 (compatible; Yahoo! Slurp; http://help.yahoo.com/help/us/ysearch/slurp)",
    "Snapchat URL Preview",
    "max-link-preview",
  ])("%s is redirected and counted nowhere", async (agent) => {
    const before = await clicks();
    const response = await follow("/r/vk1", { "user-agent": agent });
    expect([response.status, clickOf(response)]).toEqual([302, ""]);
    expect(await clicks()).toBe(before);
  });

  it.each([
    ["HEAD", {}],
    ["GET", { "sec-purpose": "prefetch;prerender" }],
    ["GET", { purpose: "prefetch" }],
    ["GET", { "x-purpose": "preview" }],
    ["GET", { "x-moz": "prefetch" }],
    ["GET", { "sec-fetch-dest": "image" }],
  ] as const)("%s with %o is nobody's visit", async (method, headers) => {
    const before = await clicks();
    const answer = await follow("/r/vk1", headers, method);
    expect([answer.status, clickOf(answer)]).toEqual([302, ""]);
    expect(await clicks()).toBe(before);
  });

  it.each([
    "Mozilla/5.0 (Linux; Android 14; CUBOT X90) AppleWebKit/537.36 Chrome/120 Mobile Safari/537.36",
    "Mozilla/5.0 (Linux; Android 13; wv) AppleWebKit/537.36 Chrome/120 Mobile Safari/537.36 Telegram-Android/10.0",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148 [FBAN/FBIOS;FBAV/450.0]",
    "VKAndroidApp/8.0-1234 (Android 13; SDK 33)",
    "",
  ])("%s is a person", async (agent) => {
    const before = await clicks();
    expect(clickOf(await follow("/r/vk1", { "user-agent": agent, "sec-fetch-dest": "document" }))).not.toBe("");
    expect(await clicks()).toBe(before + 1);
  });
});

describe("attribution of starts", () => {
  const source = async (person: string): Promise<string> => {
    const response = await operator("GET", "/v1/report?from=2020-01-01&to=2100-01-01&window=30");
    expect(response.status).toBe(200);
    const row = await env.DB.prepare("SELECT link, utm_source FROM report_people WHERE person_id = ?1")
      .bind(person)
      .first<{ link: string; utm_source: string }>();
    return `${row?.link ?? ""} ${row?.utm_source ?? ""}`.trim();
  };

  it("C-01 a forwarded deep link brings its campaign to a second person and leaves the click with the first", async () => {
    const click = clickOf(await follow("/r/vk1"));
    const before = await clicks();
    await start({ telegram_id: "2001", client_id: "2501", start: click });
    await start({ telegram_id: "2002", client_id: "2502", start: click });
    const [first, second] = (await events("type = 'bot_start'")).slice(-2);
    expect(first?.person_id).not.toBe(second?.person_id);
    expect([await source(first?.person_id ?? ""), await source(second?.person_id ?? "")]).toEqual(["vk1 vk", "vk1 vk"]);
    expect(await clicks()).toBe(before);
  });

  it("puts a click before a start of the same instant, on the card as in the report, in whatever order they came", async () => {
    const at = "2026-05-05T10:00:00Z";
    const line = (connection: string, event: object): string =>
      JSON.stringify({ connection, received_at: at, event: { event_at: at, ...event } });
    const lines = [
      line("bot", { event: "bot_start", telegram_id: "9001", utm_source: "beta" }),
      line("links", { event: "click", click: "c_sameinstant00001", link: "vk1", user_agent: BROWSER }),
      line("bot", { event: "bot_start", telegram_id: "9001", start: "c_sameinstant00001", event_at: "2026-05-05T10:01:00Z" }),
    ];
    const loaded = await exports.default.fetch(`${ORIGIN}/v1/import`, {
      method: "POST",
      headers: { authorization: `Bearer ${ADMIN_TOKEN}` },
      body: lines.join("\n"),
    });
    expect(await loaded.json()).toMatchObject({ accepted: 3 });
    await inboxOf(env).drain();
    const { person } = await (
      await operator("GET", "/v1/persons?telegram_id=9001")
    ).json<{
      person: { id: string; first_touch: { source: string }; last_touch: { source: string } };
    }>();
    expect([person.first_touch.source, person.last_touch.source]).toEqual(["vk / spring", "vk / spring"]);
    expect(await source(person.id)).toBe("vk1 vk");
  });

  it("a start that names a campaign beside our click is a touch of the click's, on the card in the console as in the API", async () => {
    const click = clickOf(await follow("/r/vk1"));
    await start({ telegram_id: "9101", client_id: "9501", start: click });
    await start({ telegram_id: "9102", client_id: "9502", start: click, utm_source: "beta", utm_campaign: "own" });
    const found = await operator("GET", "/v1/persons?telegram_id=9102");
    const { person } = await found.json<{ person: { id: string; last_touch: { source: string } } }>();
    expect(person.last_touch.source).toBe("vk / spring");
    const page = await (await signIn()).text(`/console/people/${person.id}`);
    const source = /(?:последний|last): <b>([^<]*)<\/b>/.exec(page)?.[1];
    expect(source).toBe("vk / spring");
  });

  it("K-06 a start from outside a campaign is accepted and has no source", async () => {
    await start({ telegram_id: "3001", client_id: "3501", start: "ref_55" });
    const [last] = (await events("type = 'bot_start'")).slice(-1);
    expect(await source(last?.person_id ?? "")).toBe("");
  });

  it("K-06 says of such a start, and of no other, that a link should be made", async () => {
    const told = async (): Promise<{ normalised: { start: string }; trace: string[] }> => {
      const [item] = (await (await operator("GET", "/v1/events?type=bot_start&limit=1")).json<{ items: { id: string }[] }>())
        .items;
      return (await operator("GET", `/v1/events/${item?.id ?? ""}`)).json();
    };
    await start({ telegram_id: "3002", client_id: "3502", start: "ref_56" });
    const stray = await told();
    expect(stray.normalised.start).toBe("ref_56");
    expect(stray.trace).toContain("метка ref_56 не из ссылки шлюза, источник — (без метки): создайте ссылку");
    const others = [
      { start: clickOf(await follow("/r/vk1")) },
      { start: "ref_57", utm_source: "vk" },
      { start: "m_1234567890123456789012" },
      { start: "login" },
      {},
    ];
    for (const [n, other] of others.entries()) {
      await start({ telegram_id: `310${n}`, client_id: `360${n}`, ...other });
      expect((await told()).trace.join()).not.toContain("создайте ссылку");
    }
  });
});

describe("the site's snippet", () => {
  it("is one script of at most 2 KB that any site may load", async () => {
    const response = await follow("/snippet.js");
    expect(response.headers.get("content-type")).toContain("text/javascript");
    expect(response.headers.get("cross-origin-resource-policy")).toBe("cross-origin");
    expect(new TextEncoder().encode(await response.text()).byteLength).toBeLessThanOrEqual(2_048);
    expect(SNIPPET).not.toContain("document.cookie");
  });
});
