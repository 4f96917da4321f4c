import { exports } from "cloudflare:workers";
import { beforeEach, describe, expect, it, vi } from "vitest";
import reasons from "../../docs/errors.md?raw";
import manifest from "../../package.json?raw";
import { router } from "../../src/routes.ts";
import { SCHOOL, people, saveConfig } from "../kit/login.ts";
import { type ApiDocument, documentTakes, readDocument, resolved, strayFrom } from "../kit/openapi.ts";
import { ORIGIN, operator } from "../kit/operator.ts";

const { bot, site, link } = people();

beforeEach(async () => {
  vi.spyOn(globalThis, "fetch").mockImplementation(async () => new Response('{"status":"success"}'));
  await saveConfig(SCHOOL);
});

/** Addresses of the router as the document writes them: an optional segment is two addresses, `*` is none. */
function routedCalls(): string[] {
  const spelled = router.routes.flatMap(([method, , , path = ""]) => {
    const parts = path.split("/").slice(1);
    const required = parts.filter((part) => !part.endsWith("?"));
    const optional = parts.filter((part) => part.endsWith("?"));
    return Array.from({ length: optional.length + 1 }, (_, taken) => {
      const words = [...required, ...optional.slice(0, taken)].map((part) => part.replace(/^:(\w+)\??$/, "{$1}"));
      return `${method} /${words.join("/")}`;
    });
  });
  return spelled.filter((call) => !/ \/(\*|console(\/\*)?)$/.test(call));
}

const documentedCalls = (document: ApiDocument): string[] =>
  Object.entries(document.paths).flatMap(([path, calls]) =>
    Object.keys(calls).map((method) => `${method.toUpperCase()} ${path}`),
  );

