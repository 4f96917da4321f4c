/** What an operator does with the worked data set: reads the funnel, settles conflicts, mends a delivery, works by keys. */
import type { Browser, Page } from "playwright-core";
import { type Stage, request, until } from "../demo/stage.ts";
import { fieldsOf } from "../../sandbox/kit/values.ts";
import { DONE, fitsItsBox, scrollsSideways, signedIn } from "./page-check.ts";
import { WORKED_QUERY, conflictOver, deadLetter, firstOf, loadWorkedScene, tell } from "./worked-scene.ts";

const DESK = { viewport: { width: 1280, height: 860 }, locale: "ru-RU" } as const;

/** Text as a reader sees it, with plain spaces. */
const textOf = async (page: Page, selector = "main"): Promise<string> =>
  (await page.locator(selector).first().innerText()).replaceAll(/\s+/g, " ");

export async function checkWorkedJourneys(stage: Stage, browser: Browser): Promise<void> {
  await loadWorkedScene(stage);
  const context = await browser.newContext({ ...DESK, acceptDownloads: true });
  const page = await signedIn(stage, context);
  await readFunnel(stage, browser, page);
  await settleConflicts(stage, page);
  await mendDelivery(stage, page);
  await workByKeys(stage, page);
  await workBesideTheList(stage, page);
  await context.close();
  await fitPhone(stage, browser);
}

async function readFunnel(stage: Stage, browser: Browser, page: Page): Promise<void> {
  const { judged } = stage.teller;
  stage.teller.step("Воронка рабочего набора");
  await page.goto(`${stage.gateway}/console/funnel?${WORKED_QUERY}&attribution=last`);
  const bars = await textOf(page, "table.fun");
  for (const line of ["Старт бота 10 77,8 % 3 76,9 %", "Продажа 8 100,0 % 2 61,5 %", "Повторная продажа 2 25,0 % 0 15,4 %"])
    judged(line, bars.includes(line), bars);
  const sources = page.locator("table.wide");
  const tgads = sources.locator("tr", { hasText: "tgads / spring" });
  judged("последнее касание: tgads −10,0 % красным", (await tgads.locator("td.bad").innerText()) === "−10,0 %");
  judged("1280 точек: ROMI виден без прокрутки", await fitsItsBox(page, "table.wide"));
  await page.click("summary:has-text('Как это посчитано')");
  judged("как посчитано — с числами", (await textOf(page)).includes("(3 600 ₽ − 4 000 ₽) / 4 000 ₽ = −10,0 %"));
  const [file] = await Promise.all([page.waitForEvent("download"), page.click("text=CSV")]);
  judged("CSV скачивается", file.suggestedFilename() === "funnel.csv");
  await page.locator("table.fun tr", { hasText: "Продажа" }).first().locator("a").first().click();
  judged("число открывает людей", (await page.locator("tbody tr").count()) === 8);
  await page.click("tbody a:has-text('1001')");
  await page.locator("ul.t a").first().click();
  await page.waitForURL("**/console/events/evt_*");
  judged("человек открывает событие", (await textOf(page)).includes("Что мы поняли"));
  await page.goto(`${stage.gateway}/console/funnel?${WORKED_QUERY}`);
  await page.click("button:has-text('Поделиться')");
  const shared = await page.locator("#shared").innerText();
  const guest = await browser.newContext(DESK);
  const reader = await guest.newPage();
  await reader.goto(shared);
  const report = await textOf(reader);
  judged("ссылка открывается без входа и только для чтения", report.includes("действует до") && !report.includes("Люди"));
  judged("в ней нет людей", (await reader.locator("main a[href*='/console']").count()) === 0);
  const broken = await reader.goto(`${shared.slice(0, -3)}AAA`);
  judged("чужая ссылка не открывается", broken?.status() === 404);
  await guest.close();
}

const CHOICES = ["Один человек", "Перенести", "Разные", "Больше не использовать"] as const;

