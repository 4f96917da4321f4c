/** Acts that came too late: what happened meanwhile is told in words, never as a code. */
import { env } from "cloudflare:workers";
import { beforeAll, expect, it } from "vitest";
import { inboxOf } from "../../src/context.ts";
import { type Browser, refusalOf, signIn } from "../kit/console.ts";
import { accept } from "../kit/feed.ts";
import { configure } from "../kit/operator.ts";

let browser: Browser;
const people: string[] = [];

beforeAll(async () => {
  await configure({
    workspace: { locale: "ru" },
    connections: {
      bot: { kind: "salebot", project: "P1", token: "tok-bot-0000000000" },
      out: { kind: "http", url: "http://127.0.0.1:9/in", disabled: true },
    },
    rules: [{ on: "login", do: [{ to: "out", action: "request", with: { body: {} } }] }],
  });
  browser = await signIn();
  const ids = (await accept({ ids: { tg: 1 }, type: "login" }, { ids: { tg: 2 } })).map(({ id }) => id);
  await inboxOf(env).drain();
  for (const id of ids) {
    const row = await env.DB.prepare("SELECT person_id FROM events WHERE id = ?1").bind(id).first<{ person_id: string }>();
    people.push(row?.person_id ?? "");
  }
});

const told = async (act: string, fields: Record<string, string>): Promise<string> =>
  (await refusalOf(await browser.post(`/console/act/${act}`, fields))) ?? "done";

it("a delivery that arrived before it could be cancelled", async () => {
  const row = await env.DB.prepare("SELECT id FROM deliveries").first<{ id: string }>();
  await env.DB.prepare("UPDATE deliveries SET status = 'delivered' WHERE id = ?1")
    .bind(row?.id ?? "")
    .run();
  expect(await told("cancel-delivery", { id: row?.id ?? "" })).toContain("исход уже известен");
});

it("a person who was erased in another tab", async () => {
  const [one = "", two = ""] = people;
  await browser.post("/console/act/erase", { person: two });
  expect(await told("merge", { person: one, other: two })).toContain("стёрты");
});

it("an identifier that nobody has", async () => {
  expect(await told("move", { person: people[0] ?? "", type: "email", value: "none@school.example" })).toContain("написание");
});
