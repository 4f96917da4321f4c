/** The PIN page in a real browser: accessible in every look, one request, no script, and the redirect after the form is not stopped by its own policy. */
import type { Browser } from "playwright-core";
import { textOf } from "../../sandbox/kit/values.ts";
import { type Stage, request } from "../demo/stage.ts";
import { axeViolations, scrollsSideways, visit } from "./page-check.ts";

const LOOKS = [
  { locale: "ru-RU", colorScheme: "light" },
  { locale: "en-US", colorScheme: "light" },
  { locale: "ru-RU", colorScheme: "dark" },
  { locale: "en-US", colorScheme: "dark" },
] as const;
const NARROW = { width: 320, height: 640 };

async function newLink(stage: Stage): Promise<{ url: string; pin: string }> {
  const { telegramId } = stage.cast;
  const { body } = await request(stage, { path: "/v1/links", proof: "bot", json: { telegram_id: telegramId, site: "site" } });
  return { url: textOf(body["url"]), pin: textOf(body["pin"]) };
}

export async function checkPinPage(stage: Stage, browser: Browser): Promise<void> {
  stage.teller.step("Страница PIN");
  for (const look of LOOKS) {
    const { url } = await newLink(stage);
    const seen = await visit(browser, url, { ...look, viewport: NARROW, bypassCSP: true });
    const name = `${look.locale}, ${look.colorScheme}`;
    const form = await axeViolations(seen.page);
    stage.teller.judged(`форма (${name}): axe не находит ошибок`, form.length === 0, form);
    stage.teller.judged(`форма (${name}): 320 точек без прокрутки вбок`, !(await scrollsSideways(seen.page)));
    stage.teller.judged(`форма (${name}): один запрос`, seen.requests.length === 1, seen.requests);
    await seen.page.fill('input[name="pin"]', "000000");
    await seen.page.keyboard.press("Enter");
    await seen.page.waitForSelector('[role="alert"]');
    const failed = await axeViolations(seen.page);
    stage.teller.judged(`ошибка (${name}): axe не находит ошибок`, failed.length === 0, failed);
    await seen.page.click('button[name="resend"]');
    await seen.page.waitForSelector('[role="status"]');
    const sent = await axeViolations(seen.page);
    stage.teller.judged(`новый код (${name}): axe не находит ошибок`, sent.length === 0, sent);
    await seen.close();
    for (const [state, address] of Object.entries(await otherAddresses(stage, url))) {
      const other = await visit(browser, address, { ...look, viewport: NARROW, bypassCSP: true });
      const wrong = await axeViolations(other.page);
      stage.teller.judged(`${state} (${name}): axe не находит ошибок`, wrong.length === 0, wrong);
      stage.teller.judged(`${state} (${name}): 320 точек без прокрутки вбок`, !(await scrollsSideways(other.page)));
      await other.close();
    }
  }
  await checkFlow(stage, browser);
}

/** The page's other faces: without a PIN, begun at the site, an address of no site, the undo. */
async function otherAddresses(stage: Stage, url: string): Promise<Record<string, string>> {
  const json = { telegram_id: stage.cast.telegramId, site: "site" };
  const trusted = await request(stage, { path: "/v1/links", proof: "bot", json: { ...json, pin: false } });
  const { body } = await request(stage, {
    path: "/v1/transactions",
    proof: "site",
    json: { return_to: `${stage.sandbox}/site/auth/bot` },
  });
  return {
    "без кода": textOf(trusted.body["url"]),
    "с сайта": textOf(body["url"]),
    "чужой адрес": url.replace("site=site", "site=nobody"),
    отмена: `${stage.gateway}/undo/nothing`,
  };
}

/** With the page's own policy in force and no script at all. */
async function checkFlow(stage: Stage, browser: Browser): Promise<void> {
  const { url, pin } = await newLink(stage);
  const seen = await visit(browser, url, { javaScriptEnabled: false });
  const focused = await seen.page.$('input[name="pin"]:focus');
  stage.teller.judged("курсор уже в поле PIN", focused !== null);
  await seen.page.keyboard.type(`${pin.slice(0, 3)} ${pin.slice(3)}`);
  await seen.page.keyboard.press("Enter");
  await seen.page.waitForURL("**/site/auth/bot?code=*", { timeout: 5_000 }).catch(() => null);
  stage.teller.judged(
    "верный PIN приводит на сайт с кодом, без скриптов и под своей политикой",
    seen.page.url().includes("/auth/bot?code="),
    seen.page.url(),
  );
  const arabic = await newLink(stage);
  await seen.page.goto(arabic.url);
  await seen.page.fill(
    'input[name="pin"]',
    arabic.pin.replaceAll(/\d/g, (digit) => String.fromCodePoint(0x660 + Number(digit))),
  );
  await seen.page.keyboard.press("Enter");
  await seen.page.waitForURL("**/site/auth/bot?code=*", { timeout: 5_000 }).catch(() => null);
  stage.teller.judged("код арабскими цифрами тоже приводит на сайт", seen.page.url().includes("/auth/bot?code="));
  stage.teller.judged("браузер ни на что не пожаловался", seen.complaints.length === 0, seen.complaints);
  await seen.close();
}
