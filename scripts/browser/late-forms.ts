/** Forms that come too late or are refused, and lists that no longer hear anything: what was typed is given back, what stands still says so. */
import type { Browser } from "playwright-core";
import type { Stage } from "../demo/stage.ts";
import { signedIn } from "./page-check.ts";

const RULE = '{"name":"ещё не сохранено"}';

export async function checkLateForms(stage: Stage, browser: Browser): Promise<void> {
  const { judged, step } = stage.teller;
  step("Поздние и отклонённые формы");
  const context = await browser.newContext({ viewport: { width: 1280, height: 860 }, locale: "ru-RU" });
  const page = await signedIn(stage, context);
  const open = (path: string): Promise<unknown> => page.goto(`${stage.gateway}/console${path}`);

  await open("/connections");
  await page.click("summary:has-text('GetCourse')");
  const form = page.locator("form:has(input[name=kind][value=getcourse])");
  await form.locator("input[name=id]").fill("bot");
  await form.locator("input[name='field.account']").fill("other.getcourse.ru");
  await form.locator("summary").click();
  await form.locator("input[name='field.api_key']").fill("$OTHER_KEY");
  await form.locator("button.main").click();
  await page.waitForSelector(".note.bad[role=alert]");
  judged("отказ сказан словами", await page.locator(".note.bad").isVisible());
  const kept = form.locator("input[name='field.api_key']");
  judged(
    "отклонённая форма открыта и заполнена, как была",
    (await kept.isVisible()) && (await kept.inputValue()) === "$OTHER_KEY",
  );

  await open("/settings/rules");
  const box = page.locator("details.box", { has: page.locator("summary:has-text('Новое правило')") });
  await box.locator("summary").click();
  await box.locator("textarea").fill(RULE);
  await context.clearCookies();
  await box.locator("button.main").click();
  await page.waitForSelector("input[name=token]");
  judged("о законченном сеансе сказано", await page.locator("text=отправленное не сохранено").isVisible());
  await page.fill("input[name=token]", stage.adminToken);
  await page.keyboard.press("Enter");
  await page.waitForURL("**/console/settings/rules");
  judged("после входа набранное на месте", (await box.locator("textarea").inputValue()) === RULE);

  await open("/events");
  await context.clearCookies();
  const still = page.locator("[data-lost]");
  await still.waitFor({ timeout: 8_000 }).catch(() => null);
  judged("лента без сеанса говорит, что стоит", await still.isVisible());
  await context.close();
}
