/** The search finds what came though it belongs to nobody yet: a payment that waits for its person is what an operator looks for. */
import { env } from "cloudflare:workers";
import { beforeAll, expect, it } from "vitest";
import { inboxOf } from "../../src/context.ts";
import { type Browser, signIn } from "../kit/console.ts";
import { accept } from "../kit/feed.ts";
import { configure } from "../kit/operator.ts";

let browser: Browser;
let id = "";

beforeAll(async () => {
  await configure({
    workspace: { locale: "ru" },
    connections: { tracker: { kind: "keitaro", url: "https://tr.example", token: "tok-tr-0000000000" } },
  });
  browser = await signIn();
  const clickid = { type: "clickid", scope: "tracker", value: "SUB-1", proof: "native" } as const;
  const [event] = await accept({ connection: "tracker", type: "payment", order: "5002", tid: "t-7", identifiers: [clickid] });
  id = event?.id ?? "";
  await inboxOf(env).drain();
});

it.each(["5002", "t-7", "SUB-1"])("%s leads to the event that waits for its person", async (text) => {
  const page = await browser.text(`/console/search?q=${text}`);
  expect(page).toContain(`href="/console/events/${id}"`);
  expect(page).toContain("Не привязано");
  expect(page).not.toContain("Ничего не нашлось");
});

it("what nobody ever named is found nowhere", async () => {
  expect(await browser.text("/console/search?q=5003")).toContain("Ничего не нашлось");
});
