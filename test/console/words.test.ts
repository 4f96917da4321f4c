/** What senders say in their own words, beside the console's. */
import { applyD1Migrations } from "cloudflare:test";
import { env, exports } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { inboxOf } from "../../src/context.ts";
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
  await applyD1Migrations(env.DB, env.MIGRATIONS);
  browser = await signIn();
  await configure(DOCUMENT);
});

describe("words of strangers", () => {
  it("an event that a sender named like a word of the console keeps its own name", async () => {
    await say({ event: "search", telegram_id: "2001", client_id: "901" });
    const rows = plain(await browser.text("/console/events"));
    expect(rows).toMatch(/ sb search /);
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

  it("a mistaken period is told in the reader's language, on the funnel and on the overview", async () => {
    for (const screen of ["/console/funnel", "/console"]) {
      expect(plain(await browser.text(`${screen}?from=bad`))).toContain("from: нужна дата вида 2026-03-01");
      expect(plain(await browser.text(`${screen}?from=2026-03-08&to=2026-03-01`))).toContain("должен быть позже начала");
    }
  });

  it("a long value does not push the decision off the screen", async () => {
    await say({ event: "note", telegram_id: "2001", client_id: "901", "fields.essay": "й".repeat(10_000) });
    const [, id] = /\/console\/events\/(evt_\w+)/.exec(await browser.text("/console/events")) ?? [];
    const page = plain(await browser.text(`/console/events/${id}`));
    expect(page).toMatch(/fields\.essay й{500}… всего 10.000 знаков/);
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
