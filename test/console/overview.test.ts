/** «Обзор»: the six numbers beside the range before, and what is said when the ledger cannot be read. */
import { env } from "cloudflare:workers";
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { type Browser, signIn } from "../kit/console.ts";
import { feed, pay } from "../kit/feed.ts";
import { configure } from "../kit/operator.ts";

let browser: Browser;
let people = 100;
const day = (date: number): number => Date.UTC(2026, 2, date, 9);

beforeAll(async () => {
  await configure({
    workspace: { locale: "ru", currency: "RUB" },
    connections: { bot: { kind: "salebot", project: "P1", token: "tok-bot-0000000000" } },
  });
  browser = await signIn();
  for (const [date, registrations, sales] of [
    [3, 2, ["100", "300"]],
    [10, 3, ["200"]],
    [17, 3, []],
  ] as const) {
    for (let n = 0; n < registrations; n += 1) {
      const ids = { tg: (people += 1) };
      await feed({ type: "registration", ids, at: day(date) });
      const amount = sales[n];
      if (amount !== undefined) await feed(pay(amount, { ids, at: day(date) }));
    }
  }
});
afterEach(() => vi.restoreAllMocks());

/** Number → its box as its reader says it. */
async function six(from: string, to: string): Promise<Record<string, string>> {
  const page = await browser.text(`/console?from=2026-03-${from}&to=2026-03-${to}`);
  const [, boxes = ""] = /<div class="six">([\s\S]*?)<\/div><\/a><\/div>/.exec(page) ?? [];
  return Object.fromEntries(
    [...boxes.matchAll(/<small>([^<]+)<\/small><span class="big">([^<]*)<\/span>(?:<small[^>]*>([^<]*)<\/small>)?/g)].map(
      ([, label = "", now = "", change = ""]) => [label, `${now} ${change}`.replaceAll("\u00a0", " ").trim()],
    ),
  );
}

describe("the six numbers", () => {
  it.each([
    ["more people and less money", "08", "15", "3 ▲ 50 % к прошлому", "1 ▼ 50 % к прошлому", "200 ₽ ▼ 50 % к прошлому"],
    ["as many people and no money", "15", "22", "3 = 0 % к прошлому", "0 ▼ 100 % к прошлому", "0 ₽ ▼ 100 % к прошлому"],
    ["nothing to compare with", "01", "08", "2 прошлый период: 0", "2 прошлый период: 0", "400 ₽ прошлый период: 0"],
  ])("beside the week before: %s", async (_, from, to, registrations, sales, revenue) => {
    expect(await six(from, to)).toMatchObject({
      Регистрации: registrations,
      Продажи: sales,
      "Чистая выручка": revenue,
    });
  });

  it("are counted anew as soon as something comes", async () => {
    const before = await six("15", "22");
    await feed({ type: "registration", ids: { tg: (people += 1) }, at: day(18) });
    const after = await six("15", "22");
    expect([before["Регистрации"], after["Регистрации"]]).toEqual(["3 = 0 % к прошлому", "4 ▲ 33 % к прошлому"]);
  });
});

describe("a database that does not answer", () => {
  it("is told with what became of the events and a way to try again, never with its own words", async () => {
    vi.spyOn(Object.getPrototypeOf(env.DB) as D1Database, "prepare").mockImplementation(() => {
      throw new Error("D1_ERROR: secret detail");
    });
    const answer = await browser.get("/console/people?stage=sale&done=1");
    vi.restoreAllMocks();
    expect(answer.status).toBe(503);
    expect(answer.headers.get("retry-after")).toBe("5");
    const page = await answer.text();
    expect(page).toContain("Принятые события не потеряны");
    expect(page).toContain('href="/console/people?stage=sale"');
    expect(page).toMatch(/<code>req_\w+<\/code>/);
    expect(page).not.toContain("secret detail");
  });
});
