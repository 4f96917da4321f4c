/** What senders say in their own words, beside the console's. */
import { env, exports } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { ACTS } from "../../src/console/acts.ts";
import { inboxOf } from "../../src/context.ts";
import { recordAct } from "../../src/store/operator/access.ts";
import { type Browser, signIn } from "../kit/console.ts";
import { settingsOf } from "../../src/env.ts";
import { saveConfig } from "../../src/store/config.ts";
import { ORIGIN, configure } from "../kit/operator.ts";

const DOCUMENT = { connections: { sb: { kind: "salebot", project: "P1", token: "tok-sb-0000000000" } } };
const HOOK = `${ORIGIN}/webhook/sb/tok-sb-0000000000`;
let browser: Browser;

async function tell(body: string): Promise<void> {
  await exports.default.fetch(HOOK, { method: "POST", headers: { "content-type": "application/json" }, body });
  await inboxOf(env).drain();
}
const say = (body: object): Promise<void> => tell(JSON.stringify(body));
const plain = (page: string): string => page.replaceAll(/<[^>]+>/g, " ").replaceAll(/\s+/g, " ");

beforeAll(async () => {
  browser = await signIn();
  await configure(DOCUMENT);
});

describe("words of strangers", () => {
  it("an event that a sender named like a word of the console keeps its own name", async () => {
    await say({ event: "search", telegram_id: "2001", client_id: "901" });
    const rows = plain(await browser.text("/console/events"));
    expect(rows).toMatch(/ sb search /);
  });

  it("every event that the gateway names by itself has words", async () => {
    await say({ event: "email_confirmed", telegram_id: "2001", client_id: "901" });
    await say({ event: "user_updated", telegram_id: "2001", client_id: "901" });
    const rows = plain(await browser.text("/console/events"));
    expect(rows).toContain("Почта подтверждена");
    expect(rows).toContain("Данные изменены");
    const filters = await browser.text("/console/events");
    for (const type of ["order_status", "hold"]) expect(filters).toMatch(new RegExp(`<option value="${type}"[^>]*>[А-Я]`));
  });

  it("every act has words in the log, a call of the API stands as it was made", async () => {
    for (const act of Object.keys(ACTS)) await recordAct(env.DB, { at: 1, who: "a", act, subject: "" });
    await configure(DOCUMENT);
    const log = plain(await browser.text("/console/settings/access"));
    for (const act of Object.keys(ACTS)) expect(log).not.toContain(` a ${act} `);
    expect(log).toContain("удалить человека");
    expect(log).toContain("PUT /v1/config");
  });

  it("an unreadable delivery is called so in the reader's language", async () => {
    await tell('{"broken": ');
    const rows = plain(await browser.text("/console/events"));
    expect(rows).toContain("Нечитаемое");
    expect(rows).not.toContain("unreadable");
    const [, id] = /\/console\/events\/(evt_\w+)/.exec(await browser.text("/console/events?status=quarantined")) ?? [];
    expect(plain(await browser.text(`/console/events/${id}`))).toContain("нужен целый JSON, форма или параметры в адресе");
  });

  it("the history tells what a version was saved for in the reader's language, and a stranger's note as it is", async () => {
    const save = (note: string) => saveConfig(env, settingsOf(env), { document: DOCUMENT, author: "a", note, now: Date.now() });
    for (const note of [
      "sending resumed",
      "settings: sb",
      "secret added: sb",
      "cost vk1 2026-03-01",
      "link a deleted",
      "by hand",
    ])
      await save(note);
    const told = plain(await browser.text("/console/settings/rules"));
    for (const words of [
      "отправка возобновлена",
      "доступ и связи: sb",
      "секрет добавлен: sb",
      "расход vk1 за 2026-03-01",
      "ссылка a удалена",
      "by hand",
    ])
      expect(told).toContain(`· ${words}`);
    expect(told).not.toContain("sending resumed");
  });

  it("a mistaken period is told in the reader's language, wherever a period is asked", async () => {
    for (const screen of [
      "/console/funnel",
      "/console",
      "/console/links",
      "/console/why",
      "/console/funnel.csv",
      "/console/funnel/people",
    ]) {
      expect(plain(await browser.text(`${screen}?from=bad`))).toContain("from: нужна дата вида 2026-03-01");
      expect(plain(await browser.text(`${screen}?from=2026-03-08&to=2026-03-01`))).toContain("должен быть позже начала");
    }
  });

  it("a long value does not push the decision off the screen", async () => {
    await say({ event: "note", telegram_id: "2001", client_id: "901", "fields.essay": "й".repeat(10_000) });
    const [, id] = /\/console\/events\/(evt_\w+)/.exec(await browser.text("/console/events")) ?? [];
    const page = plain(await browser.text(`/console/events/${id}`));
    expect(page).toMatch(/fields\.essay й{500}… всего знаков: 10.000/);
  });

  it("a name is shown as far as it leaves room for others, one that cannot be seen is none", async () => {
    const start = { event: "bot_start", client_id: "902", telegram_id: "2002" };
    await say({ ...start, first_name: "😀".repeat(100) });
    await say({
      ...start,
      client_id: "903",
      telegram_id: "2003",
      first_name: "\u200B\u202E\u200B",
    });
    const page = await browser.text("/console/people");
    expect(page).toContain(`<bdi>${"😀".repeat(60)}…</bdi>`);
    expect(page).toContain("<bdi>TG 2003</bdi>");
  });
});

