/** The first visit to the console, with its policy in force: connect a bot, send a test event by its key, watch rows come by themselves, open
 *  oneself. */
import type { Browser } from "playwright-core";
import { type Stage, request, until } from "../demo/stage.ts";
import { DONE, signedIn } from "./page-check.ts";

/** As Salebot sends a message of a client, field by field. */
const SALEBOT_MESSAGE = {
  id: 1,
  client: {
    id: 52,
    recepient: "500101",
    client_type: 1,
    name: "Мария Живая",
    avatar: "",
    created_at: "",
    tag: "",
    group: "my_bot",
  },
  message: "привет",
  attachments: [],
  message_id: 10,
  project_id: 777_001,
  is_input: 1,
  delivered: 1,
  error_message: "",
};

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
  await page.waitForSelector(DONE);
  stage.teller.judged("подключение добавлено и ждёт события", await page.locator("text=Ждём настоящее событие").isVisible());
  await page.keyboard.press("t");
  await page.waitForSelector("[data-await] .s.ok:has-text('пришло')", { timeout: 8_000 }).catch(() => null);
  stage.teller.judged(
    "огонь «пришло» загорелся после тестового события",
    (await page.locator("[data-await] .lights .ok:has-text('пришло')").count()) === 1,
  );
  await page.goto(`${stage.gateway}/console/events`);
  const row = page.locator("tbody tr", { hasText: "Мария Живая" }).first();
  await request(stage, { path: "/webhook/newbot/console-check-token-1", json: SALEBOT_MESSAGE });
  const sent = performance.now();
  await row.waitFor({ timeout: 5_000 }).catch(() => null);
  const waited = Math.round(performance.now() - sent);
  stage.teller.judged("сообщение Salebot появилось в открытой ленте само", await row.isVisible(), { waited });
  await row.locator("a[href*='/people/']").click();
  await page.waitForURL("**/console/people/per_*");
  stage.teller.judged("из ленты открывается карточка человека", await page.locator("h1:has-text('Мария')").isVisible());
  await request(stage, {
    path: "/webhook/newbot/console-check-token-1",
    json: { event: "bot_start", telegram_id: "500100", client_id: "51" },
  });
  await until(async () => {
    const { status } = await request(stage, { path: "/v1/persons?telegram_id=500100", proof: "operator" });
    return status === 200 ? true : null;
  });
  await page.goto(`${stage.gateway}/console/search?q=500100`);
  await page.click("tbody a");
  await page.waitForURL("**/console/people/per_*");
  stage.teller.judged("карточка показывает старт бота", await page.locator("text=Старт бота").first().isVisible());
  await page.goto(`${stage.gateway}/console/connections/newbot`);
  stage.teller.judged("после настоящего события зелёные все три огня", (await page.locator(".lights .ok").count()) === 3);
  stage.teller.judged("политика страниц ничего не остановила", complaints.length === 0, complaints);
  await context.close();
}
