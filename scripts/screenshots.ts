/** `npm run screenshots`: every screen of the console over the worked data set, into docs/screenshots. */
import { mkdirSync } from "node:fs";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { fieldsOf } from "../sandbox/kit/values.ts";
import { startSandbox } from "../sandbox/server.ts";
import { openChromium } from "./browser/chromium.ts";
import { signedIn } from "./browser/page-check.ts";
import { WORKED_QUERY, conflictOver, deadLetter, firstOf, loadWorkedScene } from "./browser/worked-scene.ts";
import { castOf } from "./demo/cast.ts";
import { type Stage, newStage, request } from "./demo/stage.ts";
import { newTeller } from "./demo/teller.ts";
import { newMortalServer } from "./kill/server.ts";

const DIRECTORY = "docs/screenshots";
const DESK: BrowserContextOptions = { viewport: { width: 1280, height: 800 }, colorScheme: "light" };
const DARK: BrowserContextOptions = { ...DESK, colorScheme: "dark" };
const PHONE: BrowserContextOptions = {
  viewport: { width: 360, height: 740 },
  colorScheme: "light",
  isMobile: true,
  hasTouch: true,
};

type Shot = readonly [name: string, path: string, look: BrowserContextOptions, prepare?: (page: Page) => Promise<unknown>];

const WIDE: BrowserContextOptions = { ...DESK, viewport: { width: 1440, height: 860 } };

/** A quarantined postback beside the list. */
async function openPanel(page: Page): Promise<void> {
  await page.locator("tbody tr", { hasText: "Карантин" }).first().locator("a").first().click();
  await page.locator("[data-panel]").waitFor();
}

const unfold = (page: Page): Promise<unknown> => page.locator("details summary", { hasText: "Как это посчитано" }).click();

async function shotsOf(stage: Stage): Promise<Shot[]> {
  const conflict = await conflictOver(stage, "anna@school.example", [
    ["2001", "Анна"],
    ["2002", "Мария"],
  ]);
  await deadLetter(stage);
  const first = async (path: string): Promise<string> => String((await firstOf(stage, path))["id"]);
  const { body } = await request(stage, { path: "/v1/persons?telegram_id=1001", proof: "operator" });
  const person = String(fieldsOf(body["person"])["id"]);
  const macro = await first("/v1/events?status=quarantined&limit=1");
  return [
    ["overview", `/console?${WORKED_QUERY}`, DESK],
    ["overview-dark", `/console?${WORKED_QUERY}`, DARK],
    ["overview-phone", `/console?${WORKED_QUERY}`, PHONE],
    ["events", "/console/events", DESK],
    ["event-macro", `/console/events/${macro}`, DESK],
    ["person-phone", `/console/people/${person}`, PHONE],
    ["funnel", `/console/funnel?${WORKED_QUERY}&attribution=last`, DESK],
    ["funnel-dark", `/console/funnel?${WORKED_QUERY}&attribution=last`, DARK, unfold],
    ["funnel-phone", `/console/funnel?${WORKED_QUERY}`, PHONE],
    ["event-panel", "/console/events", WIDE, openPanel],
    ["why", `/console/why?${WORKED_QUERY}`, DESK],
    ["people", "/console/people", DESK],
    ["person", `/console/people/${person}`, DESK],
    ["links", `/console/links?${WORKED_QUERY}`, DESK],
    ["link", "/console/links/vk1", DESK],
    ["link-check", `/console/links/check?url=${encodeURIComponent("https://t.me/my_bot?start=79161234567&utm_source=vk")}`, DESK],
    ["welcome", "/console/welcome?step=2&kind=salebot&kind=getcourse&kind=network", DESK],
    ["connection", "/console/connections/gc", DESK],
    ["connections", "/console/connections", DESK],
    ["connection-waiting", "/console/connections/spare", DESK],
    ["problems", "/console/problems", DESK],
    ["conflict", `/console/problems/${conflict}`, DESK],
    ["conflict-phone", `/console/problems/${conflict}`, PHONE],
    ["settings", "/console/settings", DESK],
    ["rules", "/console/settings/rules", DESK],
    ["access", "/console/settings/access", DESK],
  ];
}

async function take(stage: Stage, browser: Browser, [name, path, look, prepare]: Shot): Promise<void> {
  const context = await browser.newContext({ locale: "ru-RU", timezoneId: "Europe/Moscow", ...look });
  const page = await signedIn(stage, context);
  await page.goto(stage.gateway + path);
  await prepare?.(page);
  await page.screenshot({ path: `${DIRECTORY}/${name}.png`, animations: "disabled" });
  await context.close();
}

mkdirSync(DIRECTORY, { recursive: true });
const sandbox = await startSandbox();
const server = await newMortalServer({});
const browser = await openChromium();
const stage = newStage({
  gateway: server.url,
  sandbox: sandbox.url,
  adminToken: server.adminToken,
  cast: castOf(0),
  teller: newTeller(() => undefined, false),
});
try {
  await server.start();
  await loadWorkedScene(stage);
  for (const shot of await shotsOf(stage)) await take(stage, browser, shot);
} finally {
  await browser.close();
  await server.close();
  await sandbox.close();
}
