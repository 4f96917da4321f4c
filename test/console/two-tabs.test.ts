/** Two operators, or two tabs: a form drawn before somebody else's save does not write over what its sender has not seen. */
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { type Browser, refusalOf, signIn } from "../kit/console.ts";
import { configure } from "../kit/operator.ts";

type Connection = { token: string[]; name?: string; disabled?: boolean; api_key?: string };
type Saved = {
  version: number;
  workspace: Record<string, unknown>;
  connections: { bot: Connection };
  links: { vk1: object };
  rules: { name: string }[];
};

let browser: Browser;
/** The version the pages of both tabs were drawn from. */
let seen: string;
const saved = async (): Promise<Saved> => (await browser.get("/v1/config")).json<Saved>();
const told = async (act: string, fields: Record<string, string>): Promise<string> =>
  (await refusalOf(await browser.post(`/console/act/${act}`, { seen, ...fields }))) ?? "done";

beforeEach(async () => {
  await configure({
    workspace: { locale: "ru", name: "Школа", alerts: [{ to: "out" }, { to: "out", body: { text: "{{text}}" } }] },
    connections: {
      bot: { kind: "salebot", project: "P1", token: "tok-bot-0000000000" },
      out: { kind: "http", url: "https://crm.example/" },
    },
    links: { vk1: { to: "https://t.me/my_bot?start={click}" } },
    rules: ["one", "two"].map((name) => ({ name, on: "sale", do: [{ to: "out", action: "request" }] })),
  });
  browser = await signIn();
  seen = String((await saved()).version);
});

describe("a form drawn before another save", () => {
  it("does not take away the secret a sender still uses", async () => {
    expect(await told("start-rotation", { id: "bot", secret: "second-token-00000" })).toBe("done");
    expect(await told("start-rotation", { id: "bot", secret: "third-token-000000" })).toContain("сохранили другое");
    expect((await saved()).connections.bot.token).toEqual(["second-token-00000", "tok-bot-0000000000"]);
  });

  it("does not resume sending that was stopped", async () => {
    const pace = { id: "bot", name: "Бот", rate: "", in_flight: "6", duplicates: "update", disabled: "" };
    expect(await told("stop-sending", {})).toBe("done");
    expect(await told("save-connection", pace)).toContain("сохранили другое");
    expect((await saved()).connections.bot.disabled).toBe(true);
  });

  it("does not remove another alert than the one that was shown", async () => {
    expect(await told("drop-alert", { index: "0" })).toBe("done");
    expect(await told("drop-alert", { index: "0" })).toContain("сохранили другое");
    expect((await saved()).workspace["alerts"]).toHaveLength(1);
  });

  it.each<[string, Record<string, string>, Record<string, string>]>([
    ["save-workspace", { name: "Первая" }, { name: "Вторая" }],
    ["save-fields", { id: "bot", "field.project": "P2" }, { id: "bot", "field.project": "P3" }],
    ["add-link", { slug: "vk1", new: "0", to: "https://a.example" }, { slug: "vk1", new: "0", to: "https://b.example" }],
  ])("%s does not write over the other", async (act, first, second) => {
    expect(await told(act, first)).toBe("done");
    const { version } = await saved();
    expect(await told(act, second)).toContain("сохранили другое");
    expect((await saved()).version).toBe(version);
  });

  it.each<[string, Record<string, string>, Record<string, string>]>([
    ["save-workspace", { back: "/console/settings", name: "Первая" }, { back: "/console/settings", name: "Вторая" }],
    [
      "save-config",
      { back: "/console/settings/rules", document: '{"workspace":{"name":"Первая"}}' },
      { back: "/console/settings/rules", document: '{"workspace":{"name":"Вторая"}}' },
    ],
  ])("%s does not write over the other when it is sent once more from the page that refused it", async (act, first, second) => {
    await browser.post(`/console/act/${act}`, { seen, ...first });
    const { version } = await saved();
    const page = await (await browser.post(`/console/act/${act}`, { seen, ...second })).text();
    const form = page.slice(page.indexOf(`action="/console/act/${act}"`));
    expect(form).toContain("Вторая");
    const again = /name="seen" value="(\d+)"/.exec(form)?.[1] ?? "";
    const answer = await browser.post(`/console/act/${act}`, { ...second, seen: again });
    expect([answer.status, await answer.text()]).toEqual([422, expect.stringContaining("сохранили другое")]);
    expect((await saved()).version).toBe(version);
    expect(page).toContain(`<a href="${second["back"]}">Открыть заново</a>`);
  });

  it("deletes one rule where two ask for it at once", async () => {
    const answers = await Promise.all([told("delete-rule", { index: "0" }), told("delete-rule", { index: "0" })]);
    expect(answers.toSorted()).toEqual(["done", expect.stringContaining("сохранили другое")]);
    expect((await saved()).rules.map(({ name }) => name)).toEqual(["two"]);
  });

  it.each<[string, Record<string, string>]>([
    ["delete-rule", { index: "0" }],
    ["toggle-rule", { index: "0" }],
    ["save-rule", { index: "0", rule: '{"name":"mine","on":"sale","do":[]}' }],
    ["save-config", { document: "{}" }],
  ])("%s touches nothing that another copy of the gateway saved and this one has not heard of", async (act, fields) => {
    const first = await saved();
    await env.DB.prepare(
      "INSERT INTO config_versions (version, document, author, note, created_at) SELECT version + 1, json_remove(document, '$.rules[0]'), 'admin', '', 0 FROM config_versions ORDER BY version DESC LIMIT 1",
    ).run();
    const answer = await browser.post(`/console/act/${act}`, { seen, ...fields });
    expect(await answer.text()).toContain("сохранили");
    const newest = await env.DB.prepare("SELECT MAX(version) AS n FROM config_versions").first<number>("n");
    expect(newest).toBe(first.version + 1);
  });

  it("comes back with a mistake in the rule it was about, not as a new one, when the other save was about something else", async () => {
    expect(await told("save-workspace", { name: "Первая" })).toBe("done");
    const answer = await browser.post("/console/act/save-rule", {
      seen,
      index: "0",
      rule: '{"name":"mine","on":"sale","do":{}}',
    });
    const [, ofFirst] = /name="index" value="0"[^]*?<textarea[^>]*>([^<]*)/.exec(await answer.text()) ?? [];
    expect(ofFirst).toContain("mine");
  });

  it("is saved when the other save was about something else", async () => {
    expect(await told("save-workspace", { name: "Первая" })).toBe("done");
    expect(await told("save-workspace", { part: "rates", fx: "USD=90" })).toBe("done");
    expect(await told("save-fields", { id: "bot", "field.project": "P2", "field.api_key": "key-of-salebot" })).toBe("done");
    expect(await told("start-rotation", { id: "bot", secret: "second-token-00000" })).toBe("done");
  });
});
