import { env, exports } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { inboxOf } from "../../src/context.ts";
import { type Browser, come, signIn } from "../kit/console.ts";
import { ADMIN_TOKEN, ORIGIN, configure } from "../kit/operator.ts";
import { IMPORT_CONFIG } from "../kit/worked-config.ts";
import { workedLines } from "../kit/worked-import.ts";
import { WORKED_RANGE } from "../kit/worked-numbers.ts";

let browser: Browser;

const plain = (page: string): string =>
  page
    .replaceAll(/<[^>]+>/g, " ")
    .replaceAll(/&[a-z]+;|\s/g, " ")
    .replaceAll(/ +/g, " ");

beforeAll(async () => {
  browser = await signIn();
  expect(plain(await browser.text("/console"))).toContain("Подключите бота — это 3 минуты");
  expect(plain(await browser.text("/console/funnel"))).toContain(
    "Не подключён источник этапов: Переход, Старт бота, Регистрация, Вход по PIN, Заказ, Продажа, Повторная продажа.",
  );
  await configure(IMPORT_CONFIG);
  expect(plain(await browser.text("/console/funnel"))).toContain("никто не начал путь. Проверьте период и подключения.");
  await exports.default.fetch(`${ORIGIN}/v1/import`, {
    method: "POST",
    body: workedLines(),
    headers: { authorization: `Bearer ${ADMIN_TOKEN}` },
  });
  await inboxOf(env).drain();
  await come("sb/tok-sb-0000000000", {
    event: "bot_start",
    telegram_id: "2001",
    client_id: "901",
    first_name: "<b>Олег</b>",
  });
  await come("sb/tok-sb-0000000000", { event: "identify", telegram_id: "2001", client_id: "901", email: "a@ex.ru" });
});