it("a filter that came with a link is told in words, not as a number of milliseconds", async () => {
  const since = Date.UTC(2026, 2, 1);
  const page = plain(await browser.text(`/console/events?since=${since}&until=x&dated=1&to=${"z".repeat(30)}`));
  for (const words of ["с 1 мар. 2026 г., 03:00:00", "до —", "по дате события", `куда: ${"z".repeat(30)}`])
    expect(page).toContain(`${words} ×`);
  expect(page).not.toMatch(/since:|dated:/);
});

describe("people without a name", () => {
  it("are called in the list of events as in the list of people: by the key, which differs at once", async () => {
    for (const id of ["905", "906"]) await say({ event: "bot_start", client_id: id });
    const called = (page: string): string[] => [...page.matchAll(/>(k_\w{10})…</g)].map(([, key]) => key ?? "");
    const events = called(await browser.text("/console/events"));
    expect(new Set(events).size).toBe(2);
    expect(called(await browser.text("/console/people")).toSorted()).toEqual(events.toSorted());
  });
});

describe("numbers", () => {
  it("a stage that nobody reached is not called silent where its events come, and a stage without a source is named", async () => {
    await say({ event: "bot_start", telegram_id: "2001", client_id: "901" });
    const page = plain(await browser.text("/console/funnel"));
    expect(page).toContain(
      "Никто из вошедших не дошёл: Переход, Регистрация, Вход по PIN, Заказ, Продажа, Повторная продажа. Не подключён источник этапов: Переход, Регистрация,",
    );
    await configure({
      ...DOCUMENT,
      connections: { ...DOCUMENT.connections, any: { kind: "http", token: "tok-any-0000000000" } },
    });
    expect(plain(await browser.text("/console/funnel"))).not.toContain("Не подключён источник");
  });

  it("a sum is written with two decimals or none and never breaks in the middle", async () => {
    const link = (amount: string) => ({ to: "https://t.me/my_bot?start={click}", costs: [{ day: "2026-03-01", amount }] });
    await configure({ ...DOCUMENT, links: { half: link("3000.5"), whole: link("4000") } });
    expect(await browser.text("/console/links/half")).toContain("<dd>3\u00a0000,50\u00a0₽</dd>");
    expect(await browser.text("/console/links/whole")).toContain("<dd>4\u00a0000\u00a0₽</dd>");
  });

  it("an example of an address with a click in it is no address to publish", async () => {
    const page = await browser.text("/console/links/half");
    expect(page).toContain("start=c_xxxxxxxxxxxxxxxx");
    expect([...page.matchAll(/data-copy="(\w+)"/g)].map(([, id]) => id)).toEqual(["short"]);
  });
});
