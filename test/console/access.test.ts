/** Keys of people, what they may do, and that signing out ends a session for good. */
import { env, exports } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { type Browser, refusalOf, signIn, submit } from "../kit/console.ts";
import { inboxOf } from "../../src/context.ts";
import { ADMIN_TOKEN, ORIGIN, configure, guessUntilLimited, operator } from "../kit/operator.ts";
import { bindings } from "../kit/bindings.ts";

let admin: Browser;

beforeAll(async () => {
  await configure({ workspace: { name: "Школа" } });
  admin = await signIn();
});

async function issue(name: string, role: string): Promise<string> {
  const page = await (await admin.post("/console/act/add-key", { name, role })).text();
  return /tlk_[A-Za-z0-9]{43}/.exec(page)?.[0] ?? "";
}

const call = (token: string, method: string, path: string): Promise<Response> =>
  exports.default.fetch(`${ORIGIN}${path}`, {
    method,
    headers: { authorization: `Bearer ${token}` },
    ...(method === "GET" ? {} : { body: "{}" }),
  });

describe("a key", () => {
  it("is shown once, kept as a digest, and opens the API and the console until it is taken back", async () => {
    const token = await issue("Мария", "operator");
    expect(token).not.toBe("");
    expect(JSON.stringify((await env.DB.prepare("SELECT * FROM access_keys").all()).results)).not.toContain(token.slice(4));
    expect(await admin.text("/console/settings/access")).not.toContain(token);
    expect((await call(token, "GET", "/v1/config")).status).toBe(200);
    const maria = await signIn(token);
    expect((await maria.get("/v1/config")).status).toBe(200);
    const id = /key_[A-Za-z0-9]{22}/.exec(await admin.text("/console/settings/access"))?.[0] ?? "";
    await admin.post("/console/act/revoke-key", { id });
    expect((await call(token, "GET", "/v1/config")).status).toBe(401);
    expect((await maria.get("/v1/config")).status).toBe(401);
    expect(await maria.text("/console")).toContain('action="/console/sign-in"');
  });

  it("of a viewer reads everything and changes nothing", async () => {
    const token = await issue("Клиент", "viewer");
    const viewer = await signIn(token);
    expect((await viewer.get("/console/people")).status).toBe(200);
    const put = await call(token, "PUT", "/v1/config");
    expect([put.status, (await put.json<{ reason: string }>()).reason]).toEqual([403, "read_only"]);
    const refused = await viewer.post("/console/act/save-workspace", { name: "Чужая", time_zone: "UTC", currency: "USD" });
    expect(await refusalOf(refused)).toContain("только для чтения");
    expect(await admin.text("/console/settings")).toContain("Школа");
  });

  it("needs a name and a known role", async () => {
    for (const fields of [
      { name: "", role: "viewer" },
      { name: "Х", role: "root" },
    ])
      expect((await admin.post("/console/act/add-key", fields)).status).toBe(422);
  });

  it("that only reads says so on every screen", async () => {
    const viewer = await signIn(await issue("Клиент", "viewer"));
    expect(await viewer.text("/console/links")).toContain(">только чтение<");
    expect(await admin.text("/console/links")).not.toContain(">только чтение<");
  });

  it("that only reads is offered no act that would be refused", async () => {
    const viewer = await signIn(await issue("Клиент", "viewer"));
    for (const path of [
      "/links",
      "/settings",
      "/settings/rules",
      "/settings/access",
      "/settings/data",
      "/connections",
      "/funnel",
    ]) {
      const acts = [
        ...(await viewer.text(`/console${path}`)).matchAll(/<form method="post" action="\/console\/act\/.*?<\/form>/gs),
      ];
      expect(acts.length, path).toBeGreaterThan(0);
      for (const [form] of acts) expect(form).toContain("<fieldset disabled");
    }
    expect(await admin.text("/console/links")).not.toContain("<fieldset disabled");
  });

  it("names its holder in the log of acts", async () => {
    const anton = await signIn(await issue("Антон", "operator"));
    await anton.post("/console/act/set-cost", { slug: "none", day: "2026-03-01", amount: "1" });
    const page = await admin.text("/console/settings/access");
    expect(page.replaceAll(/<[^>]+>|\s+/g, " ")).toMatch(/Антон +.*записать расход +.*none/);
  });
});

it("a call that names somebody by an e-mail or a phone where an id belongs leaves neither in the log of acts", async () => {
  const token = await issue("Глеб", "operator");
  const call = (method: string, path: string) =>
    exports.default.fetch(`${ORIGIN}${path}`, { method, headers: { authorization: `Bearer ${token}` } });
  expect((await call("DELETE", "/v1/persons/gleb%40mail.ru")).status).toBe(404);
  expect((await call("DELETE", "/v1/persons/79165554433/")).status).toBe(404);
  expect((await call("DELETE", "/v1/persons/per_nobody")).status).toBe(404);
  const { results } = await env.DB.prepare("SELECT act FROM operator_acts WHERE who = 'Глеб' ORDER BY seq").all();
  expect(results.map(({ act }) => act)).toEqual([
    "DELETE /v1/persons/…",
    "DELETE /v1/persons/…/",
    "DELETE /v1/persons/per_nobody",
  ]);
});

describe("what a key's holder does", () => {
  const configured = (token: string, method: string, path: string, body: unknown) =>
    exports.default.fetch(`${ORIGIN}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}` },
      body: JSON.stringify(body),
    });
  const somebody = async (id: string): Promise<string> => {
    const found = async () =>
      (await (await operator("GET", `/v1/persons?telegram_id=${id}`)).json<{ person?: { id: string } }>()).person?.id ?? "";
    await configure({ connections: { bot: { kind: "http", token: "bot-token-000000000000" } } });
    const sent = await exports.default.fetch(`${ORIGIN}/webhook/bot`, {
      method: "POST",
      headers: { authorization: "Bearer bot-token-000000000000", "content-type": "application/json" },
      body: JSON.stringify({ event: "bot_start", telegram_id: id }),
    });
    expect(sent.status).toBe(202);
    await inboxOf(bindings).drain();
    return found();
  };

  it("is written under their name: versions of the configuration, by call and by rollback, and erasures, by call and by form", async () => {
    const token = await issue("Вера", "operator");
    const [one, two] = [await somebody("4401"), await somebody("4402")];
    const { version } = await (await configured(token, "PUT", "/v1/config", {})).json<{ version: number }>();
    await configured(token, "POST", "/v1/config/rollback", { version });
    const versions = await (await operator("GET", "/v1/config/versions?limit=3")).json<{ items: { author: string }[] }>();
    expect(versions.items.map(({ author }) => author)).toEqual(["Вера", "Вера", "admin"]);

    const act = await (await configured(token, "DELETE", `/v1/persons/${one}`, {})).json<{ operator: string }>();
    expect(act.operator).toBe("Вера");
    const vera = await signIn(token);
    const erased = (await vera.post("/console/act/erase", { person: two })).headers.get("location") ?? "";
    expect(await vera.text(erased)).toContain(`href="/v1/persons/${two}/erasure"`);
    const other = await (await operator("GET", `/v1/persons/${two}/erasure`)).json<{ operator: string }>();
    expect(other.operator).toBe("Вера");
  });
});

