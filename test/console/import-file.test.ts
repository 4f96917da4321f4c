/** History brought from a file, and a connection taken away, by whoever has only the console. */
import { env, exports } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { inboxOf } from "../../src/context.ts";
import { freeSecretName } from "../../src/console/screens/connect-form.ts";
import { configDocument } from "../../src/domain/config/document.ts";
import { resolveConfig } from "../../src/domain/config/resolve.ts";
import { type Browser, refusalOf, signIn } from "../kit/console.ts";
import { type NewProblem, raiseProblem } from "../../src/store/problems.ts";
import { ORIGIN, configure, operator } from "../kit/operator.ts";

const sb = { kind: "salebot", project: "P1", token: "tok-sb-0000000000" };
const out = { kind: "http", url: "http://127.0.0.1:9/in", token: "tok-out-0000000000" };
const rules = [{ on: "login", do: [{ to: "out", action: "request", with: { body: {} } }] }];

let browser: Browser;

beforeAll(async () => {
  await configure({ connections: { sb, out, spare: { ...out, token: "tok-spare-0000000" } }, rules });
  browser = await signIn();
});

const line = (event: object, connection = "sb"): string =>
  JSON.stringify({ connection, received_at: "2026-03-01T10:00:00Z", event });

async function send(text: string | Blob): Promise<Response> {
  const csrf = /name="csrf" value="([^"]+)"/.exec(await browser.text("/console/menu"))?.[1] ?? "";
  const body = new FormData();
  for (const [name, value] of Object.entries({ csrf, back: "/console/settings/data" })) body.set(name, value);
  body.set("file", new File([text], "history.jsonl"));
  const headers = { cookie: browser.cookie };
  return exports.default.fetch(`${ORIGIN}/console/act/import`, { method: "POST", redirect: "manual", headers, body });
}

describe("a file of history", () => {
  it("is offered with its format, goes in once, and says what became of every line", async () => {
    const offer = await browser.text("/console/settings/data");
    expect(offer).toContain('enctype="multipart/form-data"');
    expect(offer).toContain("received_at");
    const text = [line({ event: "bot_start", telegram_id: "2001", client_id: "901" }), line({}, "none"), "{"].join("\n");
    const told = await (await send(text)).text();
    expect(told).toContain("Принято: 1");
    expect(told).toContain("строка 2: такого подключения нет");
    expect(told).toContain("строка 3: это не JSON");
    await inboxOf(env).drain();
    expect((await operator("GET", "/v1/persons?telegram_id=2001")).status).toBe(200);
    expect(await (await send(text)).text()).toContain("дублей: 1");
    expect(await browser.text("/console")).toMatch(/последнее событие \d+ с назад/);
    expect(await browser.text("/console/connections")).toMatch(/последнее \d+ с назад/);
  });

  it("that is missing, longer than a call takes, or larger than a call is refused whole with what to do", async () => {
    expect(await refusalOf(await send(""))).toContain("выберите файл");
    const long = `${line({ event: "x", client_id: "1" })}\n`.repeat(1_001);
    expect(await refusalOf(await send(long))).toMatch(/строк в файле: 1\s001/);
    const huge = await send(new Blob([new Uint8Array(17 * 1024 * 1024)]));
    expect(huge.status).toBe(400);
    expect(await huge.text()).toContain("16 МБ");
  });
});

