import { exports } from "cloudflare:workers";
import { expect, it } from "vitest";
import { ORIGIN, configure, guessUntilLimited, operator } from "../kit/operator.ts";

it("tells nobody without the admin token anything", async () => {
  for (const path of ["/v1/config", "/v1/config/versions"]) {
    const response = await exports.default.fetch(`${ORIGIN}${path}`);
    expect(response.status).toBe(401);
    expect(await response.json()).toMatchObject({ reason: "unauthorized" });
  }
});

it("starts empty at version 0", async () => {
  expect(await (await operator("GET", "/v1/config")).json()).toEqual({ version: 0 });
});

it("names the path of every mistake at once and keeps what was saved before", async () => {
  await configure({ workspace: { name: "Школа" } });
  const response = await operator("PUT", "/v1/config", {
    connections: { bot: { kind: "salebot", project: "1", foo: 1, token: ["$NOT_THERE"] } },
  });
  expect(response.status).toBe(422);
  const body = await response.json<{ reason: string; errors: { path: string }[] }>();
  expect(body.reason).toBe("invalid_request");
  expect(body.errors.map(({ path }) => path)).toContain("connections.bot.foo");
  expect(await (await operator("GET", "/v1/config")).json()).toMatchObject({ version: 1, workspace: { name: "Школа" } });
});

it("refuses a save that is based on an older version", async () => {
  const stale = await operator("PUT", "/v1/config", { version: 0, workspace: { name: "Другая" } });
  expect(stale.status).toBe(409);
  expect(await stale.json()).toMatchObject({ reason: "version_conflict" });
});

it("rolls back to a version by saving it again as the newest", async () => {
  await configure({ workspace: { name: "Вторая" } });
  const response = await operator("POST", "/v1/config/rollback", { version: 1 });
  expect(await response.json()).toEqual({ version: 3 });
  expect(await (await operator("GET", "/v1/config")).json()).toMatchObject({ version: 3, workspace: { name: "Школа" } });
  const { items } = await (await operator("GET", "/v1/config/versions")).json<{ items: { version: number }[] }>();
  expect(items.map(({ version }) => version)).toEqual([3, 2, 1]);
});

it("answers 400 to a body that is no JSON", async () => {
  const response = await exports.default.fetch(`${ORIGIN}/v1/config`, {
    method: "PUT",
    headers: { authorization: "Bearer test-admin-token-000000000000" },
    body: "{not json",
  });
  expect(response.status).toBe(400);
});

it("limits an address that guesses admin tokens, and never the right token", async () => {
  const guess = (): Promise<Response> =>
    exports.default.fetch(`${ORIGIN}/v1/config`, {
      headers: { authorization: "Bearer guess", "cf-connecting-ip": "203.0.113.9" },
    });
  expect([...new Set(await guessUntilLimited(guess))]).toEqual([401, 429]);
  expect((await operator("GET", "/v1/config")).status).toBe(200);
});
