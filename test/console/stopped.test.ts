/** «Всё ли доходит?» is answered no while somebody holds the deliveries back. */
import { env } from "cloudflare:workers";
import { beforeAll, expect, it } from "vitest";
import { inboxOf } from "../../src/context.ts";
import { type Browser, signIn } from "../kit/console.ts";
import { accept } from "../kit/feed.ts";
import { configure } from "../kit/operator.ts";

let browser: Browser;

beforeAll(async () => {
  await configure({
    workspace: { locale: "ru" },
    connections: {
      bot: { kind: "salebot", project: "P1", token: "tok-bot-0000000000" },
      crm: { kind: "http", name: "Наша CRM", url: "http://127.0.0.1:9/in" },
    },
    rules: [{ on: "login", do: [{ to: "crm", action: "request", with: { body: {} } }] }],
  });
  browser = await signIn();
  await accept({ ids: { tg: 1 }, type: "message" });
  await inboxOf(env).drain();
});

it("the overview names the connections whose sending is stopped, and only those that a rule writes to", async () => {
  expect(await browser.text("/console")).toContain("Всё доходит");
  await browser.post("/console/act/stop-sending");
  const stopped = await browser.text("/console");
  expect(stopped).not.toContain("Всё доходит");
  expect(stopped.replaceAll(/<[^>]+>/g, "")).toContain("Отправка остановлена, доставки ждут: Наша CRM");
  await browser.post("/console/act/resume-sending");
  expect(await browser.text("/console")).toContain("Всё доходит");
});
