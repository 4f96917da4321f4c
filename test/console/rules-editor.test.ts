/** «Правила»: every act of the editor, and what comes back when a save is refused. */
import { beforeEach, describe, expect, it } from "vitest";
import { type Browser, signIn } from "../kit/console.ts";
import { configure } from "../kit/operator.ts";

type Saved = { version: number; workspace: { name: string }; rules: { name: string; on: string; disabled?: boolean }[] };

let browser: Browser;
const saved = async (): Promise<Saved> => (await browser.get("/v1/config")).json<Saved>();
const names = async (): Promise<string[]> => (await saved()).rules.map(({ name }) => name);
const act = async (name: string, fields: Record<string, string>): Promise<Response> =>
  browser.post(`/console/act/${name}`, { back: "/console/settings/rules", seen: String((await saved()).version), ...fields });
const RULE = { name: "new", on: "sale", do: [{ to: "out", action: "request" }] };
const text = (change: object): string => JSON.stringify({ ...RULE, ...change }, null, 2);

beforeEach(async () => {
  await configure({
    workspace: { locale: "ru", name: "Школа" },
    connections: { out: { kind: "http", name: "CRM", url: "https://crm.example/" } },
    rules: ["one", "two", "three"].map((name) => ({ ...RULE, name })),
  });
  browser = await signIn();
});

describe("a rule", () => {
  it("is added at the end, changed in its place, switched off and on, and deleted", async () => {
    await act("save-rule", { index: "", rule: text({}) });
    expect(await names()).toEqual(["one", "two", "three", "new"]);
    await act("save-rule", { index: "1", rule: text({ name: "second", on: "resale" }) });
    expect(await names()).toEqual(["one", "second", "three", "new"]);
    for (const disabled of [true, false]) {
      await act("toggle-rule", { index: "0" });
      expect((await saved()).rules[0]?.disabled).toBe(disabled);
      expect((await browser.text("/console/settings/rules")).includes(">выключено<")).toBe(disabled);
    }
    await act("delete-rule", { index: "2" });
    expect(await names()).toEqual(["one", "second", "new"]);
  });

  it("is told as a sentence with its sources, conditions and destinations by their names", async () => {
    const rule = {
      on: ["sale", "resale"],
      from: ["out"],
      if: { "event.utm_campaign": ["spring", "may"], "person.email": "a@b.ru" },
    };
    await act("save-rule", { index: "0", rule: text(rule) });
    expect((await browser.text("/console/settings/rules")).replaceAll(/<[^>]+>/g, "")).toContain(
      "Когда sale или resale от CRM, если event.utm_campaign = spring или may и person.email = a@b.ru → CRM: request",
    );
  });

  it.each([
    ["that is no JSON", '{"on": "sale"', "строка 1: это не JSON"],
    ["with a comma too many", '{\n  "on": "sale",\n}', "строка 3: это не JSON"],
    ["with a comma too few", '{\n  "on": "sale"\n  "do": []\n}', "строка 3: это не JSON"],
    ["that is a list", "[]", "нужен объект"],
    ["that writes to nobody known", text({ do: [{ to: "gone", action: "request" }] }), "rules.1.do.0.to</code> · строка 6"],
  ])("%s comes back as it was typed, in its place, with what is wrong", async (_, rule, told) => {
    const before = await saved();
    const answer = await act("save-rule", { index: "1", rule });
    expect(answer.status).toBe(422);
    const page = await answer.text();
    const [, open = ""] = page.split('<details class="box" data-row open>');
    expect(open).toContain(told);
    expect(open.replaceAll("&quot;", '"')).toContain(`>${rule.replaceAll("&quot;", '"')}</textarea>`);
    expect(await saved()).toEqual(before);
  });

  it.each(["9", "-1", "x"])("of the place %s, where there is none, changes nothing", async (index) => {
    const before = await saved();
    expect((await act("delete-rule", { index })).status).toBe(422);
    expect((await act("save-rule", { index, rule: text({}) })).status).toBe(422);
    expect(await saved()).toEqual(before);
  });

  it("drawn before another save is offered as a new one, so that it replaces none it was not meant for", async () => {
    const seen = String((await saved()).version);
    await act("delete-rule", { index: "0" });
    const answer = await act("save-rule", { index: "0", rule: text({ name: "mine" }), seen });
    expect(answer.status).toBe(422);
    const page = (await answer.text()).replaceAll("&quot;", '"');
    expect(page).toContain('<details class="box" open>');
    expect(page).toContain('"name": "mine"');
    expect(await names()).toEqual(["two", "three"]);
  });
});

describe("the whole document", () => {
  it("is saved as it was typed", async () => {
    const document = { ...(await saved()), version: undefined, workspace: { locale: "ru", name: "Другая" }, rules: [] };
    const answer = await act("save-config", { document: JSON.stringify(document) });
    expect(answer.headers.get("location")).toBe("/console/settings/rules?done=1");
    expect(await saved()).toMatchObject({ workspace: { name: "Другая" }, rules: [] });
  });

  it.each([
    ["no JSON", "{", {}, "это не JSON"],
    ["a mistake", '{"connections": {"out": {"kind": "http", "url": 5}}}', {}, "connections.out.url"],
    ["a page that names no version", "{}", { seen: "" }, "сохранили"],
  ])("with %s comes back open with what is wrong and what was typed", async (_, document, more, told) => {
    const before = await saved();
    const answer = await act("save-config", { document, ...more });
    expect(answer.status).toBe(422);
    const page = (await answer.text()).replaceAll("&quot;", '"');
    expect(page).toContain(told);
    expect(page).toContain(`>${document}</textarea>`);
    expect(await saved()).toEqual(before);
  });
});

describe("an earlier version", () => {
  it("comes back as a new one, and is offered no more than the one in force", async () => {
    const { version } = await saved();
    await act("delete-rule", { index: "0" });
    expect((await act("rollback", { version: String(version) })).headers.get("location")).toBe("/console/settings/rules?done=1");
    expect(await saved()).toMatchObject({ version: version + 2, rules: [{ name: "one" }, { name: "two" }, { name: "three" }] });
    const page = await browser.text("/console/settings/rules");
    const offered = [...page.matchAll(/name="version" value="(\d+)"/g)].map(([, n]) => Number(n));
    expect(offered).toContain(version);
    expect(offered).not.toContain(version + 2);
  });
});
