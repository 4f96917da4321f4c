/** The panel beside the list of events, worked by keys: focus goes into it and back, and the address always tells what is on the screen. */
import type { Browser, Page } from "playwright-core";
import * as z from "zod/mini";
import type { Stage } from "../demo/stage.ts";
import { signedIn } from "./page-check.ts";

const asks = async (page: Page, question: string): Promise<boolean> => z.boolean().parse(await page.evaluate(question));

export async function checkEventPanel(stage: Stage, browser: Browser): Promise<void> {
  const { judged, step } = stage.teller;
  step("Событие рядом со списком");
  const context = await browser.newContext({ viewport: { width: 1440, height: 860 }, locale: "ru-RU" });
  const page = await signedIn(stage, context);
  const list = `${stage.gateway}/console/events`;
  const panel = page.locator("[data-panel]");
  await page.goto(list);
  await page.keyboard.press("j");
  await page.keyboard.press("Enter");
  await panel.waitFor();
  const address = page.url();
  judged("адрес назван", address.includes("/events/evt_"), address);
  judged("фокус в панели", await asks(page, "document.activeElement.closest('[data-panel]') !== null"));
  await page.keyboard.press("Escape");
  await panel.waitFor({ state: "hidden" });
  judged("закрытая панель вернула адрес списка", page.url() === list, page.url());
  judged("и фокус на строку", await asks(page, `document.activeElement.href === ${JSON.stringify(address)}`));
  await page.keyboard.press("Enter");
  await panel.waitFor();
  await page.reload();
  await page.goBack();
  await page.waitForSelector("h1:has-text('События')", { timeout: 5_000 }).catch(() => null);
  judged("назад после обновления — снова список", await page.locator("h1:has-text('События')").isVisible(), page.url());
  await context.close();
}
