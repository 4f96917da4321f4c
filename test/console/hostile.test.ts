/** Hostile strings in everything an operator looks at: nothing that came from outside or from a colleague becomes markup. */
import { env, exports } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { inboxOf } from "../../src/context.ts";
import { type Browser, signIn } from "../kit/console.ts";
import { ORIGIN, configure } from "../kit/operator.ts";

const EVIL = `"'><img src=x onerror=alert(1)><script>alert(2)</script>\${7*7}{{7*7}}\u202E</title></textarea><a href="javascript:alert(3)">`;
const TOKEN = "tok-bot-0000000000";

const CONFIG = {
  workspace: { name: EVIL, alerts: [{ to: "out", body: { text: EVIL } }] },
  connections: {
    bot: { kind: "salebot", project: EVIL, name: EVIL, api_key: "key-of-bot", token: TOKEN, mapping: { [EVIL]: "note" } },
    gc: { kind: "getcourse", account: "school1", token: "tok-gc-0000000000", name: EVIL },
    out: { kind: "http", url: "http://127.0.0.1:9/", name: EVIL, disabled: true },
  },
  links: { l1: { to: "https://t.me/my_bot?start={click}", utm_source: EVIL, utm_campaign: EVIL, utm_content: EVIL } },
  rules: [
    { name: EVIL, on: "*", if: { "event.note": [EVIL, "2"] }, do: [{ to: "out", action: "request", with: { body: EVIL } }] },
  ],
};

const SCREENS = [
  "",
  "?from=2020-01-01&to=2030-01-01",
  "/events",
  "/events?status=quarantined",
  "/people",
  "/funnel?from=2020-01-01&to=2030-01-01&by=content",
  "/funnel/people?from=2020-01-01&to=2030-01-01",
  "/why?from=2020-01-01&to=2030-01-01",
  "/links",
  "/links/l1",
  "/connections",
  "/connections/bot",
  "/connections/gc",
  "/problems",
  "/settings",
  "/settings/rules",
  "/settings/access",
  "/settings/data",
  "/menu",
  "/welcome",
  "/welcome?step=2",
  "/welcome?step=3&kind=salebot&kind=http",
];

/** Addresses and parameters that a stranger could make an operator open. */
const CRAFTED = [
  "search?q=",
  "events?q=",
  "events?person=",
  "events?link=",
  "links/check?url=",
  "funnel?by=",
  "people?cursor=",
  "welcome?step=",
  "welcome?step=3&kind=",
  "events?when=",
];

let browser: Browser;

async function come(body: object): Promise<string> {
  const answer = await exports.default.fetch(`${ORIGIN}/webhook/bot/${TOKEN}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  return (await answer.json<{ id: string }>()).id;
}

/** What of a page could run or lead away. */
const dangersOf = async (path: string): Promise<string[]> => dangersIn(await browser.get(`/console${path}`));

async function dangersIn(answer: Response): Promise<string[]> {
  const found: string[] = [];
  const rewriter = new HTMLRewriter().on("*", {
    element({ tagName, attributes }) {
      if (["img", "iframe", "object", "embed", "base"].includes(tagName)) found.push(tagName);
      const named = [...attributes];
      for (const [name = "", value = ""] of named) {
        if (name.startsWith("on") || name === "style") found.push(`${tagName} ${name}`);
        if (["href", "src", "action", "formaction"].includes(name) && /^\s*(javascript|data:text|vbscript)/i.test(value))
          found.push(`${tagName} ${value}`);
        if (tagName === "script" && name === "src" && !value.startsWith("/console/assets/")) found.push(`script ${value}`);
      }
      if (tagName === "script" && !named.some(([name]) => name === "src")) found.push("inline script");
    },
  });
  const text = await rewriter.transform(answer).text();
  if (text.includes("\u202E")) found.push("a mark that turns the text");
  expect(answer.status).toBeLessThan(500);
  return found;
}

beforeAll(async () => {
  await configure(CONFIG);
  browser = await signIn();
  await browser.post("/console/act/add-key", { name: EVIL, role: "viewer" });
  const who = { client_id: "1", telegram_id: "4001", first_name: EVIL, last_name: EVIL, username: EVIL };
  await come({ event: "bot_start", ...who, start: EVIL, utm_source: EVIL, utm_campaign: EVIL });
  await come({ event: EVIL, ...who, note: EVIL, [EVIL]: EVIL, message: EVIL });
  await come({ event: "payment", ...who, amount: "10", currency: "RUB", order: EVIL, tid: EVIL });
  await come({ event: "payment", client_id: "{client_id}", amount: EVIL, tid: "t2" });
  await come({ event: "identify", client_id: "2", telegram_id: "4002", email: `"${EVIL}"@school.example` });
  await come({ event: "identify", telegram_id: "4001", client_id: "1", email: "one@school.example" });
  await come({ event: "identify", telegram_id: "4002", client_id: "2", email: "one@school.example" });
  await inboxOf(env).drain();
});

describe("a hostile string", () => {
  it.each(SCREENS)("does nothing at /console%s", async (path) => {
    expect(await dangersOf(path)).toEqual([]);
  });

  it.each(CRAFTED)("does nothing in /console/%s…", async (path) => {
    expect(await dangersOf(`/${path}${encodeURIComponent(EVIL)}`)).toEqual([]);
  });

  it("does nothing on the sheet of any event, person and problem", async () => {
    const ids = async (table: string): Promise<string[]> =>
      (await env.DB.prepare(`SELECT id FROM ${table}`).all<{ id: string }>()).results.map(({ id }) => id);
    const [events, persons, problems] = await Promise.all(["events", "persons", "problems"].map(ids));
    const paths = [
      ...(events ?? []).flatMap((id) => [`/events/${id}`, `/events/${id}?diff=1`]),
      ...(persons ?? []).map((id) => `/people/${id}`),
      ...(problems ?? []).map((id) => `/problems/${id}`),
    ];
    expect(paths.length).toBeGreaterThan(15);
    for (const path of paths) expect([path, await dangersOf(path)]).toEqual([path, []]);
  });

  it("comes back as text where a form is refused", async () => {
    const refused = await browser.post("/console/act/save-rule", { rule: `{"on": ${JSON.stringify(EVIL)}, "do": []}` });
    const page = await refused.text();
    expect(refused.status).toBe(422);
    expect(page).not.toContain("<img");
    const act = await browser.post("/console/act/add-link", {
      slug: EVIL,
      target: "site",
      to: EVIL,
      back: "/console/links",
    });
    expect([act.status, await dangersIn(act)]).toEqual([422, []]);
  });
});
