import { createExecutionContext } from "cloudflare:test";
import { env, exports } from "cloudflare:workers";
import { afterEach, expect, it, vi } from "vitest";
import type { Env } from "../src/env.ts";
import { route } from "../src/routes.ts";

afterEach(() => vi.restoreAllMocks());

it("answers its health check", async () => {
  const response = await exports.default.fetch("https://go.example/healthz");
  expect(response.status).toBe(200);
  expect(response.headers.get("x-request-id")).toMatch(/^req_/);
  expect(await response.json()).toMatchObject({ ok: true });
});

it("its health check takes no method but GET and HEAD, as any known path", async () => {
  const ask = (method: string): Promise<Response> => exports.default.fetch("https://go.example/healthz", { method });
  expect((await ask("HEAD")).status).toBe(200);
  for (const method of ["POST", "PUT", "DELETE"]) {
    const response = await ask(method);
    expect([response.status, response.headers.get("allow")], method).toEqual([405, "GET, HEAD"]);
    expect(await response.json()).toMatchObject({ reason: "method_not_allowed" });
  }
});

it("a path that only ends like the health check is an address of its own", async () => {
  const response = await exports.default.fetch("https://go.example/webhook/bot/healthz", { method: "POST", body: "{}" });
  expect(response.status).toBe(404);
});

it("answers an unknown path with a problem document that names the request", async () => {
  const response = await exports.default.fetch("https://go.example/nothing/here");
  expect(response.status).toBe(404);
  expect(response.headers.get("content-type")).toContain("application/problem+json");
  expect(await response.json()).toMatchObject({ reason: "not_found", request_id: response.headers.get("x-request-id") });
});

it("a known path answers another method with those it takes", async () => {
  const response = await exports.default.fetch("https://go.example/v1/config", { method: "DELETE" });
  expect(response.status).toBe(405);
  expect(response.headers.get("allow")).toBe("GET, PUT");
  expect(await response.json()).toMatchObject({ reason: "method_not_allowed" });
});

it.each(["PUT", "DELETE", "HEAD", "OPTIONS", "PATCH"])("%s at the front door is no event", async (method) => {
  const response = await exports.default.fetch("https://go.example/webhook/bot/token", { method });
  expect(response.status).toBe(405);
  expect(response.headers.get("allow")).toBe("GET, POST");
});

it.each(["/snippet.js", "/openapi.json", "/report/no-such-report"])("HEAD of %s is its GET without the body", async (path) => {
  const [got, headed] = [
    await exports.default.fetch(`https://go.example${path}`),
    await exports.default.fetch(`https://go.example${path}`, { method: "HEAD" }),
  ];
  const headersOf = ({ headers }: Response) => [...headers].filter(([name]) => name !== "x-request-id");
  expect([headed.status, headersOf(headed)]).toEqual([got.status, headersOf(got)]);
  expect(await headed.text()).toBe("");
  await got.text();
});

it("slashes at the end do not matter", async () => {
  const response = await exports.default.fetch("https://go.example/v1/config//");
  expect(await response.json()).toMatchObject({ reason: "unauthorized" });
});

it.each([
  ["storage that does not answer", { DB: null, CONFIG: null }],
  ["a secret that is missing", { ADMIN_TOKEN: "" }],
])("%s is 503, a reason and a moment to wait, never a crash", async (_, fault) => {
  const told = vi.spyOn(console, "error").mockReturnValue();
  const broken: Env = Object.assign({}, env, fault);
  const asked = new Request("https://go.example/v1/config", { headers: { authorization: `Bearer ${env.ADMIN_TOKEN}` } });
  const response = await route(asked, broken, createExecutionContext());
  expect(response.status).toBe(503);
  expect(response.headers.get("retry-after")).toBe("2");
  expect(response.headers.get("x-request-id")).toMatch(/^req_/);
  expect(await response.json()).toMatchObject({ reason: "unavailable" });
  expect(told).toHaveBeenCalledOnce();
});

it("a sender that leaves in the middle of its body is no fault of ours", async () => {
  const [failed, noted] = [vi.spyOn(console, "error"), vi.spyOn(console, "warn").mockReturnValue()];
  const body = new ReadableStream({ start: (controller) => controller.enqueue(new TextEncoder().encode('{"email":')) });
  const halves = body.pipeThrough(new TransformStream({ transform: (_, controller) => controller.error(new Error("gone")) }));
  const asked = new Request("https://go.example/webhook/bot/token", { method: "POST", body: halves });
  expect((await route(asked, env, createExecutionContext())).status).toBe(503);
  expect(failed).not.toHaveBeenCalled();
  expect(noted).toHaveBeenCalledOnce();
});
