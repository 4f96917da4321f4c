/** A visitor who lands on the site itself, not through `/r/`: the snippet reports the marks of the landing and gets a click of ours. */
import { env, exports } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { inboxOf } from "../../src/context.ts";
import { ORIGIN, configure, operator } from "../kit/operator.ts";

const BROWSER = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/143.0 Safari/537.36";
const SITE = "https://school.example";
const MARKS = { utm_source: "yandex", utm_medium: "cpc", utm_campaign: "осень 26", yclid: "77001" };
const RANGE = "from=2020-01-01&to=2100-01-01";

type Hit = {
  marks?: Record<string, string>;
  visitor?: string;
  referrer?: string;
  site?: string;
  headers?: Record<string, string>;
};
const hit = ({ marks = MARKS, visitor, referrer, site = "site", headers = {} }: Hit = {}): Promise<Response> => {
  const told = { ...marks, ...(visitor === undefined ? {} : { visitor }), ...(referrer === undefined ? {} : { referrer }) };
  return exports.default.fetch(`${ORIGIN}/hit/${site}`, {
    method: "POST",
    headers: { "user-agent": BROWSER, origin: SITE, "content-type": "text/plain;charset=UTF-8", ...headers },
    body: new URLSearchParams(told).toString(),
  });
};
const clickOf = async (response: Response): Promise<string> => (await response.json<{ click: string }>()).click;

type Line = { id: string; person_id: string; status: string; link: string | null; utm_source: string; utm_campaign: string };
const clicks = async (): Promise<Line[]> => {
  await inboxOf(env).drain();
  const { results } = await env.DB.prepare(
    "SELECT id, person_id, status, link, utm_source, utm_campaign FROM events WHERE type = 'click' ORDER BY seq",
  ).all<Line>();
  return results;
};

beforeAll(async () => {
  await configure({
    workspace: { time_zone: "Europe/Moscow", currency: "RUB" },
    connections: {
      bot: { kind: "salebot", project: "P1", token: "bot-token-0000" },
      site: {
        kind: "site",
        origin: SITE,
        return_to: ["https://cabinet.example/auth"],
        secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
      },
    },
  });
});

describe("a landing without a link of ours", () => {
  it("is a click of ours, durable when answered, whose start brings the person its source", async () => {
    const response = await hit({ visitor: "visitor-0000000000001", referrer: "https://yandex.ru/search?text=secret" });
    expect(response.status).toBe(201);
    expect(response.headers.get("access-control-allow-origin")).toBe(SITE);
    expect(response.headers.get("set-cookie")).toBeNull();
    const click = await clickOf(response);
    expect(click).toMatch(/^c_[A-Za-z0-9]{16}$/);
    expect(await clicks()).toMatchObject([{ status: "bound", link: null, utm_source: "yandex", utm_campaign: "осень 26" }]);
    await exports.default.fetch(`${ORIGIN}/webhook/bot/bot-token-0000`, {
      method: "POST",
      body: JSON.stringify({ event: "bot_start", telegram_id: "4001", client_id: "4501", start: click }),
    });
    await inboxOf(env).drain();
    const report = await (await operator("GET", `/v1/report?${RANGE}`)).json<{ stages: unknown[] }>();
    expect(report).toMatchObject({
      cohort: 1,
      sources: [{ source: "yandex / осень 26", cohort: 1 }],
      clicks: { raw: 1, by_link: { "": 1 } },
    });
    expect(report.stages.slice(0, 2)).toMatchObject([
      { id: "click", reached: 1 },
      { id: "bot_start", reached: 1, bypass: 0 },
    ]);
    const [stored] = await clicks();
    const shown = JSON.stringify(await (await operator("GET", `/v1/events/${stored?.id ?? ""}`)).json());
    expect(shown).toContain("yandex.ru");
    expect(shown).not.toContain("secret");
  });

  it("is one click however often the page is opened, and another for another ad or another visitor", async () => {
    const before = (await clicks()).length;
    const visitor = "visitor-0000000000002";
    const one = await clickOf(await hit({ visitor }));
    const same = await Promise.all(Array.from({ length: 5 }, async () => clickOf(await hit({ visitor }))));
    expect(new Set([one, ...same]).size).toBe(1);
    expect(await clickOf(await hit({ visitor, marks: { ...MARKS, yclid: "77002" } }))).not.toBe(one);
    expect(await clickOf(await hit({ visitor: "visitor-0000000000003" }))).not.toBe(one);
    const after = (await clicks()).slice(before);
    expect(after).toHaveLength(3);
    expect(new Set(after.map(({ person_id }) => person_id)).size).toBe(2);
  });

  it("takes nothing but marks: what anybody may write into an address never becomes an identifier", async () => {
    const marks = {
      ...MARKS,
      telegram_id: "777",
      email: "victim@mail.ru",
      phone: "79001112233",
      clickid: "CH1",
      click: "c_aaaaaaaaaaaaaaaa",
    };
    const response = await hit({ visitor: "visitor-0000000000004", marks });
    expect(await clickOf(response)).not.toBe("c_aaaaaaaaaaaaaaaa");
    const last = (await clicks()).at(-1);
    const { results } = await env.DB.prepare("SELECT type FROM identifiers WHERE person_id = ?1 ORDER BY type")
      .bind(last?.person_id ?? "")
      .all<{ type: string }>();
    expect(results.map(({ type }) => type)).toEqual(["click", "visitor"]);
    const shown = JSON.stringify(await (await operator("GET", `/v1/events/${last?.id ?? ""}`)).json());
    expect(shown).not.toMatch(/victim|79001112233/);
    expect(shown).toContain("CH1");
  });

  it("never lets one site, or a stranger's visitor id, choose another's visitor", async () => {
    await hit({ visitor: "v_1234567890123456789012" });
    const owner = await operator("GET", "/v1/persons?visitor=v_1234567890123456789012");
    expect(owner.status).toBe(404);
  });
});

