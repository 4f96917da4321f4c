/** Forms without scripts: what was typed into a refused one stands in it again. */
import { beforeAll, describe, expect, it } from "vitest";
import { type Browser, refusalOf, signIn, submit } from "../kit/console.ts";
import { configure } from "../kit/operator.ts";

let browser: Browser;

beforeAll(async () => {
  await configure({
    workspace: { locale: "ru" },
    connections: {
      bot: { kind: "salebot", project: "P1", token: "tok-bot-0000000000" },
      school: { kind: "getcourse", account: "school.getcourse.ru", token: "tok-gc-00000000000" },
    },
    links: { vk1: { to: "https://t.me/my_bot?start={click}" }, vk2: { to: "https://t.me/my_bot?start={click}" } },
  });
  browser = await signIn();
});

const refused = async (act: string, fields: Record<string, string>): Promise<string> => {
  const answer = await browser.post(`/console/act/${act}`, fields);
  expect(await refusalOf(answer.clone())).toMatch(/./);
  return answer.text();
};

describe("a refused form", () => {
  it("comes back on its page with what was typed and chosen", async () => {
    const page = await refused("add-link", {
      back: "/console/links",
      target: "max",
      to: "мой бот & «друзья»",
      slug: "spring",
      utm_source: "vk",
    });
    expect(page).toMatch(/name="to" required[^>]* value="мой бот &amp; «друзья»"/);
    expect(page).toMatch(/name="slug"[^>]* value="spring"/);
    expect(page).toMatch(/name="utm_source"[^>]* value="vk"/);
    expect(/<select name="target"[\s\S]*?<option value="(\w+)"\s+selected/.exec(page)?.[1]).toBe("max");
  });

  it("is told from its neighbours of the same act", async () => {
    const page = await refused("set-cost", { back: "/console/links", slug: "vk2", day: "2026-03-05", amount: "много" });
    const costs = [...page.matchAll(/name="slug" value="(vk\d)"[\s\S]*?name="amount"[^>]*?(?: value="([^"]*)")?>/g)];
    expect(costs.map(([, slug, amount]) => [slug, amount])).toEqual([
      ["vk1", undefined],
      ["vk2", "много"],
    ]);
  });

  it("leaves other fields of the page as they are", async () => {
    const page = await refused("save-workspace", { back: "/console/settings", name: "Школа", time_zone: "Mars/One" });
    expect(page).toMatch(/name="time_zone"[^>]*value="Mars\/One"/);
    expect(page).toMatch(/name="raw_days"[^>]*value="30"/);
    expect(page).toMatch(/name="privacy" value="sealed" checked/);
  });

  it("keeps what was emptied empty, and a choice that stands for nothing", async () => {
    const pace = { id: "bot", in_flight: "6", duplicates: "update" };
    await browser.post("/console/act/save-connection", { ...pace, name: "Бот", disabled: "1" });
    const back = "/console/connections/bot";
    const page = await refused("save-connection", { ...pace, back, name: "", disabled: "", rate: "много" });
    expect(page).toMatch(/name="name" value=""/);
    expect(/<select name="disabled"[\s\S]*?<option value="(\w*)"\s+selected/.exec(page)?.[1]).toBe("");
  });

  it("in a closed fold comes back with its folds open, the inner one too where something stands in it", async () => {
    const fields = { back: "/console/connections", kind: "getcourse", id: "bot", "field.account": "other.getcourse.ru" };
    const foldsOf = async (more: Record<string, string>): Promise<(string | undefined)[]> => {
      const page = await refused("add-connection", { ...fields, ...more });
      const form = page.indexOf('name="kind" value="getcourse"');
      const outer = page.lastIndexOf("<details", form);
      return [outer, page.indexOf("<details", form)].map((at) => /^<details[^>]*>/.exec(page.slice(at))?.[0]);
    };
    expect(await foldsOf({})).toEqual([expect.stringContaining(" open"), expect.not.stringContaining(" open")]);
    expect(await foldsOf({ "field.api_key": "$OTHER_KEY" })).toEqual([
      expect.stringContaining(" open"),
      expect.stringContaining(" open"),
    ]);
    const mapping = await refused("set-mapping", { back: "/console/connections/bot", id: "bot", from: "__proto__", to: "email" });
    expect(mapping).toMatch(/<details open[^>]*><summary>Переименовать поле/);
  });

  it("stands on a page whose links and filters lead where they do otherwise, not to the act", async () => {
    await browser.post("/console/act/test-event", { id: "bot" });
    const id = /\/console\/events\/(evt_\w+)/.exec(await browser.text("/console/events"))?.[1] ?? "";
    const events = await refused("replay-event", { back: `/console/events/${id}`, id });
    expect(events).toContain(`href="/console/events/${id}?diff=1"`);
    const step = "/console/welcome?step=3&kind=salebot";
    const welcome = await refused("add-connection", { back: step, kind: "salebot", id: "" });
    expect(welcome).toContain('href="/console/welcome?step=1"');
    const funnel = await refused("share-report", { back: "/console/funnel", query: "from=x" });
    for (const page of [events, welcome, funnel]) {
      expect(page).not.toContain('href="?');
      for (const [form] of page.matchAll(/<form[^>]*>/g)) expect(form).toContain(' action="/console');
    }
  });

  it("of the first visit stays at its step", async () => {
    const first = await browser.text("/console/welcome");
    const next = /name="next" value="([^"]+)"/.exec(first)?.[1] ?? "";
    const back = /name="back" value="(\/console\/welcome[^"]*)"/.exec(first)?.[1] ?? "";
    const page = await refused("save-workspace", { back, next, name: "Школа", time_zone: "Mars/One" });
    expect(page).toContain("шаг 1 из 3");
    expect(page).toMatch(/name="time_zone"[^>]*value="Mars\/One"/);
    const saved = await browser.post("/console/act/save-workspace", { back, next, name: "Школа", time_zone: "Europe/Moscow" });
    expect(saved.headers.get("location")).toBe("/console/welcome?step=2&done=1");
  });

  it("leads on to no other place than the console", async () => {
    const saved = await browser.post("/console/act/save-workspace", { name: "Школа", next: "https://evil.example/console" });
    expect(saved.headers.get("location")).toBe("/console?done=1");
  });
});

