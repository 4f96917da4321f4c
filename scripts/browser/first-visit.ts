/** The very first visit, on a server that has never been configured: token, project, tiles, Salebot, test event, a real event, oneself. Once by keys
 *  alone at a desk, once by touch on a 360-point phone. Nothing is known beforehand but the token: even the webhook's address is read off the page. */
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import * as z from "zod/mini";
import type { Teller } from "../demo/teller.ts";
import { newMortalServer } from "../kill/server.ts";
import { SCREENS } from "./console.ts";
import { axeViolations, DONE, scrollsSideways } from "./page-check.ts";

/** How a person works a page: to an element, and what is done there. */
type Hands = {
  readonly name: string;
  readonly look: BrowserContextOptions;
  readonly press: (page: Page, selector: string) => Promise<void>;
  readonly choose: (page: Page, selector: string) => Promise<void>;
  readonly type: (page: Page, selector: string, text: string) => Promise<void>;
};

const MOST_TABS = 120;

/** Walks by Tab as somebody without a mouse does; fails when the element is never reached or its focus cannot be seen. */
async function tabTo(page: Page, selector: string): Promise<void> {
  await page.locator(selector).first().waitFor();
  const isFocused = async (): Promise<boolean> =>
    z.boolean().parse(await page.evaluate(`document.activeElement === document.querySelector(${JSON.stringify(selector)})`));
  for (let n = 0; n < MOST_TABS; n += 1) {
    if (await isFocused()) {
      const outline = z
        .boolean()
        .parse(
          await page.evaluate(
            "(({ outlineStyle, outlineWidth }) => outlineStyle !== 'none' && outlineWidth !== '0px')(getComputedStyle(document.activeElement))",
          ),
        );
      if (!outline) throw new Error(`${selector}: the focus cannot be seen`);
      return;
    }
    await page.keyboard.press("Tab");
  }
  throw new Error(`${selector}: Tab never reaches it`);
}

const KEYS: Hands = {
  name: "только клавиши, 1280 точек",
  look: { viewport: { width: 1280, height: 860 }, locale: "ru-RU" },
  press: async (page, selector) => {
    await tabTo(page, selector);
    await page.keyboard.press("Enter");
  },
  choose: async (page, selector) => {
    await tabTo(page, selector);
    await page.keyboard.press("Space");
  },
  type: async (page, selector, text) => {
    await tabTo(page, selector);
    await page.keyboard.press("ControlOrMeta+a");
    await page.keyboard.type(text);
  },
};

const TOUCH: Hands = {
  name: "телефон, 360 точек",
  look: { viewport: { width: 360, height: 740 }, locale: "ru-RU", isMobile: true, hasTouch: true },
  press: (page, selector) => page.locator(selector).first().tap(),
  choose: (page, selector) => page.locator(selector).first().tap(),
  type: (page, selector, text) => page.locator(selector).first().fill(text),
};

export async function checkVeryFirstVisit(teller: Teller, browser: Browser): Promise<void> {
  for (const hands of [KEYS, TOUCH]) {
    const server = await newMortalServer({});
    await server.start();
    const context = await browser.newContext({ ...hands.look, bypassCSP: false });
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
    page.on("pageerror", (failure) => complaints.push(failure.message));
    try {
      teller.step(`Самый первый вход: ${hands.name}`);
      await visit(teller, { page, hands, url: server.url, token: server.adminToken });
      teller.judged("политика страниц ничего не остановила", complaints.length === 0, complaints);
    } catch (failure) {
      teller.judged("путь пройден до конца", false, String(failure));
    } finally {
      await context.close();
      await server.close();
    }
  }
}

type Journey = { readonly page: Page; readonly hands: Hands; readonly url: string; readonly token: string };

async function visit(teller: Teller, { page, hands, url, token }: Journey): Promise<void> {
  const { judged } = teller;
  await page.goto(`${url}/console`);
  await hands.type(page, 'input[name="token"]', token);
  await page.keyboard.press("Enter");
  await page.waitForURL("**/console/welcome");
  judged("после токена — проект и приватность", await page.locator("text=шаг 1 из 3").isVisible());
  await hands.type(page, 'input[name="name"]', "Школа Анны");
  await hands.press(page, "main button.main");
  await page.waitForURL("**step=2**");
  await hands.choose(page, 'input[value="salebot"]');
  await hands.choose(page, 'input[value="getcourse"]');
  judged("шаг 2 из 3, две плитки выбраны", (await page.locator("label.tile:has(:checked)").count()) === 2);
  await hands.press(page, "main button.main");
  await page.waitForURL("**step=3**");
  await hands.type(page, 'form:has([value="salebot"]) [name="field.project"]', "777001");
  await hands.press(page, 'form:has([value="salebot"]) button.main');
  await page.waitForSelector(DONE);
  await hands.press(page, 'a[href="/console/connections/salebot"]');
  await page.waitForURL("**/console/connections/salebot");
  judged("карточка ждёт настоящее событие", await page.locator("text=Ждём настоящее событие").isVisible());
  if (hands === KEYS) await page.keyboard.press("t");
  else await hands.press(page, "[data-key='t']");
  await page.locator("[data-await] .lights .ok", { hasText: "пришло" }).waitFor({ timeout: 10_000 });
  judged("тестовое событие зажгло «пришло»", true);
  await hands.press(page, 'form[action="/console/act/reveal-token"] button');
  const address = await page.locator("#o0").innerText();
  const answer = await fetch(address, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ event: "bot_start", client_id: "71", telegram_id: "700700", first_name: "Анна", last_name: "Первая" }),
  });
  judged("готовая строка со страницы работает", answer.status === 202, answer.status);
  await page.goto(`${url}/console/events`);
  await page.locator("tbody tr", { hasText: "Анна Первая" }).waitFor({ timeout: 5_000 });
  await hands.press(page, 'tbody tr a[href^="/console/people/"]');
  await page.waitForURL("**/console/people/per_*");
  judged("вы видите себя", await page.locator("h1", { hasText: "Анна Первая" }).isVisible());
  await page.goto(`${url}/console/connections/salebot`);
  judged("все три огня зелёные", (await page.locator("[data-await] .lights .ok").count()) === 3);
  for (const path of [
    "/console",
    "/console/welcome",
    "/console/welcome?step=2",
    "/console/funnel",
    "/console/problems",
    "/console/links",
  ]) {
    await page.goto(url + path);
    judged(`${path}: пустой экран без прокрутки вбок`, !(await scrollsSideways(page)));
  }
}

/** Screens of an empty workspace, for axe: it needs the policy out of its way. */
export async function checkEmptyScreens(teller: Teller, browser: Browser): Promise<void> {
  const server = await newMortalServer({});
  await server.start();
  const context = await browser.newContext({ ...TOUCH.look, bypassCSP: true });
  const page = await context.newPage();
  try {
    teller.step("Пустые экраны");
    await page.goto(`${server.url}/console`);
    await page.fill('input[name="token"]', server.adminToken);
    await page.keyboard.press("Enter");
    await page.waitForURL("**/console/welcome");
    for (const path of [...SCREENS, "/welcome"]) {
      const response = await page.goto(`${server.url}/console${path}`);
      const found = await axeViolations(page);
      const wide = await scrollsSideways(page);
      teller.judged(`пустой /console${path}`, response?.status() === 200 && found.length === 0 && !wide, { found, wide });
    }
  } finally {
    await context.close();
    await server.close();
  }
}
