/** K-01: the browser strips everything it knows from the landing's address, and the bot's button still carries the click. */
import { createServer } from "node:http";
import type { Browser } from "playwright-core";
import { fieldsOf } from "../../sandbox/kit/values.ts";
import { type Stage, request } from "../demo/stage.ts";

const STRIPPED = /^(utm_\w+|gclid|fbclid|yclid|click_id|clickid|subid)$/;
const landing = (gateway: string): string =>
  `<!doctype html><script src="${gateway}/snippet.js" data-site="site" async></script><a id="bot" href="https://t.me/my_bot">TG</a><a id="max" href="https://max.ru/my_bot">MAX</a><a id="kept" data-tl="keep" href="https://t.me/my_bot?start=old">TG</a><a id="offer" href="https://offer.example/?sub1={click}">offer</a>`;

export async function checkSnippet(stage: Stage, browser: Browser): Promise<void> {
  stage.teller.step("Сниппет на сайте");
  const site = createServer((_request, response) => response.setHeader("content-type", "text/html").end(landing(stage.gateway)));
  const port = await new Promise<number>((resolve) => {
    site.listen(0, "127.0.0.1", () => {
      const address = site.address();
      resolve(typeof address === "object" && address !== null ? address.port : 0);
    });
  });
  const context = await browser.newContext();
  const page = await context.newPage();
  try {
    await addLink(stage, `http://127.0.0.1:${port}/?utm_source=vk&gclid=1&clickid=2&tl={click}`);
    const answer = await stage.fetch(`${stage.gateway}/r/landing`, {
      redirect: "manual",
      headers: { "user-agent": "Mozilla/5.0 Chrome/143.0" },
    });
    const address = new URL(answer.headers.get("location") ?? "");
    const stripped = [...address.searchParams.keys()].filter((name) => STRIPPED.test(name));
    for (const name of stripped) address.searchParams.delete(name);
    const click = address.searchParams.get("tl") ?? "none";
    const href = (id: string): Promise<string> => page.locator(`#${id}`).evaluate((link) => String(Reflect.get(link, "href")));
    await page.goto(address.href, { waitUntil: "load" });
    stage.teller.judged(
      "кнопка бота несёт переход",
      (await href("bot")) === `https://t.me/my_bot?start=${click}`,
      await href("bot"),
    );
    stage.teller.judged("кнопка MAX несёт переход", (await href("max")) === `https://max.ru/my_bot?start=${click}`);
    stage.teller.judged("{click} в ссылке оффера заменён", (await href("offer")) === `https://offer.example/?sub1=${click}`);
    stage.teller.judged("кнопка с data-tl=keep не тронута", (await href("kept")) === "https://t.me/my_bot?start=old");
    await page.goto(`http://127.0.0.1:${port}/next`, { waitUntil: "load" });
    stage.teller.judged("переход помнится на следующей странице", (await href("bot")).endsWith(click));
  } finally {
    await context.close();
    site.close();
  }
}

async function addLink(stage: Stage, to: string): Promise<void> {
  const { body } = await request(stage, { method: "GET", path: "/v1/config", proof: "operator" });
  const document = Object.fromEntries(Object.entries(body).filter(([name]) => name !== "version"));
  const links = { ...fieldsOf(document["links"]), landing: { to, utm_source: "vk", utm_campaign: "spring" } };
  await request(stage, { method: "PUT", path: "/v1/config", proof: "operator", json: { ...document, links } });
}
