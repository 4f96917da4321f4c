/** Money in other currencies than the workspace's: what it is worth there, and what no rate is known for. */
import { beforeAll, expect, it } from "vitest";
import { type Browser, signIn } from "../kit/console.ts";
import { feed } from "../kit/feed.ts";
import { configure, operator } from "../kit/operator.ts";

let browser: Browser;
const at = Date.UTC(2026, 2, 3, 9);
const range = "from=2026-03-03&to=2026-03-04";
const plain = (page: string): string => page.replaceAll(/<[^>]+>/g, " ").replaceAll(/[\s\u00a0]+/g, " ");
const shown = async (path: string): Promise<string> => plain(await browser.text(path));

beforeAll(async () => {
  await configure({
    workspace: { locale: "ru", currency: "RUB", fx: { USD: "90" } },
    connections: { bot: { kind: "salebot", project: "P1", token: "tok-bot-0000000000" } },
    links: { vk1: { to: "https://t.me/my_bot?start={click}" } },
  });
  browser = await signIn();
  for (const [tg, amount, currency] of [
    [1, "50", "USD"],
    [2, "7", "KZT"],
  ] as const)
    await feed({ type: "payment", ids: { tg }, at, money: { amount, paidTotal: null, currency } });
});

it.each([
  ["overview", "/console"],
  ["funnel", "/console/funnel"],
  ["links", "/console/links"],
])("what has no rate is told beside the sums it is left out of: %s", async (_, path) => {
  expect(await shown(`${path}?${range}`)).toContain("Нет курса, в суммы не вошло: 7,00 KZT");
});

it("a payment is shown in its own currency and in the workspace's", async () => {
  const { items } = await (
    await operator("GET", "/v1/events?type=payment")
  ).json<{ items: { id: string; currency: string }[] }>();
  const [dollars, tenge] = ["USD", "KZT"].map((code) => items.find(({ currency }) => currency === code)?.id ?? "");
  expect(await shown(`/console/events/${dollars}`)).toContain("50 $ (4 500 ₽)");
  expect(await shown(`/console/events/${tenge}`)).toMatch(/7 ₸(?! \()/);
});

it("a person's revenue can be compared with the report's", async () => {
  const { person } = await (await operator("GET", "/v1/persons?telegram_id=1")).json<{ person: { id: string; net: string } }>();
  expect(person.net).toBe("4500.00");
  expect(await shown(`/console/people/${person.id}`)).toContain("Чистая выручка: 50 $ (4 500 ₽)");
});
