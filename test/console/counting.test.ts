/** How many there are: grouped as the reader writes numbers, in words that fit one as well as many; and the newest of them, not the oldest. */
import { env } from "cloudflare:workers";
import { beforeAll, expect, it } from "vitest";
import { inboxOf } from "../../src/context.ts";
import { type Browser, signIn } from "../kit/console.ts";
import { accept } from "../kit/feed.ts";
import { emptyGraph } from "../kit/identity-rows.ts";
import { configure } from "../kit/operator.ts";

let browser: Browser;
const day = Date.UTC(2026, 2, 2, 9);
const range = "from=2026-03-02&to=2026-03-03";
const plain = (page: string): string => page.replaceAll(/<[^>]+>/g, " ").replaceAll(/\s+/g, " ");
const inEnglish = async (path: string): Promise<string> =>
  plain(await (await browser.get(path, { cookie: `${browser.cookie}; tl_lang=en` })).text());

beforeAll(async () => {
  await configure({
    workspace: { locale: "ru" },
    connections: { bot: { kind: "salebot", project: "P1", token: "tok-bot-0000000000" } },
    links: { vk1: { to: "https://t.me/my_bot?start={click}" } },
  });
  browser = await signIn();
});

it("one is told in words that fit one", async () => {
  await emptyGraph();
  const money = { amount: "100", currency: "RUB" };
  await accept(
    { ids: { tg: 1 }, type: "bot_start", at: day },
    { ids: { tg: 1 }, type: "payment", at: day, order: "1", ...money },
  );
  await inboxOf(env).drain();
  const pages = [
    `/console?${range}`,
    `/console/funnel?${range}`,
    "/console/links/check?url=http%3A%2F%2Fschool.example%2F%3Ftl%3D1",
  ];
  for (const path of pages) {
    expect(plain(await browser.text(path)), path).not.toMatch(/ 1 (?:человек,|оплаченных|дней|новых)/);
    expect(await inEnglish(path), path).not.toMatch(/ 1 (?:people|paid deals|errors|remarks|days|new events)/);
  }
});

it("many are grouped in the funnel as everywhere", async () => {
  const at = Date.UTC(2026, 3, 2, 9);
  const later = "from=2026-04-02&to=2026-04-03";
  await accept(...Array.from({ length: 1_001 }, (_, n) => ({ ids: { tg: 10_000 + n }, type: "bot_start", at, link: "vk1" })));
  await inboxOf(env).drain();
  const page = await browser.text(`/console/funnel?${later}&by=bot`);
  expect(page).toMatch(/>1\u00a0001</);
  expect(page).not.toContain(">1001<");
  expect(await inEnglish(`/console/funnel?${later}`)).toContain(" 1,001 ");
});

it("a long history shows its newest events and leads to the rest", async () => {
  await emptyGraph();
  const told = await accept(
    ...Array.from({ length: 501 }, (_, n) => ({ ids: { tg: 77 }, type: "message", at: day + n * 60_000 })),
  );
  await inboxOf(env).drain();
  const row = await env.DB.prepare("SELECT id FROM persons LIMIT 1").first<{ id: string }>();
  const page = /<ul class="t lanes">.*?<\/section>/s.exec(await browser.text(`/console/people/${row?.id}`))?.[0] ?? "";
  expect(page).toContain(told.at(-1)?.id);
  expect(page).not.toContain(told[0]?.id);
  expect(plain(page)).toContain("Последние 500 событий");
});