/** C-02, once for each choice. */
async function settleConflicts(stage: Stage, page: Page): Promise<void> {
  stage.teller.step("Конфликт: почта занята двумя аккаунтами");
  for (const [index, choice] of CHOICES.entries()) {
    const [one, two] = [`61${index}1`, `61${index}2`];
    const email = `taken${index}@school.example`;
    const problem = await conflictOver(stage, email, [
      [one, "Анна"],
      [two, "Мария"],
    ]);
    await page.goto(`${stage.gateway}/console/problems/${problem}`);
    const shown = await page.locator("section mark").innerText();
    await page.click(`form button:has-text('${choice}')`);
    await page.waitForSelector(DONE);
    const gone = (await page.locator(`a[href="/console/problems/${problem}"]`).count()) === 0;
    const keys = await Promise.all([one, two].map((id) => keyOf(stage, "telegram_id", id)));
    const owner = await keyOf(stage, "email", email);
    const right = [
      keys[0] === keys[1],
      owner === keys[1] && owner !== keys[0],
      keys[0] !== keys[1] && owner === keys[0],
      owner === null,
    ];
    stage.teller.judged(`«${choice}» решает и закрывает`, shown === email && gone && right[index] === true, {
      keys,
      owner,
      gone,
    });
  }
}

async function keyOf(stage: Stage, type: string, value: string): Promise<unknown> {
  const { status, body } = await request(stage, { path: `/v1/persons?${type}=${value}`, proof: "operator" });
  return status === 200 ? fieldsOf(body["person"])["key"] : null;
}

async function mendDelivery(stage: Stage, page: Page): Promise<void> {
  stage.teller.step("Недоставленное");
  const event = await deadLetter(stage);
  await page.goto(`${stage.gateway}/console/events/${event}`);
  stage.teller.judged("видно, что не доставлено и что ответили", (await textOf(page)).includes("Не доставлено"));
  await page.click("button:has-text('Отправить ещё раз')");
  await page.waitForSelector(DONE);
  const delivered = await until(async () => {
    await page.reload();
    return (await textOf(page)).includes("Доставлено") ? true : null;
  });
  stage.teller.judged("«Отправить ещё раз» доставляет", delivered === true);
  await page.goto(`${stage.gateway}/console/events/${event}`);
  await page.keyboard.press("r");
  await page.waitForSelector(DONE);
  const again = (await textOf(page)).match(/Готово/) !== null;
  stage.teller.judged("клавиша r отправляет снова", again);
  await page.reload();
  stage.teller.judged("обновление страницы не повторяет «Готово»", (await page.locator(DONE).count()) === 0);
}

async function workByKeys(stage: Stage, page: Page): Promise<void> {
  const { judged } = stage.teller;
  stage.teller.step("Клавиши");
  await page.goto(`${stage.gateway}/console/events`);
  await page.keyboard.press("?");
  judged("? показывает клавиши", await page.locator("dialog#help").isVisible());
  await page.keyboard.press("Escape");
  judged("Esc закрывает", !(await page.locator("dialog#help").isVisible()));
  await page.keyboard.press(".");
  judged(". останавливает ленту", (await page.locator("[data-key='.']").getAttribute("aria-pressed")) === "true");
  await page.keyboard.press(".");
  await page.keyboard.press("j");
  await page.keyboard.press("j");
  await page.keyboard.press("k");
  const chosen = await page.locator("tr.sel a").first().getAttribute("href");
  await page.keyboard.press("Enter");
  await page.waitForURL(`**${chosen ?? "/none"}`);
  judged("j, k и Enter открывают строку", page.url().endsWith(chosen ?? "none"));
  await page.keyboard.press("Escape");
  await page.waitForURL("**/console/events");
  await page.keyboard.press("/");
  await page.keyboard.type("1001");
  await page.keyboard.press("Enter");
  await page.waitForURL("**/console/search?q=1001");
  judged("/ ищет", (await textOf(page)).includes("1001"));
  await page.keyboard.press("g");
  await page.keyboard.press("o");
  await page.waitForURL(/\/console$/);
  judged("g o открывает обзор", true);
}

