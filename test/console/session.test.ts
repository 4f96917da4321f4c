import { beforeAll, describe, expect, it } from "vitest";
import { exports } from "cloudflare:workers";
import { signIn, submit } from "../kit/console.ts";
import { ADMIN_TOKEN, ORIGIN, configure, guessUntilLimited, operator } from "../kit/operator.ts";

beforeAll(async () => {
  await configure({ workspace: { name: "Школа" } });
});

describe("signing in", () => {
  it("gives a host-only cookie for the right token and says nothing about a wrong one", async () => {
    const right = await submit("/console/sign-in", { token: ADMIN_TOKEN });
    expect(right.status).toBe(303);
    expect(right.headers.get("set-cookie")).toMatch(
      /^__Host-tl_console=\S+; Path=\/; Max-Age=43200; HttpOnly; SameSite=Lax; Secure$/,
    );
    const wrong = await submit("/console/sign-in", { token: "test-admin-token-000000000001" });
    expect([wrong.status, wrong.headers.get("set-cookie")]).toEqual([401, null]);
  });

  it("uses a plain cookie name over http, where browsers drop the other", async () => {
    const response = await exports.default.fetch("http://127.0.0.1:8787/console/sign-in", {
      method: "POST",
      redirect: "manual",
      body: new URLSearchParams({ token: ADMIN_TOKEN }),
    });
    expect(response.headers.get("set-cookie")).toMatch(/^tl_console=\S+; Path=\/; Max-Age=43200; HttpOnly; SameSite=Lax$/);
  });

  it("stops an address that keeps guessing", async () => {
    const headers = { "cf-connecting-ip": "203.0.113.9" };
    const statuses = await guessUntilLimited((n) => submit("/console/sign-in", { token: `guess-${n}` }, headers));
    expect([...new Set(statuses)]).toEqual([401, 429]);
  });

  it("shows the sign-in page at every address of the console and nothing else", async () => {
    for (const path of ["/console", "/console/people", "/console/events/evt_1", "/console/settings"]) {
      const text = await (await exports.default.fetch(`${ORIGIN}${path}`)).text();
      expect(text).toContain('action="/console/sign-in"');
      expect(text).not.toContain("/console/sign-out");
    }
  });
});

describe("a session", () => {
  it("reads the operator API, and changes things only with its CSRF token", async () => {
    const browser = await signIn();
    expect((await browser.get("/v1/config")).status).toBe(200);
    const put = (headers: Record<string, string>): Promise<Response> =>
      exports.default.fetch(`${ORIGIN}/v1/config`, {
        method: "PUT",
        headers: { cookie: browser.cookie, ...headers },
        body: "{}",
      });
    expect((await put({})).status).toBe(403);
    expect((await put({ "x-csrf-token": "forged" })).status).toBe(403);
  });

  it("refuses a form without its token and changes nothing", async () => {
    const browser = await signIn();
    const version = async (): Promise<unknown> =>
      (await (await operator("GET", "/v1/config")).json<{ version: number }>()).version;
    const before = await version();
    const fields = { csrf: "forged", name: "Чужая", time_zone: "UTC", currency: "USD", fx: "", privacy: "sealed", locale: "ru" };
    expect((await browser.post("/console/act/save-workspace", fields)).status).toBe(403);
    expect(await version()).toBe(before);
  });

  it.each([
    ["another end", (cookie: string) => cookie.replace(/\.(\d+)\./, (_all, end: string) => `.${Number(end) + 1}.`)],
    ["another signature", (cookie: string) => `${cookie.slice(0, -1)}${cookie.endsWith("A") ? "B" : "A"}`],
    ["no signature", (cookie: string) => cookie.split(".").slice(0, 2).join(".")],
  ])("with %s is no session", async (_name, forge) => {
    const { cookie } = await signIn();
    const response = await exports.default.fetch(`${ORIGIN}/v1/config`, { headers: { cookie: forge(cookie) } });
    expect(response.status).toBe(401);
  });

  it("never leads out of the console after a form", async () => {
    const browser = await signIn();
    for (const back of ["https://evil.example/", "//evil.example", "/console\\..\\evil", "/consolevil", "/v1/config"]) {
      const response = await browser.post("/console/preferences", { lang: "en", back });
      expect(response.headers.get("location")).toBe("/console");
    }
  });

  it("ends when the operator signs out", async () => {
    const browser = await signIn();
    const response = await browser.post("/console/sign-out");
    expect(response.headers.get("set-cookie")).toMatch(/^__Host-tl_console=; Path=\/; Max-Age=0/);
  });
});

describe("a form that comes too late", () => {
  const back = "/console/settings/rules";
  const backOf = (text: string): string | undefined => /name="back" value="([^"]*)"/.exec(text)?.[1];

  it("without a session is told that nothing was saved, and signing in leads back to its page", async () => {
    const answer = await submit("/console/act/save-rule", { rule: "{}", back: `${back}?done=1` });
    const text = await answer.text();
    expect([answer.status, backOf(text)]).toEqual([401, back]);
    expect(text).toContain("отправленное не сохранено");
    const wrong = await (await submit("/console/sign-in", { token: "wrong", back })).text();
    expect(backOf(wrong)).toBe(back);
    const right = await submit("/console/sign-in", { token: ADMIN_TOKEN, back });
    expect(right.headers.get("location")).toBe(back);
  });

  it("of an earlier session is told so with the way back to its page", async () => {
    const browser = await signIn();
    const stale = await browser.post("/console/act/save-rule", { csrf: "stale", rule: "{}", back });
    expect([stale.status, await stale.text()]).toEqual([403, expect.stringContaining(`href="${back}"`)]);
  });

  it("never leads to the address of an act, which is no page", async () => {
    const browser = await signIn();
    const refused = await (await browser.post("/console/act/save-rule", { rule: "no json", back })).text();
    expect(new Set([...refused.matchAll(/name="back" value="([^"]*)"/g)].map(([, path]) => path))).toEqual(new Set([back]));
    const language = await browser.post("/console/preferences", { lang: "en", back: "/console/act/save-rule?done=1" });
    expect(language.headers.get("location")).toBe("/console");
  });
});

describe("every page", () => {
  it("forbids inline code, foreign files and frames, and is not kept", async () => {
    const browser = await signIn();
    const response = await browser.get("/console");
    const policy = response.headers.get("content-security-policy") ?? "";
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toContain("unsafe");
    expect(response.headers.get("cache-control")).toBe("no-store");
    expect(await response.text()).not.toMatch(/ style="| on[a-z]+="|<script>/);
  });

  it("stays within its weight: every file 14 KB compressed, the first screen 60 KB", async () => {
    const browser = await signIn();
    const page = await browser.text("/console");
    const files = [...page.matchAll(/(?:href|src)="(\/console\/assets\/[^"]+)"/g)].map(([, path]) => path ?? "");
    expect(files).toHaveLength(2);
    const sizes = await Promise.all([page, ...(await Promise.all(files.map((path) => browser.text(path))))].map(gzipSize));
    for (const size of sizes) expect(size).toBeLessThanOrEqual(14 * 1024);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(60 * 1024);
  });
});

async function gzipSize(text: string): Promise<number> {
  const stream = new Response(text).body?.pipeThrough(new CompressionStream("gzip"));
  return (await new Response(stream).arrayBuffer()).byteLength;
}