describe("signing out", () => {
  it("ends the session: a copy of its cookie opens nothing", async () => {
    const browser = await signIn();
    await browser.post("/console/sign-out");
    expect((await browser.get("/v1/config")).status).toBe(401);
    expect(await browser.text("/console")).toContain('action="/console/sign-in"');
  });
});

describe("the sign-in form", () => {
  it("of another site signs nobody in", async () => {
    const answer = await submit("/console/sign-in", { token: ADMIN_TOKEN }, { "sec-fetch-site": "cross-site" });
    expect([answer.status, answer.headers.get("set-cookie")]).toEqual([400, null]);
  });

  it("no longer tells right from wrong once an address has guessed too often, and says when it will", async () => {
    const headers = { "cf-connecting-ip": "203.0.113.77" };
    await guessUntilLimited((n) => submit("/console/sign-in", { token: `guess-${n}` }, headers));
    const right = await submit("/console/sign-in", { token: ADMIN_TOKEN }, headers);
    expect([right.status, right.headers.get("set-cookie"), right.headers.get("retry-after")]).toEqual([429, null, "60"]);
  });

  it.each(["application/json", "text/plain", "multipart/form-data; boundary=x"])(
    "survives a body that is no form: %s",
    async (type) => {
      for (const path of ["/console/sign-in", "/console/act/merge"]) {
        const headers = { "content-type": type, cookie: admin.cookie };
        const answer = await exports.default.fetch(`${ORIGIN}${path}`, { method: "POST", headers, body: '{"token":1}' });
        expect([400, 401, 403]).toContain(answer.status);
      }
    },
  );

  it("goes on to the screen that was asked for, and never out of the console", async () => {
    const there = await submit("/console/sign-in", { token: ADMIN_TOKEN, back: "/console/funnel?from=2026-03-01" });
    expect(there.headers.get("location")).toBe("/console/funnel?from=2026-03-01");
    const out = await submit("/console/sign-in", { token: ADMIN_TOKEN, back: "//evil.example" });
    expect(out.headers.get("location")).toBe("/console");
  });

  it("a broken escape in an address is a page that does not exist", async () => {
    for (const path of ["/console/events/%E0%A4%A", "/console/people/%", "/console/connections/%ff", "/console/qr/%ff"])
      expect((await admin.get(path)).status).toBe(404);
  });
});