it("no link can put words of its own on a page", async () => {
  expect(await browser.text("/console?failed=Позвоните+нам")).not.toContain("Не получилось");
});

describe("a form of nobody", () => {
  const back = "/console/settings/rules";
  const backOf = (text: string): string | undefined => /name="back" value="([^"]*)"/.exec(text)?.[1];

  it("is read as far as a document of settings may be long, and not as far as a file of history", async () => {
    const long = await submit("/console/act/save-config", { back, document: "x".repeat(200_000) });
    expect([long.status, backOf(await long.text())]).toEqual([401, back]);
    const huge = await submit("/console/act/save-config", { back, document: "x".repeat(300_000) });
    expect([huge.status, backOf(await huge.text())]).toEqual([401, "/console/act/save-config"]);
    expect((await submit("/console/sign-in", { token: "x".repeat(300_000) })).status).toBe(400);
  });
});

it("single letters may be switched off, and on again", async () => {
  const page = await browser.text("/console");
  expect(page).toContain('name="keys" value="off"');
  const off = await browser.post("/console/preferences", { keys: "off" });
  expect(off.headers.getSetCookie()).toContain("tl_keys=off; Path=/; Max-Age=31536000; SameSite=Lax");
  const quiet = await (await browser.get("/console", { cookie: `${browser.cookie}; tl_keys=off` })).text();
  expect(quiet).toMatch(/<html [^>]*data-quiet/);
  expect(quiet).toContain('name="keys" value="on"');
  expect(page).not.toContain("data-quiet");
});
