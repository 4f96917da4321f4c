/** The first visit to the console, with its policy in force: connect a bot, send a test event by its key, watch rows come by themselves, open
 *  oneself. */
import type { Browser } from "playwright-core";
import { type Stage, request } from "../demo/stage.ts";
import { signedIn } from "./page-check.ts";

export async function checkFirstVisit(stage: Stage, browser: Browser): Promise<void> {
  stage.teller.step("Первый вход");
  const context = await browser.newContext({ viewport: { width: 1280, height: 860 }, locale: "ru-RU" });
  const page = await signedIn(stage, context);
  const complaints: string[] = [];
  page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
  page.on("pageerror", (failure) => complaints.push(failure.message));
  await page.keyboard.press("g");
  await page.keyboard.press("c");
  await page.waitForURL("**/console/connections");
  await page.click("summary:has-text('Salebot')");
  const form = page.locator("form:has(input[name=kind][value=salebot])");
  await form.locator("input[name=id]").fill("newbot");
  await form.locator("input[name='field.project']").fill("777001");
  await form.locator("input[name=secret]").fill("console-check-token-1");
  await form.locator("button").click();
  await page.waitForURL("**/console/connections/newbot?done=1");
  stage.teller.judged("подключение добавлено и ждёт события", await page.locator("text=Ждём настоящее событие").isVisible());
  await page.keyboard.press("t");
  await page.waitForSelector("[data-await] .s.ok:has-text('привязано')", { timeout: 8_000 }).catch(() => null);
  stage.teller.judged("три огня зелёные после тестового события", (await page.locator("[data-await] .lights .ok").count()) === 3);
  await page.goto(`${stage.gateway}/console/events`);
  const before = await page.locator("tbody tr").count();
  await request(stage, {
    method: "POST",
    path: "/webhook/newbot/console-check-token-1",
    json: { event: "bot_start", telegram_id: "500100", client_id: "51" },
  });
  await page
    .locator("tbody tr")
    .nth(before)
    .waitFor({ timeout: 5_000 })
    .catch(() => null);
  stage.teller.judged("событие появилось в открытой ленте само", (await page.locator("tbody tr").count()) > before);
  await page.goto(`${stage.gateway}/console/search?q=500100`);
  await page.click("tbody a");
  await page.waitForURL("**/console/people/per_*");
  stage.teller.judged("карточка показывает старт бота", await page.locator("text=Старт бота").first().isVisible());
  stage.teller.judged("политика страниц ничего не остановила", complaints.length === 0, complaints);
  await context.close();
}
