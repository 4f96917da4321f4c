/** What the page and its messages promise to people: languages, brands, budgets, and news of a lock. */
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { buidMac, pinMacs } from "../../src/flows/login/digests.ts";
import { newSealer } from "../../src/lib/seal.ts";
import { redeem } from "../../src/store/seats.ts";
import { MESSAGE_COPY, PAGE_COPY } from "../../src/ui/copy.ts";
import { inkOn } from "../../src/ui/styles.ts";
import { contextWith } from "../kit/context.ts";
import { SCHOOL, people, saveConfig, someone, wrongPin } from "../kit/login.ts";
import { workerBehind } from "../kit/latency.ts";
import { OTHER_SECRET } from "../kit/sign.ts";

// A storm of requests takes long on a busy machine; nothing here depends on how long.
vi.setConfig({ testTimeout: 60_000 });

const { link, authorize, open, submit } = people();

beforeEach(() => saveConfig(SCHOOL));

const URL_OF_PAGE = "https://go.example/?buid=AAAAAAAAAAAAAAAA&site=site";
const languageOf = async (query: string, acceptLanguage?: string) => {
  const html = await (
    await open(`${URL_OF_PAGE}${query}`, acceptLanguage === undefined ? {} : { "accept-language": acceptLanguage })
  ).text();
  return /<html lang="(\w+)"/.exec(html)?.[1];
};

describe("U14 the language", () => {
  it.each([
    ["", undefined, "ru"],
    ["", "en-US,en;q=0.9", "en"],
    ["", "de, fr;q=0.9, ru;q=0.2, en;q=0.1", "ru"],
    ["", "ru;q=0.3, en;q=0.8", "en"],
    ["", "ru;Q=0.3, en;Q=0.8", "en"],
    ["&lang=en", "ru", "en"],
    ["&lang=ru-RU", "en", "ru"],
    ["&lang=xx", "en", "en"],
    ["&ui_locales=fr%20en", "ru", "en"],
    ["&lang=ru&ui_locales=en", "en", "ru"],
  ])("of %j with Accept-Language %j is %s", async (query, header, language) => {
    expect(await languageOf(query, header)).toBe(language);
  });

  it("U12 both languages say the same things", () => {
    expect(Object.keys(PAGE_COPY.ru)).toEqual(Object.keys(PAGE_COPY.en));
    expect(Object.keys(MESSAGE_COPY.ru)).toEqual(Object.keys(MESSAGE_COPY.en));
  });
});

