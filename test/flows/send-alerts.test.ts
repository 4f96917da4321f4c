import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { sendAlerts, tryAlert } from "../../src/flows/send-alerts.ts";
import { raiseProblem } from "../../src/store/problems.ts";
import { fine, run, vendor } from "../kit/lane.ts";
import { bindings } from "../kit/bindings.ts";
import { saveDocument, testContext } from "../kit/context.ts";

const BODY = { list: ["before", "{{text}}", { deep: "{{text}}!" }], number: 5, none: null, yes: true, text: "{{text}} {{text}}" };
const alerts = (more: object = {}) =>
  saveDocument({
    workspace: {
      locale: "ru",
      name: "Школа",
      alerts: [{ to: "tg", chat: "-100200" }, { to: "hook" }, { to: "shaped", body: BODY }],
      ...more,
    },
    connections: {
      tg: { kind: "telegram", bot_token: "1:T", token: "tg-token-0000000000" },
      hook: { kind: "http", url: "https://hook.example/" },
      shaped: { kind: "http", name: "Дежурный", url: "https://shaped.example/" },
      bot: { kind: "salebot", name: "Бот школы", project: "P1", token: "bot-token-000000000" },
    },
  });
beforeEach(() => alerts());
afterEach(() => vi.restoreAllMocks());

const hosts = (calls: readonly { url: string }[]): string[] => calls.map(({ url }) => new URL(url).host);
async function went(): Promise<ReturnType<typeof vendor>> {
  const calls = vendor((call) => (call.url.includes("telegram") ? Response.json({ ok: true }) : fine()));
  for (const id of ["tg", "hook", "shaped"]) await run(id);
  return calls;
}

describe("a trial alert", () => {
  it.each([
    [
      0,
      "api.telegram.org",
      { chat_id: "-100200", text: 'Проба "$&" {{person.email}}', link_preview_options: { is_disabled: true } },
    ],
    [1, "hook.example", { text: 'Проба "$&" {{person.email}}' }],
    [
      2,
      "shaped.example",
      {
        ...BODY,
        list: ["before", 'Проба "$&" {{person.email}}', { deep: 'Проба "$&" {{person.email}}!' }],
        text: 'Проба "$&" {{person.email}} Проба "$&" {{person.email}}',
      },
    ],
  ])("number %d goes to %s in its own shape, its text as it is", async (index, host, body) => {
    expect(await tryAlert(await testContext(), index, 'Проба "$&" {{person.email}}')).toBe(true);
    const calls = await went();
    expect(hosts(calls)).toEqual([host]);
    expect(JSON.parse(calls[0]?.body ?? "")).toEqual(body);
  });

  it.each([-1, 3, 0.5])("number %d there is not, and nothing is sent", async (index) => {
    expect(await tryAlert(await testContext(), index, "x")).toBe(false);
    expect(await went()).toEqual([]);
  });
});

describe("alerts", () => {
  const raise = (connection: string, cause: string) =>
    raiseProblem(bindings.DB, {
      kind: "delivery",
      dedupe: `${connection}:${cause}:${Math.random()}`,
      cause,
      connection,
      at: Date.now(),
    }).run();
  beforeEach(() => env.DB.prepare("DELETE FROM problems").run());

  it("tell each problem once, by the connection's own name, and never through the connection it is about", async () => {
    await raise("bot", "auth_failed");
    await raise("shaped", "timeout");
    await sendAlerts(await testContext());
    // Each connection's lane sends for itself: which comes first is chance.
    const calls = (await went()).toSorted((a, b) => a.url.localeCompare(b.url));
    expect(hosts(calls)).toEqual(["api.telegram.org", "hook.example", "shaped.example"]);
    const texts = calls.map(({ body }) => String((JSON.parse(body) as { text: string }).text));
    for (const text of texts.slice(0, 2)) {
      expect(text).toContain("Школа: новых проблем 2");
      expect(text).toContain("Бот школы");
      expect(text).toContain("Дежурный");
      expect(text).toContain("https://go.example/console/problems");
    }
    expect(texts[2]).not.toContain("Дежурный");
    expect(texts[2]).toContain("новых проблем 1");
    await sendAlerts(await testContext());
    expect(await went()).toEqual([]);
  });

  it("are not sent where only their own connection has a problem, nor where nobody wants any", async () => {
    await alerts({ alerts: [{ to: "shaped" }] });
    await raise("shaped", "timeout");
    await sendAlerts(await testContext());
    await alerts({ alerts: [] });
    await raise("bot", "timeout");
    await sendAlerts(await testContext());
    expect(await went()).toEqual([]);
  });
});