describe("a connection", () => {
  it("goes from its card after a question, and its address answers no more", async () => {
    expect(await browser.text("/console/connections/spare")).toMatch(/delete-connection"\s+data-confirm=/);
    const spare = (): Promise<Response> =>
      exports.default.fetch(`${ORIGIN}/webhook/spare/tok-spare-0000000`, { method: "POST", body: '{"user_id":"{uid}"}' });
    const kept = await (await spare()).json<{ id: string }>();
    await inboxOf(env).drain();
    expect(await browser.text(`/console/events/${kept.id}`)).toContain("Взять готовую строку");
    const gone = await browser.post("/console/act/delete-connection", { id: "spare" });
    expect(gone.headers.get("location")).toBe("/console/connections?done=1");
    expect((await spare()).status).toBe(404);
    expect(await browser.text(`/console/events/${kept.id}`)).not.toContain("/console/connections/spare");
    expect(await browser.text("/console/settings/rules")).toContain("подключение spare удалено");
  });

  it("that is gone is not what its problems lead to, nor is anything sent there again", async () => {
    const lost = { ...out, token: "tok-lost-000000000" };
    const send = [{ on: "login", do: [{ to: "lost", action: "request", with: { body: {} } }] }];
    await configure({ connections: { sb, out, lost }, rules: send });
    await env.DB.prepare("DELETE FROM problems").run();
    const told = { connection: "lost", at: Date.now() };
    const delivery: NewProblem = { ...told, kind: "delivery", dedupe: "one", cause: "timeout" };
    const macro: NewProblem = { ...told, kind: "unresolved_macro", dedupe: "two", cause: "unresolved_macro" };
    await env.DB.batch([delivery, macro].map((one) => raiseProblem(env.DB, one)));
    const there = await browser.text("/console/problems");
    expect(there).toContain('href="/console/connections/lost"');
    expect(there).toContain("/console/act/recover");
    await configure({ connections: { sb, out }, rules });
    const list = await browser.text("/console/problems");
    const pages = [...list.matchAll(/<a href="(\/console\/problems\/\w+)"/g)].map(([, path]) => browser.text(path ?? ""));
    expect(pages).toHaveLength(2);
    for (const page of [list, ...(await Promise.all(pages))]) {
      expect(page).not.toContain('href="/console/connections/lost');
      expect(page).not.toContain("/console/act/recover");
    }
    expect(list).toContain('href="/console/events?to=lost&amp;status=failed"');
    for (const page of await Promise.all(pages)) {
      expect(page).toContain("подключения больше нет в настройках");
      expect(page).not.toMatch(/Откройте подключение|повторите/);
    }
  });

  it("that a rule writes to stays until the rule is gone, and the refusal names the rule", async () => {
    const refused = await refusalOf(await browser.post("/console/act/delete-connection", { id: "out" }));
    expect(refused).toMatch(/сначала уберите.*rules\.0\.do\.0\.to/);
    expect((await browser.get("/console/connections/out")).status).toBe(200);
    const unknown = await browser.post("/console/act/delete-connection", { id: "toString" });
    expect(await refusalOf(unknown)).toContain("больше нет");
  });

  it("is given the name of a secret that no other connection stands on", () => {
    const secrets: Record<string, string> = { SALEBOT_TOKEN: sb.token, SALEBOT_TOKEN_2: "put-already-0000000" };
    const config = configDocument.parse({ connections: { sb: { ...sb, token: ["$SALEBOT_TOKEN"] } } });
    const { connections } = resolveConfig(config, 1, (name) => secrets[name] ?? null);
    expect(freeSecretName("salebot", (name) => secrets[name] ?? null, connections)).toBe("SALEBOT_TOKEN_2");
    expect(freeSecretName("metabot", () => null, connections)).toBe("METABOT_TOKEN");
  });

  it("offers a ready secret for its rotation", async () => {
    const page = await browser.text("/console/connections/sb");
    const form = page.slice(page.indexOf("/console/act/start-rotation"));
    expect(form).toMatch(/name="secret"[^>]* value="[A-Za-z0-9]{32}"/);
  });
});

it("a list that stops before its end says so and leads to the rest", async () => {
  const net = { kind: "network", network: "1win", token: "tok-net-0000000000" };
  await configure({ connections: { sb, out, net } });
  const unknown = Array.from({ length: 101 }, (_one, n) =>
    line({ event: "sale", clickid: `nobody${n}`, amount: "1", tid: `t${n}` }, "net"),
  );
  await send(unknown.join("\n"));
  await inboxOf(env).drain();
  const page = await browser.text("/console/why?from=2026-03-01&to=2026-03-08");
  expect(page).toContain(">100+<");
  const rest = /href="([^"]+status=unbound[^"]+)"/.exec(page)?.[1]?.replaceAll("&amp;", "&") ?? "";
  expect((await browser.text(rest)).split("<tr data-id").length - 1).toBe(50);
});

describe("a rule", () => {
  it("that waits for an event which never came says so, in any spelling of the event", async () => {
    const spare = { ...out, token: "tok-spare-0000000" };
    const on = (name: string | string[]) => ({ ...rules[0], on: name });
    await configure({ connections: { sb, out, spare }, rules: [on("FTD"), on("resale#2"), on("*"), on("Consent_Given")] });
    expect(await browser.text("/console/settings/rules")).not.toContain("ещё не приходило");
    await configure({ connections: { sb, out, spare }, rules: [on(["sale", "Paymnt"])] });
    expect(await browser.text("/console/settings/rules")).toContain("«paymnt» ещё не приходило");
    await send(line({ event: "Paymnt", telegram_id: "2001", client_id: "901" }));
    await inboxOf(env).drain();
    expect(await browser.text("/console/settings/rules")).not.toContain("ещё не приходило");
  });
});