describe("the page", () => {
  it("U1 stays within 3,000 bytes in every state, with a brand whose logo fits and without one whose logo does not", async () => {
    const { site: school, ...others } = SCHOOL.connections;
    const svg = (size: number) => `<svg xmlns='http://www.w3.org/2000/svg'><path d='${"M0 0".repeat(size)}'/></svg>`;
    const sizes = [];
    for (const logo of [svg(5), svg(280)]) {
      const legal = { text: "Ы".repeat(160), url: `https://school.example/${"t".repeat(130)}` };
      const brand = { name: "Школа Ивана и Марьи", logo, accent: "#ffcc00", ...(logo.length < 200 ? {} : { legal }) };
      await saveConfig({ ...SCHOOL, connections: { ...others, site: { ...school, brand } } });
      const page = await open(URL_OF_PAGE);
      const html = await page.text();
      sizes.push(new TextEncoder().encode(html).length);
      expect(html.includes("<img")).toBe(logo.length < 200);
      expect(page.headers.get("content-security-policy")?.includes("img-src data:")).toBe(logo.length < 200);
      sizes.push(new TextEncoder().encode(await (await submit(URL_OF_PAGE, { pin: "000000" })).text()).length);
    }
    expect(Math.max(...sizes)).toBeLessThanOrEqual(3_000);
  });

  it("U3 a PIN costs one round trip to the database, right or wrong", async () => {
    const trips = vi.fn();
    const counted = people(workerBehind(0, trips));
    const made = await link({ telegram_id: someone(), client_id: someone() });
    expect((await counted.submit(made.url, { pin: wrongPin(made.pin) })).status).toBe(200);
    expect(trips).toHaveBeenCalledTimes(1);
    expect((await counted.submit(made.url, { pin: made.pin })).status).toBe(303);
    expect(trips).toHaveBeenCalledTimes(2);
  });

  it("U5 U17 asks for the code in one big text field that keeps leading zeros and takes what is pasted", async () => {
    const html = await (await open(URL_OF_PAGE)).text();
    const fields = html.match(/<input (?!type="hidden")[^>]*>/g) ?? [];
    expect(fields).toHaveLength(1);
    const field = fields[0] ?? "";
    for (const attribute of [
      'type="text"',
      'inputmode="numeric"',
      'autocomplete="one-time-code"',
      'maxlength="11"',
      "required",
      "autofocus",
    ])
      expect(field).toContain(attribute);
    const pattern = new RegExp(`^(?:${/pattern="([^"]*)"/.exec(field)?.[1] ?? ""})$`, "v");
    for (const pasted of ["482913", "482 913", "482-913", "482–913", "٤٨٢٩١٣", "４８２９１３", "482\u00a0913", "\u200f482913"])
      expect(pasted).toMatch(pattern);
    expect("abcdef").not.toMatch(pattern);
    expect(html).toMatch(/#pin\{[^}]*font-size:1\.75rem/);
  });

  it("U10 U18 names the site first, labels its field, points to hint and error, and moves nothing", async () => {
    const html = await (await submit(`${URL_OF_PAGE}&lang=en`, { pin: "000000" })).text();
    expect(html).toMatch(/<title>school\.example: /);
    expect(html).toContain('<label for="pin">');
    expect(html).toContain('aria-describedby="err hint" aria-invalid="true"');
    expect(html).toMatch(/id="err" role="alert"/);
    expect(html).toContain("prefers-color-scheme:dark");
    expect(html).not.toMatch(/animation|transition/);
  });

  it("U11 names the site and the bot that sends its codes, and leads to the bot where it has an address", async () => {
    const text = async (lang: string) =>
      (await (await open(`${URL_OF_PAGE}&lang=${lang}`)).text()).replaceAll(/<style>.*<\/style>/g, "");
    expect(await text("ru")).toContain(
      'Код для входа на school.example присылает в Telegram бот <a href="https://t.me/my_bot?start=login" rel="noreferrer">@my_bot</a>.',
    );
    expect(await text("en")).toContain(
      'The code for school.example comes from the bot <a href="https://t.me/my_bot?start=login"',
    );
    const { bot, ...others } = SCHOOL.connections;
    await saveConfig({ ...SCHOOL, connections: { ...others, bot: { ...bot, group: "club229" } } });
    expect(await text("ru")).toContain("Код для входа на school.example присылает бот club229.");
    await saveConfig({ ...SCHOOL, connections: { ...others, bot: { ...bot, group: undefined } } });
    expect(await text("ru")).toContain("Код для входа на school.example присылает бот.");
  });

  it("U19 has room for the operator's own line of consent, and for no address but a web one", async () => {
    const { site: school, ...others } = SCHOOL.connections;
    const withLine = (legal: unknown) =>
      saveConfig({ ...SCHOOL, connections: { ...others, site: { ...school, brand: { legal } } } });
    await withLine({ text: "Входя, вы принимаете <условия>", url: "https://school.example/terms?a=1&b=2" });
    expect(await (await open(URL_OF_PAGE)).text()).toContain(
      '<a href="https://school.example/terms?a=1&amp;b=2" rel="noreferrer">Входя, вы принимаете &lt;условия&gt;</a>',
    );
    await expect(withLine({ text: "x", url: "javascript:alert(1)" })).rejects.toThrow("brand.legal.url");
  });

  it("lets its form end at every registered way back, however many there are", async () => {
    const { site: school, ...others } = SCHOOL.connections;
    const origins = Array.from({ length: 30 }, (_, place) => `https://town${place}.school.example`);
    const towns = { ...school, return_to: origins.map((origin) => `${origin}/auth/bot`) };
    await saveConfig({ ...SCHOOL, connections: { ...others, site: towns } });
    const policy = (await open(URL_OF_PAGE)).headers.get("content-security-policy") ?? "";
    const allowed = /form-action ([^;]*)/.exec(policy)?.[1]?.split(" ");
    expect(allowed).toEqual(["'self'", ...origins, "https://school.example"]);
  });

  it("U15 the bot's message tells until when the code lives, in the workspace's time", async () => {
    vi.spyOn(Date, "now").mockReturnValue(Date.parse("2026-03-01T09:30:00Z"));
    await saveConfig({ ...SCHOOL, workspace: { ...SCHOOL.workspace, time_zone: "Europe/Moscow" } });
    const { body } = await people().bot("/v1/links", { telegram_id: someone(), site: "site", link_ttl_seconds: 300 });
    expect((body["messages"] as { salebot: string }).salebot).toContain("Действует 5 мин, до 12:35 GMT+3.");
  });

  it("writes on any accent in the colour that stands out", () => {
    expect(["#000000", "#ffffff", "#ffcc00", "#1f5fbf", "#777777"].map(inkOn)).toEqual(["#fff", "#000", "#000", "#fff", "#000"]);
  });

  it("U13 a bot of several sites learns the site of a transaction from the transaction", async () => {
    const { shop, ...others } = SCHOOL.connections;
    await saveConfig({ ...SCHOOL, connections: { ...others, shop: { ...shop, bot: "bot" } } });
    const { body } = await people().site("/v1/transactions", { return_to: "https://shop.example/in" }, { secret: OTHER_SECRET });
    const made = await link({ telegram_id: someone(), site: "", txn: body["txn"] });
    expect(made.url).toBe(body["url"]);
    const entered = await submit(made.url, { pin: made.pin });
    expect(entered.headers.get("location")).toMatch(/^https:\/\/shop\.example\/in\?code=/);
  });

  it("U13 a link answers its transaction no longer than the transaction lives, and its message says so", async () => {
    const begun = Date.parse("2026-03-01T09:00:00Z");
    const clock = vi.spyOn(Date, "now").mockReturnValue(begun);
    await saveConfig({ ...SCHOOL, workspace: { ...SCHOOL.workspace, time_zone: "Europe/Moscow" } });
    const way = { return_to: "https://school.example/auth/bot" };
    const { body: opened } = await people().site("/v1/transactions", way, { at: begun });
    clock.mockReturnValue(begun + 8 * 60_000);
    const { body } = await people().bot("/v1/links", { telegram_id: someone(), site: "site", txn: opened["txn"] });
    expect([body["pin_expires_at"], body["expires_at"]]).toEqual([opened["expires_at"], opened["expires_at"]]);
    expect((body["messages"] as { salebot: string }).salebot).toContain("Действует 2 мин, до 12:10 GMT+3.");
  });

  it("U13 a site-first page leads to the bot by its own transaction alone: a code for another link would not do here", async () => {
    const { body } = await people().site("/v1/transactions", { return_to: "https://school.example/auth/bot" });
    const html = await (await open(String(body["url"]))).text();
    const led = [...html.matchAll(/href="(https:\/\/t\.me\/[^"]*)"/g)].map(([, href]) => href);
    expect(new Set(led)).toEqual(new Set([`https://t.me/my_bot?start=${String(body["txn"])}`]));
  });
});

it("P-07 five wrong codes are told to the human in the messenger, with a minute by which the pause is surely over", async () => {
  const now = Date.parse("2026-03-01T09:30:10Z");
  vi.spyOn(Date, "now").mockReturnValue(now);
  await saveConfig({ ...SCHOOL, workspace: { ...SCHOOL.workspace, time_zone: "Europe/Moscow" } });
  const made = await link({ telegram_id: someone(), client_id: someone() });
  for (let i = 0; i < 5; i += 1) await authorize({ buid: made.buid, pin: wrongPin(made.pin) }, { at: now });
  const sealer = await newSealer("test-seal-key-00000000000000000000");
  const texts = await vi.waitFor(async () => {
    const { results } = await env.DB.prepare("SELECT work FROM deliveries WHERE connection = 'bot'").all<{ work: ArrayBuffer }>();
    expect(results).toHaveLength(1);
    return Promise.all(results.map(({ work }) => sealer.open(work)));
  });
  expect(texts[0]).toMatch(/код введён неверно 5 раз, вход приостановлен до 12:31 GMT\+3/);
});

it("a redeem is one statement that reads two rows and writes one, right or wrong, and writes none when it is refused", async () => {
  const made = await link({ telegram_id: someone() });
  const ctx = await contextWith(SCHOOL);
  const buid = await buidMac(ctx, made.buid);
  const guess = async (pin: string) => {
    const macs = await pinMacs(ctx, "site", buid, pin);
    const { meta } = await redeem(env.DB, { site: "site", buid, txn: "", macs, by: "test", now: Date.now() }).run();
    return [meta.rows_read, meta.rows_written];
  };
  expect(await guess(wrongPin(made.pin))).toEqual([2, 1]);
  expect(await guess(made.pin)).toEqual([2, 1]);
  expect((await guess(made.pin))[1]).toBe(0);
});