describe("who is refused", () => {
  it.each([
    ["another origin", { headers: { origin: "https://evil.example" } }, 403, "origin_not_allowed"],
    ["a look-alike origin", { headers: { origin: "https://school.example.evil.example" } }, 403, "origin_not_allowed"],
    ["no origin", { headers: { origin: "" } }, 403, "origin_not_allowed"],
    ["an unknown site", { site: "nothing" }, 404, "not_found"],
    ["a connection that is no site", { site: "bot" }, 404, "not_found"],
    ["a landing without marks", { marks: { page: "2" } }, 422, "invalid_request"],
    ["a body beyond all measure", { marks: { utm_source: "x".repeat(9_000) } }, 413, "too_large"],
  ] as const)("%s", async (_name, asked, status, reason) => {
    const before = (await clicks()).length;
    const response = await hit(asked);
    expect([response.status, await response.json()]).toMatchObject([status, { reason }]);
    expect(await clicks()).toHaveLength(before);
  });

  it.each(["https://cabinet.example", "https://www.school.example", "https://promo.school.example"])(
    "lets the site's other pages in: %s",
    async (origin) => {
      const response = await hit({ visitor: "visitor-0000000000005", headers: { origin } });
      expect([response.status, response.headers.get("access-control-allow-origin")]).toEqual([201, origin]);
    },
  );

  it.each([
    "http://school.example",
    "https://school.example:8443",
    "https://myschool.example",
    "null",
    "https://school.example/",
  ])("turns %s away", async (origin) => expect((await hit({ headers: { origin } })).status).toBe(403));

  it.each([
    ["a robot", { "user-agent": "Mozilla/5.0 (compatible; YandexBot/3.0; +http://yandex.com/bots)" }],
    ["a page prepared ahead", { "sec-purpose": "prefetch;prerender" }],
  ])("%s counts nothing", async (_name, headers) => {
    const before = (await clicks()).length;
    expect((await hit({ visitor: "visitor-0000000000006", headers })).status).toBe(204);
    expect(await clicks()).toHaveLength(before);
  });

  it("300 landings a minute from one address are enough", async () => {
    const headers = { "cf-connecting-ip": "203.0.113.77", origin: "https://evil.example" };
    const statuses = await Promise.all(Array.from({ length: 301 }, async () => (await hit({ headers })).status));
    expect(statuses.filter((status) => status === 429).length).toBeGreaterThanOrEqual(1);
    expect((await hit({ headers })).headers.get("retry-after")).toBe("60");
  });
});
