/** The PIN page attacked from another site in a real browser: forged posts (S15, S16), frames (S20), the Referer (S22), cookies (S19). What a browser does with
 *  headers can only be seen in one. */
import type { Browser, Page } from "playwright-core";
import { textOf } from "../../sandbox/kit/values.ts";
import { demoDocument } from "../demo/config.ts";
import { type Stage, request } from "../demo/stage.ts";
import { type ForeignSite, startForeignSite } from "./foreign-site.ts";

const SITE = "foreign";

type Link = { readonly url: string; readonly pin: string };

async function newLink(stage: Stage): Promise<Link> {
  const { telegramId } = stage.cast;
  const { body } = await request(stage, { path: "/v1/links", proof: "bot", json: { telegram_id: telegramId, site: SITE } });
  return { url: textOf(body["url"]), pin: textOf(body["pin"]) };
}

export async function checkPinAttacks(stage: Stage, browser: Browser): Promise<void> {
  stage.teller.step("Страница PIN под атакой чужого сайта");
  const foreign = await startForeignSite();
  try {
    await addSite(stage, foreign);
    await forgedPosts(stage, browser, foreign);
    await frames(stage, browser, foreign);
    await referers(stage, browser, foreign);
  } finally {
    await foreign.close();
    await request(stage, { method: "PUT", path: "/v1/config", proof: "operator", json: demoDocument(stage.sandbox) });
  }
}

/** The foreign server is also a customer's site, whose page has a link that leads out. */
async function addSite(stage: Stage, { origin }: ForeignSite): Promise<void> {
  const document = demoDocument(stage.sandbox);
  const site = {
    kind: "site",
    origin,
    return_to: [`${origin}/back`],
    secret: ["whsec_CCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCC="],
    bot: "bot",
    brand: { legal: { text: "Условия", url: `${origin}/terms` } },
  };
  const json = { ...document, connections: { ...document.connections, [SITE]: site } };
  await request(stage, { method: "PUT", path: "/v1/config", proof: "operator", json });
}

/** Everything a page of another site can make a victim's browser send; the attacker knows the link, its PIN and a valid form token. */
const FORGERIES: Readonly<Record<string, (form: string) => string>> = {
  "форма, которая отправляет себя": (form) => `${form}<script>document.forms[0].submit()</script>`,
  "она же без Referer": (form) =>
    `<meta name="referrer" content="no-referrer">${form}<script>document.forms[0].submit()</script>`,
  "она же из песочницы (Origin: null)": (form) =>
    `<iframe sandbox="allow-forms allow-scripts allow-top-navigation" srcdoc="${(
      form.replace("<form", '<form target="_top"') + "<script>document.forms[0].submit()</script>"
    ).replaceAll('"', "&quot;")}"></iframe>`,
  "fetch без CORS": (form) =>
    `${form}<script>fetch(document.forms[0].action,{method:"POST",mode:"no-cors",credentials:"include",body:new URLSearchParams(new FormData(document.forms[0]))})</script>`,
};

async function forgedPosts(stage: Stage, browser: Browser, foreign: ForeignSite): Promise<void> {
  for (const [name, forge] of Object.entries(FORGERIES)) {
    const { url, pin } = await newLink(stage);
    const token = /name="token" value="([^"]*)"/.exec((await request(stage, { path: url })).text)?.[1] ?? "";
    const form = `<form method="post" action="${url.replaceAll("&", "&amp;")}"><input name="token" value="${token}"><input name="pin" value="${pin}"></form>`;
    foreign.pages.set("/forged", `<!doctype html>${forge(form)}`);
    const context = await browser.newContext();
    const page = await context.newPage();
    const posted = outcomeOfPost(page);
    await page.goto(`${foreign.origin}/forged`);
    const status = await posted;
    stage.teller.judged(`S15 ${name}: отказ`, status === 403 || status === "withheld", status);
    await context.close();
    // Written otherwise than the forged one: the same form and PIN would get the same answer again, as a double click does.
    const written = { token, pin: `${pin.slice(0, 3)}-${pin.slice(3)}` };
    const own = await request(stage, { path: url, form: written, headers: { "sec-fetch-site": "same-origin" } });
    stage.teller.judged(`S15 ${name}: PIN остался нетронутым`, own.status === 303, own.status);
  }
}

/** What became of the forged post; "withheld" = the browser kept the answer from the page (Cross-Origin-Resource-Policy). */
async function outcomeOfPost(page: Page): Promise<number | "withheld" | null> {
  const isPost = (asked: { method: () => string }): boolean => asked.method() === "POST";
  const answered = page.waitForResponse((response) => isPost(response.request()), { timeout: 10_000 });
  const refused = page.waitForEvent("requestfailed", { predicate: isPost, timeout: 10_000 });
  const outcome = Promise.any([
    answered.then((response) => response.status()),
    refused.then((asked) => (asked.failure()?.errorText.includes("BLOCKED_BY_RESPONSE") ? ("withheld" as const) : null)),
  ]);
  return outcome.catch(() => null);
}

const showsTheForm = async (page: Page): Promise<boolean> => {
  const found = await Promise.all(page.frames().map((frame) => frame.locator('input[name="pin"]').count()));
  return found.some((count) => count > 0);
};

async function frames(stage: Stage, browser: Browser, foreign: ForeignSite): Promise<void> {
  const { url } = await newLink(stage);
  const address = url.replaceAll("&", "&amp;");
  for (const frame of [`<iframe src="${address}"></iframe>`, `<object data="${address}"></object>`, `<embed src="${address}">`]) {
    foreign.pages.set("/frame", `<!doctype html>${frame}`);
    const context = await browser.newContext();
    const page = await context.newPage();
    const answered = page.waitForResponse((response) => response.url() === url, { timeout: 10_000 });
    await page.goto(`${foreign.origin}/frame`);
    const loaded = await answered.then(() => true).catch(() => false);
    await page.waitForLoadState("networkidle");
    const name = /<(\w+)/.exec(frame)?.[1] ?? "";
    stage.teller.judged(`S20 в чужом <${name}> страницы не видно`, loaded && !(await showsTheForm(page)));
    await context.close();
  }
}

async function referers(stage: Stage, browser: Browser, foreign: ForeignSite): Promise<void> {
  const { url, pin } = await newLink(stage);
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(url);
  await page.click('a[href$="/terms"]');
  await page.waitForURL("**/terms");
  await page.goBack();
  await page.fill('input[name="pin"]', pin);
  await page.keyboard.press("Enter");
  await page.waitForURL("**/back?code=*", { timeout: 10_000 }).catch(() => null);
  const left = foreign.heard.filter(({ path }) => path === "/terms" || path === "/back");
  stage.teller.judged("S22 ссылка наружу и возврат на сайт сработали", left.length === 2, left);
  stage.teller.judged(
    "S22 ни ссылка наружу, ни возврат не выдают адрес страницы",
    left.every(({ referer }) => referer === undefined),
    left,
  );
  const cookies = await context.cookies();
  stage.teller.judged("S19 вход не оставил ни одной куки", cookies.length === 0, cookies);
  await context.close();
}