/** The panel beside the list, the pill while one reads, a bookmark played again, one event sent by another rule's action. */
async function workBesideTheList(stage: Stage, page: Page): Promise<void> {
  const { judged } = stage.teller;
  stage.teller.step("Панель события и живая лента");
  const list = `${stage.gateway}/console/events`;
  await page.goto(list);
  const row = page.locator("tbody tr", { hasText: "Карантин" }).first();
  await row.locator("a").first().click();
  const panel = page.locator("[data-panel]");
  await panel.waitFor();
  judged(
    "событие открывается справа, список остаётся",
    (await panel.innerText()).includes("Что пришло") && (await row.isVisible()),
  );
  await page.keyboard.press("Escape");
  await panel.waitFor({ state: "hidden" });
  judged("Esc закрывает панель", page.url() === list);
  await page.mouse.wheel(0, 700);
  await page.waitForFunction("window.scrollY > 200");
  const before = await page.locator("tbody tr").first().getAttribute("data-id");
  await tell(stage, { event: "message", telegram_id: "1001", client_id: "501", message: "пока вы читаете" });
  const pill = page.locator("[data-pill]");
  await pill.waitFor({ timeout: 5_000 });
  const still = await page.locator("tbody tr").first().getAttribute("data-id");
  judged("пока читаете, список не прыгает: «▲ 1 новых»", (await pill.innerText()).startsWith("▲ 1") && still === before);
  await pill.click();
  await page.waitForFunction(`document.querySelector("tbody tr").dataset.id !== ${JSON.stringify(before)}`);
  await page.locator("tbody tr a").first().focus();
  await tell(stage, { event: "message", telegram_id: "1001", client_id: "501", message: "пока фокус в списке" });
  await pill.waitFor({ timeout: 5_000 }).catch(() => null);
  judged("событие не отнимает фокуса у строки", await page.evaluate<boolean>("document.activeElement.closest('tbody') !== null"));
  await pill.click();
  judged("счётчик объявлен вежливо", (await page.locator("[aria-live=polite]").innerText()).endsWith(": 1"));
  const event = String((await firstOf(stage, "/v1/deliveries?connection=sb&limit=1"))["event_id"]);
  await page.goto(`${list}/${event}`);
  await page.click("button:has-text('В закладки')");
  await page.waitForSelector(DONE);
  await page.click("button:has-text('Проиграть как проверку')");
  await page.waitForURL((url) => /evt_/.test(url.pathname) && !url.pathname.endsWith(event));
  judged(
    "закладка проигрывается как проверка",
    (await textOf(page)).includes("Предпросмотр") || (await textOf(page)).includes("Принимается"),
  );
  await page.goto(`${list}/${event}`);
  const sent = await page.locator("ol.flow .box .box").count();
  await page.click("summary:has-text('Отправить ещё раз в…')");
  await page.click("form:has(select[name=place]) button");
  await page.waitForSelector(DONE);
  judged("«Отправить ещё раз в…» добавляет доставку", (await page.locator("ol.flow .box .box").count()) === sent + 1);
}

async function fitPhone(stage: Stage, browser: Browser): Promise<void> {
  stage.teller.step("Телефон, 360 точек");
  const context = await browser.newContext({ viewport: { width: 360, height: 740 }, locale: "ru-RU", isMobile: true });
  const page = await signedIn(stage, context);
  for (const path of [
    `?${WORKED_QUERY}`,
    `/funnel?${WORKED_QUERY}`,
    `/funnel/people?${WORKED_QUERY}&stage=sale`,
    "/people",
    "/events",
    "/links",
  ]) {
    await page.goto(`${stage.gateway}/console${path}`);
    stage.teller.judged(`/console${path}: без прокрутки вбок`, !(await scrollsSideways(page)));
  }
  await page.goto(`${stage.gateway}/console/funnel?${WORKED_QUERY}`);
  stage.teller.judged(
    "число и конверсия шага видны без прокрутки",
    (await fitsItsBox(page, "table.fun")) && (await textOf(page, "table.fun")).includes("77,8 %"),
  );
  await context.close();
}
