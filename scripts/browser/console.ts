/** Every screen of the console in a real browser, with the data of the story: accessible, fits a phone, asks nobody but us, complains about nothing. */
import type { Browser, Page } from "playwright-core";
import { fieldsOf, listOf, textOf } from "../../sandbox/kit/values.ts";
import { DEMO_VARS } from "../demo/config.ts";
import { type Stage, request, until } from "../demo/stage.ts";
import { axeViolations, scrollsSideways, visit } from "./page-check.ts";

/** Both languages in both schemes, wide and on a phone; `bypassCSP` because axe has to be put into the page. */
const LOOKS = [
  { lang: "ru", colorScheme: "light", viewport: { width: 1280, height: 800 } },
  { lang: "ru", colorScheme: "dark", viewport: { width: 360, height: 740 } },
  { lang: "en", colorScheme: "light", viewport: { width: 360, height: 740 } },
  { lang: "en", colorScheme: "dark", viewport: { width: 1280, height: 800 } },
] as const;

/** One word without an end wherever a sender may put one: nothing of it may widen a screen. */
async function tellLongWords(stage: Stage): Promise<string[]> {
  const long = "безконца".repeat(40);
  const fact = { telegram_id: "990001", client_id: "8801", first_name: long, fields: { [long]: long, note: long } };
  await request(stage, { path: `/webhook/bot/${DEMO_VARS.SALEBOT_TOKEN}`, json: { event: `custom_${long}`, ...fact } });
  const person = await until(async () => {
    const { body } = await request(stage, { path: "/v1/persons?telegram_id=990001", proof: "operator" });
    return textOf(fieldsOf(body["person"])["id"]) || null;
  });
  const event = await firstId(stage, `/v1/events?limit=1&person=${person}`);
  return [`/people/${person}`, `/events/${event}`, `/search?q=${encodeURIComponent(long)}`];
}

async function firstId(stage: Stage, path: string): Promise<string> {
  const { body } = await request(stage, { path, proof: "operator" });
  return textOf(fieldsOf(listOf(body["items"])[0])["id"]);
}

/** Screens that stand whatever the workspace holds, below `/console`. */
export const SCREENS = [
  "",
  "/events",
  "/people",
  "/funnel",
  "/links",
  "/connections",
  "/problems",
  "/settings",
  "/settings/rules",
  "/settings/access",
  "/settings/data",
] as const;

async function screens(stage: Stage): Promise<string[]> {
  const { body } = await request(stage, { path: "/v1/config", proof: "operator" });
  const [slug = ""] = Object.keys(fieldsOf(body["links"]));
  const [event, person, problem] = await Promise.all([
    firstId(stage, "/v1/events?limit=1"),
    firstId(stage, "/v1/persons?limit=1"),
    firstId(stage, "/v1/problems"),
  ]);
  const lists = [
    ...SCREENS,
    "/why",
    "/welcome",
    "/welcome?step=2",
    "/welcome?step=3&kind=salebot&kind=network",
    `/links/check?url=${encodeURIComponent("https://t.me/my_bot?start=79161234567&utm_source=vk")}`,
    "/events?q=ivan&when=30d&code=200",
    "/search?q=ivan%40example.com",
    "/menu",
  ];
  const cards = [
    ["/events/", event],
    ["/people/", person],
    ["/problems/", problem],
    ["/connections/", "bot"],
    ["/links/", slug],
  ] as const;
  return [...lists, ...(await tellLongWords(stage)), ...cards.flatMap(([path, id]) => (id === "" ? [] : [path + id]))].map(
    (path) => `/console${path}`,
  );
}

async function signIn(page: Page, token: string): Promise<void> {
  await page.fill('input[name="token"]', token);
  await page.keyboard.press("Enter");
  await page.waitForSelector('input[name="token"]', { state: "detached" });
}

export async function checkConsole(stage: Stage, browser: Browser): Promise<void> {
  const paths = await screens(stage);
  for (const look of LOOKS) {
    stage.teller.step(`Консоль: ${look.lang}, ${look.colorScheme}, ${look.viewport.width} точек`);
    const seen = await visit(browser, `${stage.gateway}/console`, { ...look, bypassCSP: true });
    await seen.page.context().addCookies([{ name: "tl_lang", value: look.lang, url: stage.gateway }]);
    await seen.page.reload();
    const door = await axeViolations(seen.page);
    stage.teller.judged("вход: axe не находит ошибок", door.length === 0, door);
    await signIn(seen.page, stage.adminToken);
    for (const path of paths) {
      const answer = await seen.page.goto(stage.gateway + path);
      const found = await axeViolations(seen.page);
      const wide = await scrollsSideways(seen.page);
      const fine = answer?.status() === 200 && found.length === 0 && !wide;
      stage.teller.judged(`${path}: 200, axe не находит ошибок, без прокрутки вбок`, fine, {
        status: answer?.status(),
        found,
        wide,
      });
    }
    const strangers = seen.requests.filter((url) => !url.startsWith(stage.gateway) && !url.startsWith("data:"));
    stage.teller.judged("ни одного запроса наружу", strangers.length === 0, strangers);
    stage.teller.judged("браузер ни на что не пожаловался", seen.complaints.length === 0, seen.complaints);
    await seen.close();
  }
}