describe("the document of the API", () => {
  it("names every call the router takes", async () => {
    const documented = documentedCalls(await readDocument());
    const any = documented.map((call) => call.replace(/^\w+/, "ALL"));
    expect(routedCalls().filter((call) => !documented.includes(call) && !any.includes(call))).toEqual([]);
  });

  it("names no call that the router does not take", async () => {
    const routed = new Set([...routedCalls(), "GET /healthz"]);
    const extra = documentedCalls(await readDocument()).filter(
      (call) => !routed.has(call) && !routed.has(call.replace(/^\w+/, "ALL")),
    );
    expect(extra).toEqual([]);
  });

  it("is OpenAPI 3.1 whose references lead somewhere and whose operations have one id each", async () => {
    const document = await readDocument();
    expect(document.openapi).toBe("3.1.0");
    const calls = [...Object.values(document.paths), ...Object.values(document.webhooks)].flatMap((path) => Object.values(path));
    const ids = calls.map(({ operationId }) => operationId);
    expect(new Set(ids).size).toBe(ids.length);
    expect(() => resolved(document, document)).not.toThrow();
    const used = new Set(calls.flatMap(({ security }) => security.flatMap((need) => Object.keys(need))));
    expect([...used].filter((name) => !(name in document.components.securitySchemes))).toEqual([]);
  });

  it("gives every segment of a path its parameter", async () => {
    const document = await readDocument();
    for (const [path, calls] of Object.entries(document.paths)) {
      const segments = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      for (const { parameters = [] } of Object.values(calls)) {
        expect(parameters.filter((one) => one.in === "path").map(({ name }) => name)).toEqual(segments);
      }
    }
  });

  it("promises the refusals that docs/errors.md explains, and no other", async () => {
    const document = await readDocument();
    const told = [...JSON.stringify(document.paths).matchAll(/"reason":\{"enum":\[([^\]]*)\]/g)];
    const named = told.flatMap(([, list = ""]) => list.split(",").map((reason) => reason.slice(1, -1)));
    const explained = [...reasons.matchAll(/^### (\w+)$/gm)].map(([, reason = ""]) => reason);
    // An answer to what is no call of the document.
    expect(explained.toSorted()).toEqual([...new Set([...named, "method_not_allowed"])].toSorted());
  });

  it("tells whoever may sign that a message is taken once, and what stops a replay", async () => {
    const document = await readDocument();
    const refused = (path: string, method: string): string => JSON.stringify(document.paths[path]?.[method] ?? null);
    for (const path of ["/v1/links", "/v1/authorize", "/v1/notify"]) expect(refused(path, "post")).toContain('"replayed"');
    expect(refused("/v1/deliveries/{id}/replay", "post")).toContain('"consent_withdrawn"');
  });

  it("goes by the version of the package", async () => {
    expect(await readDocument()).toMatchObject({ info: { version: (JSON.parse(manifest) as { version: string }).version } });
  });
});

describe("the document and the gateway agree", () => {
  const CONFIGS: readonly unknown[] = [
    SCHOOL,
    { workspace: { locale: "de" } },
    { connections: { bot: { kind: "salebot", project: "1", foo: 1 } } },
    { rules: [{ on: "sale", do: [] }] },
    { links: { vk1: { to: "https://t.me/my_bot?start={click}" } } },
  ];

  it.each(CONFIGS.map((body, index) => [index, body] as const))("on configuration %i", async (_, body) => {
    const taken = (await operator("PUT", "/v1/config", body)).status === 200;
    expect(documentTakes(await readDocument(), ["put", "/v1/config"], body)).toBe(taken);
  });

  const BODIES: readonly (readonly [path: string, as: "bot" | "site", body: unknown])[] = [
    ["/v1/links", "bot", { telegram_id: 5, site: "site", ttl_seconds: 60 }],
    ["/v1/links", "bot", { telegram_id: "5", site: "site", pin: { a: 1 } }],
    ["/v1/links", "bot", []],
    ["/v1/logout", "bot", { telegram_id: "5", unlink: "true" }],
    ["/v1/logout", "bot", { telegram_id: "5", unlink: "maybe" }],
    ["/v1/merge-links", "bot", { telegram_id: "5", to: "max", connection: "max" }],
    ["/v1/merge-links", "bot", { telegram_id: "5", to: "icq", connection: "max" }],
    ["/v1/transactions", "site", { return_to: "https://school.example/auth/bot" }],
    ["/v1/transactions", "site", { return_to: "" }],
    ["/v1/authorize", "site", { buid: "x".repeat(16), pin: 482913 }],
    ["/v1/authorize", "site", { buid: 5, pin: "482913" }],
    ["/v1/notify", "site", { user_id: 1, message: "x", data: { deep: { er: 1 } } }],
    ["/v1/notify", "site", { user_id: 1, message: "x", data: { amount: 5 } }],
  ];

  it.each(BODIES)("on the body of %s from a %s: %j", async (path, as, body) => {
    const answer = as === "bot" ? await bot(path, body) : await site(path, body);
    expect(documentTakes(await readDocument(), ["post", path], body)).toBe(answer.status !== 422);
  });
});

describe("real answers are as documented", () => {
  async function expectDocumented(call: readonly [method: string, path: string], response: Response): Promise<void> {
    const type = (response.headers.get("content-type") ?? "").split(";", 1)[0] ?? "";
    const text = await response.text();
    const body: unknown = type.endsWith("json") ? JSON.parse(text) : text;
    expect(strayFrom(await readDocument(), call, { status: response.status, type, body })).toEqual([]);
  }
  const answered = ({ status, headers, body }: { status: number; headers: Headers; body: unknown }): Response =>
    new Response(JSON.stringify(body), { status, headers });

  it("of a login, its mapping and a message", async () => {
    const human = { telegram_id: "881", client_id: "991", profile: { first_name: "Анна", email: "a@b.ru" } };
    await expectDocumented(["post", "/v1/links"], answered(await bot("/v1/links", { ...human, site: "site" })));
    const made = await link(human);
    const spent = await site("/v1/authorize", { buid: made.buid, pin: made.pin });
    await expectDocumented(["post", "/v1/authorize"], answered(spent));
    await expectDocumented(["post", "/v1/authorize"], answered(await site("/v1/authorize", { buid: made.buid, pin: made.pin })));
    const mapped = await site("/v1/mappings", { buid: made.buid, user_id: "9001" });
    await expectDocumented(["post", "/v1/mappings"], answered(mapped));
    const known = await site("/v1/mappings?user_id=9001", null, { method: "GET" });
    await expectDocumented(["get", "/v1/mappings"], answered(known));
    const told = await site("/v1/notify", { user_id: "9001", message: "Готово" });
    await expectDocumented(["post", "/v1/notify"], answered(told));
    await expectDocumented(["post", "/v1/links/{buid}/pin"], answered(await bot(`/v1/links/${made.buid}/pin`, undefined)));
    const second = { telegram_id: "881", to: "max", connection: "max" };
    await expectDocumented(["post", "/v1/merge-links"], answered(await bot("/v1/merge-links", second)));
    const begun = await site("/v1/transactions", { return_to: "https://school.example/auth/bot" });
    await expectDocumented(["post", "/v1/transactions"], answered(begun));
    const gone = await site("/v1/mappings", { user_id: "9001" }, { method: "DELETE" });
    await expectDocumented(["delete", "/v1/mappings"], answered(gone));
    await expectDocumented(["post", "/v1/logout"], answered(await bot("/v1/logout", { telegram_id: "881" })));
  });

  it("of intake and of everything an operator reads about it", async () => {
    const hook = `${ORIGIN}/webhook/bot/bot-token-000000000000`;
    const query = "?event=bot_start&telegram_id=882&client_id=992&email=c@d.ru&utm_source=vk";
    const first = await exports.default.fetch(hook + query);
    const { id } = await first.clone().json<{ id: string }>();
    await expectDocumented(["get", "/webhook/{connection}/{token}"], first);
    await expectDocumented(["get", "/webhook/{connection}/{token}"], await exports.default.fetch(hook + query));
    await expectDocumented(
      ["get", "/webhook/{connection}/{token}"],
      await exports.default.fetch(`${hook}?telegram_id=%23%7Bplatform_id%7D`),
    );
    await expectDocumented(["get", "/webhook/{connection}"], await exports.default.fetch(`${ORIGIN}/webhook/bot`));
    await vi.waitFor(async () => {
      expect(await (await operator("GET", `/v1/events/${id}`)).json()).toMatchObject({ status: "bound" });
    });
    const line = JSON.stringify({ connection: "bot", event: { event: "bot_start", telegram_id: "883" } });
    const reads: readonly (readonly [method: string, path: string, real: string, body?: unknown])[] = [
      ["get", "/v1/events", "/v1/events"],
      ["get", "/v1/events/{id}", `/v1/events/${id}`],
      ["get", "/v1/persons", "/v1/persons?telegram_id=882"],
      ["get", "/v1/persons", "/v1/persons?limit=2"],
      ["get", "/v1/persons", "/v1/persons?nonsense=1"],
      ["get", "/v1/persons", "/v1/persons?telegram_id=1"],
      ["get", "/v1/problems", "/v1/problems"],
      ["get", "/v1/problems", "/v1/problems?limit=0"],
      ["get", "/v1/config", "/v1/config"],
      ["get", "/v1/config/versions", "/v1/config/versions"],
      ["get", "/v1/config/versions", "/v1/config/versions?cursor=x"],
      ["get", "/v1/report", "/v1/report"],
      ["post", "/v1/report/share", "/v1/report/share", { query: { window: 30 }, days: 7 }],
      ["post", "/v1/connections/{id}/test", "/v1/connections/bot/test"],
      ["get", "/v1/deliveries", "/v1/deliveries"],
      ["post", "/v1/deliveries/recover", "/v1/deliveries/recover", { connection: "bot", since: "2026-01-01T00:00:00Z" }],
      ["get", "/healthz", "/healthz"],
    ];
    for (const [method, path, real, body] of reads) await expectDocumented([method, path], await operator(method, real, body));
    const lines = { method: "POST", body: line, headers: { authorization: "Bearer test-admin-token-000000000000" } };
    await expectDocumented(["post", "/v1/import"], await exports.default.fetch(`${ORIGIN}/v1/import`, lines));
    const { person } = await (await operator("GET", "/v1/persons?telegram_id=882")).json<{ person: { id: string } }>();
    const about: readonly (readonly [method: string, path: string, real: string])[] = [
      ["get", "/v1/persons/{id}", `/v1/persons/${person.id}`],
      ["get", "/v1/persons/{id}/timeline", `/v1/persons/${person.id}/timeline`],
      ["get", "/v1/persons/{id}/timeline", `/v1/persons/${person.id}/timeline?cursor=x`],
      ["get", "/v1/persons/{id}/export", `/v1/persons/${person.id}/export`],
      ["post", "/v1/events/{id}/replay", `/v1/events/${id}/replay`],
      ["delete", "/v1/persons/{id}", `/v1/persons/${person.id}`],
      ["get", "/v1/persons/{id}/erasure", `/v1/persons/${person.id}/erasure`],
    ];
    for (const [method, path, real] of about) await expectDocumented([method, path], await operator(method, real));
  });

  it("of the page, whatever is wrong with a visit or a post", async () => {
    const { url, pin } = await link({ telegram_id: "884" });
    const page = await (await exports.default.fetch(url)).text();
    const token = /name="token" value="([^"]*)"/.exec(page)?.[1] ?? "";
    const post = (body: string, headers: Record<string, string> = {}) =>
      exports.default.fetch(url, {
        method: "POST",
        redirect: "manual",
        headers: { "content-type": "application/x-www-form-urlencoded", "sec-fetch-site": "same-origin", ...headers },
        body,
      });
    const visits = [url, `${url}&site=site`, `${ORIGIN}/?site=nope`, `${ORIGIN}/`].map((address) =>
      exports.default.fetch(address),
    );
    const posts = [
      post(`token=${token}&pin=${pin}`),
      post(`token=${token}&pin=1`),
      post(`token=${token}&resend=1`),
      post(`token=${token}&pin=1&pin=2`),
      post("pin=1"),
      post("{}", { "content-type": "application/json" }),
      post(`token=${token}&pin=${"1".repeat(5_000)}`),
    ];
    const undone = exports.default.fetch(`${ORIGIN}/undo/x`, { method: "POST", headers: { "sec-fetch-site": "cross-site" } });
    const responses = (await readDocument()).paths;
    const promised = (path: string, method: string, { status, headers }: Response) => [
      `${method} ${path} ${status}`,
      Object.keys(responses[path]?.[method]?.responses[String(status)]?.content ?? {}).includes(
        headers.get("content-type")?.split(";", 1)[0] ?? "",
      ),
    ];
    const told = [
      ...(await Promise.all(visits)).map((answer) => promised("/", "get", answer)),
      ...(await Promise.all(posts)).map((answer) => promised("/", "post", answer)),
      promised("/undo/{token}", "post", await undone),
    ];
    expect(told.filter(([, known]) => !known)).toEqual([]);
  });

  it("of whoever guesses at a token in the path", async () => {
    const { responses } = (await readDocument()).paths["/webhook/{connection}/{token}/update_telegram_id"]?.["post"] ?? {};
    expect(Object.keys(responses ?? {})).toEqual(expect.arrayContaining(["404", "429", "503"]));
  });

  it("of an import that is too large", async () => {
    expect(Object.keys((await readDocument()).paths["/v1/import"]?.["post"]?.responses ?? {})).toContain("413");
  });

  it("of an operator's call that is refused", async () => {
    const calls = Object.entries((await readDocument()).paths).flatMap(([path, methods]) =>
      Object.entries(methods)
        .filter(([, { security }]) => security.some((need) => "admin" in need))
        .map(([method, { responses }]) => ({ path, method, responses })),
    );
    expect(calls.length).toBeGreaterThan(20);
    for (const { path, method, responses } of calls) {
      const place = `${method} ${path}`;
      expect([place, Object.keys(responses)]).toEqual([place, expect.arrayContaining(["401", "429", "503"])]);
      if (method !== "get") expect([place, Object.keys(responses)]).toEqual([place, expect.arrayContaining(["403"])]);
    }
  });
});
