/** Forms and addresses that are wrong, stale or made up: told in words, nothing changed, never a 5xx. */
import { exports } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { type Browser, refusalOf, signIn } from "../kit/console.ts";
import { configure } from "../kit/operator.ts";

const CONFIG = {
  workspace: { locale: "ru" },
  connections: {
    bot: { kind: "salebot", project: "P1", token: "tok-bot-0000000000" },
    out: { kind: "http", url: "https://crm.example/" },
  },
  links: { vk1: { to: "https://t.me/my_bot?start={click}" } },
  rules: [
    { name: "one", on: "sale", do: [{ to: "out", action: "request" }] },
    { name: "two", on: "login", do: [{ to: "out", action: "request" }] },
  ],
};

let browser: Browser;
type Saved = { version: number; rules: { name: string }[] };
const saved = async (): Promise<Saved> => (await browser.get("/v1/config")).json<Saved>();

beforeAll(async () => {
  await configure(CONFIG);
  browser = await signIn();
});

describe("a wrong form", () => {
  it.each<[string, Record<string, string>]>([
    ["merge", { person: "nobody", other: "x" }],
    ["unmerge", {}],
    ["move", { person: "x", type: "nonsense", value: "" }],
    ["block", { type: "nonsense", value: "" }],
    ["erase", { person: "x" }],
    ["replay-delivery", { id: "x" }],
    ["cancel-delivery", { id: "x" }],
    ["replay-event", { id: "x" }],
    ["recover", { connection: "bot", since: "" }],
    ["recover", { connection: "constructor", since: "1" }],
    ["test-event", { id: "__proto__" }],
    ["share-report", { query: "from=2026-13-77" }],
    ["add-connection", { id: "__proto__", kind: "http", secret: "12345678" }],
    ["add-connection", { id: "x", kind: "constructor", secret: "12345678" }],
    ["add-link", { slug: "__proto__", target: "site", to: "https://x.example" }],
    ["add-link", { slug: "empty", target: "telegram", to: "" }],
    ["set-cost", { slug: "constructor", day: "2026-03-01", amount: "1" }],
    ["set-cost", { slug: "vk1", day: "2026-02-31", amount: "1" }],
    ["set-cost", { slug: "vk1", day: "2026-03-01", amount: "много" }],
    ["save-workspace", { time_zone: "Mars/One" }],
    ["save-workspace", { part: "rates", fx: "garbage" }],
    ["save-workspace", { raw_days: "abc" }],
    ["save-connection", { id: "nope" }],
    ["save-connection", { id: "bot", in_flight: "", duplicates: "x" }],
    ["set-mapping", { id: "bot", from: "__proto__", to: "email" }],
    ["start-rotation", { id: "bot", secret: "" }],
    ["finish-rotation", { id: "nope" }],
    ["reveal-token", { id: "out" }],
    ["rollback", { version: "abc" }],
    ["rollback", { version: "99999" }],
    ["toggle-rule", { index: "99" }],
    ["toggle-rule", { index: "-1" }],
    ["delete-rule", { index: "" }],
    ["add-alert", { to: "nope" }],
    ["add-alert", { to: "out", body: "no json" }],
    ["try-alert", { index: "0" }],
    ["revoke-key", { id: "x" }],
    ["resend", { id: "x", place: "0.0" }],
    ["bookmark", { id: "x" }],
    ["replay-bookmark", { id: "x" }],
  ])("%s %j is told and changes nothing", async (act, fields) => {
    const before = (await saved()).version;
    const answer = await browser.post(`/console/act/${act}`, fields);
    expect(await refusalOf(answer)).toMatch(/./);
    expect((await saved()).version).toBe(before);
  });

  it.each(["toString", "__proto__", "constructor", "nonsense", ""])("an act called «%s» is none", async (act) => {
    expect((await browser.post(`/console/act/${act}`)).status).toBe(404);
  });

  it.each([
    ["save-rule", { rule: "null" }],
    ["save-rule", { rule: "{}", index: "99" }],
    ["save-rule", { rule: "{}", index: "abc" }],
    ["save-config", { document: "[]", seen: "1" }],
    ["save-config", { document: "{}", seen: "abc" }],
  ])("%s %j comes back with what was typed", async (act, fields) => {
    const before = (await saved()).version;
    const answer = await browser.post(`/console/act/${act}`, fields);
    expect(answer.status).toBe(422);
    expect(await answer.text()).toContain("Не сохранено. Исправьте:");
    expect((await saved()).version).toBe(before);
  });

  it("a rule that has moved meanwhile is neither changed nor deleted", async () => {
    const { version } = await saved();
    await browser.post("/console/act/delete-rule", { index: "0", seen: String(version) });
    expect((await saved()).rules.map(({ name }) => name)).toEqual(["two"]);
    const stale = await browser.post("/console/act/delete-rule", { index: "0", seen: String(version) });
    expect(stale.status).toBe(422);
    expect((await saved()).rules).toHaveLength(1);
  });

  it("says the usual mistakes in the operator's language", async () => {
    const answer = await browser.post("/console/act/add-alert", { to: "nope" });
    expect(await refusalOf(answer)).toBe("workspace.alerts.0.to: нет подключения «nope»");
    const pace = { id: "bot", in_flight: "6", duplicates: "update", rate: "0" };
    const still = await browser.post("/console/act/save-connection", pace);
    expect(await refusalOf(still)).toContain("per_second: больше 0");
    const zone = await browser.post("/console/act/save-workspace", { time_zone: "Mars/One" });
    expect(await refusalOf(zone)).toContain("не часовой пояс");
  });
});

it("rates are read with spaces around the sign of equality", async () => {
  const answer = await browser.post("/console/act/save-workspace", { part: "rates", fx: "USD = 90,5, EUR =98" });
  expect(answer.headers.get("location")).toBe("/console?done=1");
  const { workspace } = await (await browser.get("/v1/config")).json<{ workspace: { fx: unknown } }>();
  expect(workspace.fx).toEqual({ USD: "90.5", EUR: "98" });
});

it("a method that no page takes is told which are", async () => {
  const headers = { cookie: browser.cookie };
  const answer = await exports.default.fetch("https://go.example/console/events", { method: "DELETE", headers });
  expect([answer.status, answer.headers.get("allow")]).toEqual([405, "GET, HEAD, POST"]);
});

describe("a wrong address", () => {
  it.each([
    "/console//events",
    "/console/events/evt_%00",
    "/console/events?cursor=99999999999999999999&since=abc&until=-1&code=1e9&when=constructor",
    "/console/people?cursor=NaN~x",
    "/console?from=2026-99-99",
    "/console?from=2026-03-08&to=2026-03-01",
    "/console/funnel?from=bad&window=abc&by=x",
    "/console/funnel/people?stage=__proto__",
    "/console/why?from=bad",
    "/console/links?from=bad",
    "/console/links/constructor",
    "/console/connections/__proto__",
    "/console/qr/constructor",
    "/console/export/events.jsonl?from=abc",
    "/console/export/secrets.jsonl",
    "/console/welcome?step=9&kind=constructor",
    `/console/search?q=${"я".repeat(3_000)}`,
    "/console/funnel.csv?from=bad",
  ])("%s is a page, a 404 or a 422, with a way on", async (path) => {
    const answer = await browser.get(path);
    expect([200, 404, 422]).toContain(answer.status);
    await answer.body?.cancel();
  });
});
