/** What must hold for any page of ours, seen by a real browser. */
import axe from "axe-core";
import type { Browser, BrowserContext, BrowserContextOptions, Page } from "playwright-core";
import * as z from "zod/mini";
import type { Stage } from "../demo/stage.ts";

const Violations = z.array(z.object({ id: z.string(), nodes: z.array(z.object({ html: z.string() })) }));

/** What a page shows after an act that worked, until it is left: its address says it only while it loads. */
export const DONE = ".note.ok[role=status]";

/** Everything that is wrong with the page as it stands, by axe-core; empty when nothing is. */
export async function axeViolations(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const found = Violations.parse(await page.evaluate("axe.run().then(({ violations }) => violations)"));
  return found.map(({ id, nodes }) => `${id}: ${nodes[0]?.html.slice(0, 120) ?? ""}`);
}

/** Whether the page is wider than its window. */
export const scrollsSideways = async (page: Page): Promise<boolean> =>
  z.boolean().parse(await page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"));

/** Whether an element, usually a table, is no wider than the box that would scroll it. */
export const fitsItsBox = async (page: Page, selector: string): Promise<boolean> =>
  z
    .boolean()
    .parse(
      await page.evaluate(
        `(({ scrollWidth, parentElement }) => scrollWidth <= parentElement.clientWidth)(document.querySelector(${JSON.stringify(selector)}))`,
      ),
    );

export type Visit = {
  page: Page;
  /** URLs asked for, and what the console complained about. */ requests: string[];
  complaints: string[];
  close: () => Promise<void>;
};

/** A page in a context of its own, listened to from before its first request. */
export async function visit(browser: Browser, url: string, options: BrowserContextOptions): Promise<Visit> {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const requests: string[] = [];
  const complaints: string[] = [];
  page.on("request", (asked) => requests.push(asked.url()));
  page.on("console", (message) => {
    // Chromium asks any site for its icon by itself; that is no request of the page.
    if (message.location().url.endsWith("/favicon.ico")) return;
    if (message.type() === "error" || message.type() === "warning")
      complaints.push(`${message.text()} ${message.location().url}`);
  });
  page.on("pageerror", (failure) => complaints.push(failure.message));
  await page.goto(url);
  return { page, requests, complaints, close: () => context.close() };
}

/** A page behind the sign-in form, which is filled as an operator fills it. */
export async function signedIn(stage: Stage, context: BrowserContext): Promise<Page> {
  const page = await context.newPage();
  await page.goto(`${stage.gateway}/console`);
  await page.fill('input[name="token"]', stage.adminToken);
  await page.keyboard.press("Enter");
  await page.waitForSelector("nav.side", { state: "attached" });
  return page;
}
