/** K-01: the browser strips everything it knows from the landing's address, and the bot's button still carries the click. */
import { createServer } from "node:http";
import type { Browser, Page } from "playwright-core";
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
    await addLanding(stage, `http://127.0.0.1:${port}`);
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
    await asVisitor(browser, (visitor) => checkDirectLanding(stage, visitor, `http://127.0.0.1:${port}`));
    await asVisitor(browser, (visitor) => checkSlowAnswer(stage, visitor, `http://127.0.0.1:${port}`));
  } finally {
    await context.close();
    site.close();
  }
}

/** A person's browser: under its own name a headless Chromium is a robot and counts nothing. */
async function asVisitor(browser: Browser, visit: (page: Page) => Promise<void>): Promise<void> {
  const context = await browser.newContext({ userAgent: "Mozilla/5.0 (X11; Linux x64) Chrome/143.0 Safari/537.36" });
  try {
    await visit(await context.newPage());
  } finally {
    await context.close();
  }
}

/** An advertisement that leads straight to the site: the snippet gets the click that `/r/` would have made, once, and remembers it. */
async function checkDirectLanding(stage: Stage, page: Page, site: string): Promise<void> {
  const told: string[] = [];
  page.on("request", (sent) => {
    if (sent.url().includes("/hit/")) told.push(sent.postData() ?? "");
  });
  const click = async (): Promise<string> => {
    const link = page.locator("#bot");
    await link.and(page.locator('[href*="start=c_"]')).waitFor({ state: "attached", timeout: 5_000 });
    return new URL((await link.getAttribute("href")) ?? "").searchParams.get("start") ?? "";
  };
  await page.goto(`${site}/?utm_source=direct&utm_campaign=осень&email=ivan%40mail.ru`, { waitUntil: "load" });
  const first = await click();
  const person = await request(stage, { method: "GET", path: `/v1/persons?click=${first}`, proof: "operator" });
  stage.teller.judged("переход без нашей ссылки записан", JSON.stringify(person.body).includes("direct"), first);
  stage.teller.judged("со страницы уходят только метки", told.length === 1 && !told.join("").includes("ivan"), told.join(" "));
  await page.reload({ waitUntil: "load" });
  stage.teller.judged("страница открыта ещё раз: тот же переход", (await click()) === first);
  await page.goto(`${site}/next`, { waitUntil: "load" });
  stage.teller.judged("на следующей странице ничего не отправлено", (await click()) === first && told.length === 2);
  await page.goto(`${site}/?utm_source=direct&utm_campaign=осень&yclid=5`, { waitUntil: "load" });
  await page.waitForFunction(`!document.querySelector("#bot").href.includes("${first}")`, null, { timeout: 5_000 });
  stage.teller.judged("другая реклама: другой переход", (await click()) !== first);
}

/** The visitor leaves before the gateway has answered: the next page asks again and gets the very click that was recorded. */
async function checkSlowAnswer(stage: Stage, page: Page, site: string): Promise<void> {
  await page.route("**/hit/**", async (route) => {
    await route.fetch();
    await route.abort();
  });
  await page.goto(`${site}/?utm_source=slow`, { waitUntil: "networkidle" });
  await page.unroute("**/hit/**");
  const answered = page.waitForResponse((response) => response.url().includes("/hit/"));
  await page.goto(`${site}/next`, { waitUntil: "load" });
  const { click } = fieldsOf(await (await answered).json());
  const report = await request(stage, {
    method: "GET",
    path: "/v1/report?from=2020-01-01&to=2100-01-01&by=source",
    proof: "operator",
  });
  const lines = Array.isArray(report.body["sources"]) ? report.body["sources"].map(fieldsOf) : [];
  const slow = lines.find(({ source }) => source === "slow");
  stage.teller.judged("ответ потерян, переход один и найден", typeof click === "string" && slow?.["click"] === 1);
}

/** The landing's link, and its address as the site's own. */
async function addLanding(stage: Stage, site: string): Promise<void> {
  const { body } = await request(stage, { method: "GET", path: "/v1/config", proof: "operator" });
  const document = Object.fromEntries(Object.entries(body).filter(([name]) => name !== "version"));
  const to = `${site}/?utm_source=vk&gclid=1&clickid=2&tl={click}`;
  const links = { ...fieldsOf(document["links"]), landing: { to, utm_source: "vk", utm_campaign: "spring" } };
  const connections = fieldsOf(document["connections"]);
  const own = { ...fieldsOf(connections["site"]), origin: site };
  const json = { ...document, links, connections: { ...connections, site: own } };
  await request(stage, { method: "PUT", path: "/v1/config", proof: "operator", json });
}