describe("screens over the worked data set", () => {
  it("Обзор: the six numbers and how much is bound", async () => {
    const page = plain(await browser.text(`/console?${WORKED_RANGE}`));
    expect(page).toContain("102 600 ₽");
    for (const label of ["Переходы", "Старты", "Регистрации", "Заказы", "Продажи", "Чистая выручка"])
      expect(page).toContain(label);
    expect(page).toContain("привязано 91,7 % · источник известен 75,0 %");
  });

  it("Воронка: the tables, and every number opens its people", async () => {
    const page = await browser.text(`/console/funnel?${WORKED_RANGE}&attribution=last`);
    expect(plain(page)).toContain("Расход ROMI CPL CAC");
    expect(plain(page)).toContain("tgads / spring 5 3 5 4 1 2 3 0 3 600 ₽ 4 000 ₽ −10,0 % 1 000 ₽ 1 333,33 ₽");
    const people = plain(await browser.text(`/console/funnel/people?${WORKED_RANGE}&stage=bot_start&bypass=1`));
    for (const name of ["TG 1006", "TG 1007", "TG 1011"]) expect(people).toContain(name);
    const line = plain(
      await browser.text(`/console/funnel/people?${WORKED_RANGE}&stage=sale&line=${encodeURIComponent("vk / spring")}`),
    );
    expect(line).toContain("Продажа: 2");
  });

  it("every number of cohorts and money opens what is behind it, as many as it says", async () => {
    const page = await browser.text(`/console/funnel?${WORKED_RANGE}`);
    const linked = (pattern: RegExp): string => (pattern.exec(page)?.[1] ?? "").replaceAll("&amp;", "&");
    const rowsAt = async (path: string): Promise<number> => (await browser.text(path)).split("<tr data-row").length - 1;
    expect(await rowsAt(linked(/2026-W09[\s\S]*?href="([^"]+)"/))).toBe(4);
    expect(await rowsAt(linked(/href="([^"]+)">3 · 75,0 %/))).toBe(3);
    expect(await rowsAt(linked(/href="([^"]+)">5 · 55,6 %/))).toBe(5);
    const payments = await browser.text(linked(/href="([^"]+)">112\s600/));
    expect(payments.split("<tr data-id").length - 1).toBe(13);
    expect(plain(await browser.text(linked(/href="([^"]+)">900\s₽/)))).toContain("Оплаты без человека 1");
  });

  const buyers = ["TG 1001", "TG 1002", "TG 1006", "TG 1007", "TG 1008", "TG 1010", "TG 1011", "i@ex.ru"];
  it.each([
    ["the funnel's line by first touch", "/funnel", "15 600 ₽", ["TG 1006", "TG 1010", "TG 1011"]],
    ["the funnel's line by last touch", "/funnel?attribution=last", "3 600 ₽", ["TG 1006", "TG 1011"]],
    ["the funnel", "/funnel?attribution=last", "102 600 ₽", buyers],
    ["the overview", "", "102 600 ₽", buyers],
    ["a link", "/links", "55 000 ₽", ["TG 1001", "TG 1002"]],
  ])("opens whose money the net of %s is", async (_, screen, net, people) => {
    const page = await browser.text(`/console${screen}${screen.includes("?") ? "&" : "?"}${WORKED_RANGE}`);
    const sum = new RegExp(
      `href="([^"]+)">(?:<b>|<div class="box"><small>Чистая выручка</small><span class="big">)?${net.replaceAll(" ", "\\s")}<`,
    );
    const list = await browser.text((sum.exec(page)?.[1] ?? "").replaceAll("&amp;", "&"));
    const shown = [...list.matchAll(/<bdi>([^<]+)<\/bdi>/g)].map(([, name = ""]) => name);
    expect(shown.toSorted()).toEqual(people.toSorted());
    expect(plain(list)).toContain(`Деньги: ${people.length} `);
  });

  it("opens the people of the line without a source, and of a week also on the strict path", async () => {
    const behind = async (page: string, number: RegExp): Promise<number> => {
      const path = (number.exec(page)?.[1] ?? "").replaceAll("&amp;", "&");
      return (await browser.text(path)).split("<tr data-row").length - 1;
    };
    const page = await browser.text(`/console/funnel?${WORKED_RANGE}`);
    expect(await behind(page, /\(без метки\)<\/th><td class="num"><a href="([^"]+)">2</)).toBe(2);
    const strict = await browser.text(`/console/funnel?${WORKED_RANGE}&mode=strict`);
    expect(await behind(strict, /href="([^"]+)">5 · 55,6 %/)).toBe(5);
    expect(plain(await browser.text(`/console?${WORKED_RANGE}&by=link`))).toContain("источник известен 75,0 %");
  });

  it.each(["/console", "/console/funnel", "/console/links"])("says what its numbers are counted by: %s", async (path) => {
    const page = plain(await browser.text(`${path}?${WORKED_RANGE}`));
    expect(page).toMatch(
      /Europe\/Moscow · деньги по дате события · окно 30 дн · первое касание · RUB · данные на \d\d:\d\d:\d\d/,
    );
  });

  it("Почему не 100 %: the deal of nobody and the buyers nobody brought", async () => {
    const page = plain(await browser.text(`/console/why?${WORKED_RANGE}`));
    expect(page).toContain("Оплаты без человека 1");
    expect(page).toContain("Покупатели без источника 2");
    expect(page).toContain("TG 1007");
  });

  it("Люди: a card with identifiers, timeline and money", async () => {
    const list = await browser.text("/console/search?q=a@ex.ru");
    const id = /\/console\/people\/(per_\w+)/.exec(list)?.[1] ?? "";
    const card = plain(await browser.text(`/console/people/${id}`));
    expect(card).toContain("25 000 ₽");
    expect(card).toContain("vk / spring");
    expect(card).toContain("a@ex.ru со слов");
    expect(card).toContain("Повторная продажа №1");
  });

  it("События: what came, what was understood, who and why", async () => {
    const list = await browser.text("/console/events?status=quarantined");
    const id = /\/console\/events\/(evt_\w+)/.exec(list)?.[1] ?? "";
    const sheet = await browser.text(`/console/events/${id}`);
    expect(plain(sheet)).toContain("Макрос не подставлен в поле clickid");
    expect(sheet).toMatch(/<mark>[^<]*\{clickid\}/);
    const late = await browser.text("/console/events?q=CHX");
    const sale = [...late.matchAll(/\/console\/events\/(evt_\w+)/g)].map(([, found]) => found ?? "");
    const told = await Promise.all(sale.map(async (found) => plain(await browser.text(`/console/events/${found}`))));
    expect(told.some((text) => text.includes("привязано через 5 мин по clickid CHX"))).toBe(true);
  });

  it("Ссылки: what each brought", async () => {
    const html = await browser.text("/console/links?from=2026-03-01&to=2026-03-08");
    const [, behind = ""] = /href="([^"]+)">5<\/a>/.exec(html) ?? [];
    expect((await browser.text(behind.replaceAll("&amp;", "&"))).split("<tr data-id").length - 1).toBe(5);
    const page = plain(html);
    expect(page).toContain("vk1 vk / cpc / spring https://go.example/r/vk1 Копировать 5 4 3 2 55 000 ₽ 3 000 ₽");
  });

  it("checks a pasted link and says how to mend it", async () => {
    const page = plain(
      await browser.text(`/console/links/check?url=${encodeURIComponent("https://t.me/b?start=79133912047&utm_source=vk")}`),
    );
    expect(page).toContain("В ссылке телефон: start");
    expect(page).toContain("Параметр utm_source до бота не дойдёт");
  });

  it("shows what people wrote as text, never as markup", async () => {
    const page = await browser.text("/console/people");
    expect(page).toContain("&lt;b&gt;Олег&lt;/b&gt;");
    expect(page).not.toContain("<b>Олег</b>");
  });

  it.each([
    "/console/connections",
    "/console/connections/gc",
    "/console/problems",
    "/console/settings",
    "/console/menu",
    "/console/events?status=failed",
  ])("%s opens in both languages", async (path) => {
    expect((await browser.get(path)).status).toBe(200);
    const english = await browser.get(path, { cookie: `${browser.cookie}; tl_lang=en` });
    expect(await english.text()).toContain('lang="en"');
  });

  it("answers an unknown address with a way back", async () => {
    const response = await browser.get("/console/nothing");
    expect(response.status).toBe(404);
    expect(await response.text()).toContain('href="/console"');
  });
});

describe("deciding", () => {
  it("C-03 resolves a conflict from its page: different people, and it is gone from the list", async () => {
    const list = await browser.text("/console/problems");
    expect(plain(list)).toContain("одно значение у двух людей");
    const conflict = [...list.matchAll(/\/console\/problems\/(prb_\w+)/g)].map(([, id]) => id ?? "");
    const pages = await Promise.all(conflict.map((id) => browser.text(`/console/problems/${id}`)));
    const page = pages.find((text) => text.includes("/console/act/keep-apart")) ?? "";
    const form = page.slice(page.indexOf('action="/console/act/keep-apart"'));
    const field = (name: string): string => new RegExp(`name="${name}" value="([^"]+)"`).exec(form)?.[1] ?? "";
    const response = await browser.post("/console/act/keep-apart", {
      problem: field("problem"),
      person: field("person"),
      other: field("other"),
    });
    expect(response.headers.get("location")).toBe("/console/problems?done=1");
    expect(plain(await browser.text("/console/problems"))).not.toContain("одно значение у двух людей");
    const [person, other] = [field("person"), field("other")];
    const merged = await browser.post("/console/act/merge", { person, other });
    expect(plain(await merged.text())).toContain("Решение «не склеивать» между ними снято");
    await browser.post("/console/act/unmerge", { person });
  });

  it("builds a link with the click's place, sets its cost, and refuses a mistake where it is", async () => {
    await browser.post("/console/act/add-link", { slug: "new1", to: "https://t.me/my_bot", utm_source: "vk" });
    await browser.post("/console/act/set-cost", { slug: "new1", day: "2026-03-01", amount: "10,5" });
    const document = await (await browser.get("/v1/config")).json<{ links: Record<string, unknown> }>();
    expect(document.links["new1"]).toEqual({
      to: "https://t.me/my_bot?start={click}",
      utm_source: "vk",
      costs: [{ day: "2026-03-01", amount: "10.5" }],
    });
    const refused = await browser.post("/console/act/save-rule", { rule: '{"on":"sale","do":[{"to":"nobody","action":"x"}]}' });
    expect(refused.status).toBe(422);
    const page = plain(await refused.text());
    expect(page).toContain("Не сохранено. Исправьте:");
    expect(page).toContain("rules");
  });

  it("sends a test event through the real pipeline", async () => {
    const before = (await browser.text("/console/events?connection=gc")).split("data-row").length;
    const response = await browser.post("/console/act/test-event", { id: "gc", back: "/console/connections/gc" });
    expect(response.headers.get("location")).toBe("/console/connections/gc?done=1");
    await inboxOf(env).drain();
    expect((await browser.text("/console/events?connection=gc")).split("data-row").length).toBe(before + 1);
  });
});

describe("live", () => {
  it("answers 204 until something arrives, then the new rows", async () => {
    const first = await browser.get("/console/events?live=", { "x-live": "1" });
    const version = first.headers.get("x-version") ?? "";
    expect((await browser.get(`/console/events?live=${version}`, { "x-live": "1" })).status).toBe(204);
    await come("sb/tok-sb-0000000000", { event: "message", telegram_id: "2001", client_id: "901", message: "привет" });
    const next = await browser.get(`/console/events?live=${version}`, { "x-live": "1" });
    expect(next.status).toBe(200);
    expect(plain(await next.text())).toContain("Сообщение");
  });
});

describe("the funnel as a file", () => {
  it("is offered to a spreadsheet and to a Russian Excel, of the very range on the screen", async () => {
    const page = await browser.text(`/console/funnel?${WORKED_RANGE}`);
    const [href = ""] = /\/console\/funnel\.csv\?[^"]*format=excel/.exec(page) ?? [];
    const file = await browser.get(href.replaceAll("&amp;", "&"));
    expect(file.headers.get("content-disposition")).toContain("funnel.csv");
    expect(await file.text()).toContain("vk / spring;4;4;3;3;1;2;2;1;55000,00");
  });
});

describe("a shared report", () => {
  it("opens without an account, shows numbers and nobody, and ends when damaged", async () => {
    const answer = await exports.default.fetch(`${ORIGIN}/v1/report/share`, {
      method: "POST",
      headers: { authorization: `Bearer ${ADMIN_TOKEN}` },
      body: JSON.stringify({ query: WORKED_RANGE, days: 7 }),
    });
    const { url } = await answer.json<{ url: string }>();
    const page = await (await exports.default.fetch(url)).text();
    expect(plain(page)).toContain("102 600 ₽");
    expect(page).not.toContain("per_");
    expect(page).not.toContain("/console/people");
    const csv = await (await exports.default.fetch(`${url}?format=csv`)).text();
    expect(csv).toContain("tgads / spring,5");
    const excel = await (await exports.default.fetch(`${url}?format=excel`)).text();
    expect(excel).toContain("tgads / spring;5;3;5;4;1;2;3;0;15600,00;3600,00;4000,00;290,0;-10,0");
    expect((await exports.default.fetch(`${url}x`)).status).toBe(404);
  });

  it("tells its reader what was asked beyond the range: the strict path, people with a click, the breakdown", async () => {
    const page = plain(await browser.text(`/console/funnel?${WORKED_RANGE}&mode=strict&only=click&by=link`));
    expect(page).toContain("строгий путь · в воронке только люди с кликом");
    expect(page).toContain("Ссылка Когорта");
  });
});

describe("deals whose source nobody knows", () => {
  it("are told with their buyers also where these came long before the range", async () => {
    const paid = { event: "payment", gc_user_id: "607", order: "O99", tid: "O99-1", amount: "10" };
    await exports.default.fetch(`${ORIGIN}/v1/import`, {
      method: "POST",
      body: JSON.stringify({ connection: "gc", received_at: "2026-06-10T12:00:00Z", event: paid }),
      headers: { authorization: `Bearer ${ADMIN_TOKEN}` },
    });
    await inboxOf(env).drain();
    const june = "from=2026-06-01&to=2026-07-01";
    expect(plain(await browser.text(`/console?${june}`))).toContain("привязано 100,0 % · источник известен 0,0 %");
    const page = plain(await browser.text(`/console/why?${june}`));
    expect(page).toContain("Покупатели без источника 1");
    expect(page).toContain("TG 1007");
  });
});
