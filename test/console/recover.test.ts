/** «Повторить всё недоставленное»: what the button of a delivery problem sends again. */
import { env } from "cloudflare:workers";
import { describe, expect, it, vi } from "vitest";
import { signIn } from "../kit/console.ts";
import { configure, fine, give, row, run, vendor } from "../kit/lane.ts";
import { operator } from "../kit/operator.ts";

it("sends again what died first too, which was made before the problem was known", async () => {
  await configure({ crm: {} });
  vendor(() => new Response("no", { status: 401 }));
  const ids = await give("crm", [{ body: { n: 1 } }, { body: { n: 2 } }, { body: { n: 3 } }]);
  await env.DB.prepare("UPDATE deliveries SET created_at = created_at - 3600000").run();
  await run("crm");
  for (const id of ids) expect(await row(id)).toMatchObject({ status: "dead" });
  vi.restoreAllMocks();
  vendor(fine);
  const browser = await signIn();
  const page = await browser.text("/console/problems");
  const form = page.slice(page.indexOf('action="/console/act/recover"'));
  const field = (name: string): string => new RegExp(`name="${name}" value="([^"]*)"`).exec(form)?.[1] ?? "";
  const fields = Object.fromEntries(["connection", "since"].map((name) => [name, field(name)]));
  const answer = await browser.post("/console/act/recover", fields);
  expect(answer.headers.get("location")).toBe("/console/problems?done=1");
  await run("crm");
  for (const id of ids) expect(await row(id)).toMatchObject({ status: "delivered", generation: 1 });
});

describe("a recovery by the API", () => {
  const died = async (cause: number): Promise<void> => {
    vendor(() => new Response("no", { status: cause }));
    await give("crm", [{ body: { n: cause } }]);
    await run("crm");
  };
  const problems = async (): Promise<unknown[]> => {
    const { items } = await (await operator("GET", "/v1/problems")).json<{ items: { cause: string }[] }>();
    return items.map(({ cause }) => cause).toSorted();
  };
  const recover = (since: number): Promise<Response> =>
    operator("POST", "/v1/deliveries/recover", { connection: "crm", since: new Date(since).toISOString() });

  it("closes what it brings back, so that the next outage is told again", async () => {
    await configure({ crm: {} });
    await died(401);
    await died(404);
    await recover(Date.now() - 3_600_000);
    expect(await problems()).toEqual([]);
    await run("crm");
    await died(401);
    expect(await problems()).toContain("auth_failed");
  });

  it("leaves open what began before it, and what it does not send again", async () => {
    await configure({ crm: {} });
    await died(401);
    await died(404);
    await env.DB.prepare("UPDATE problems SET first_at = first_at - 7200000 WHERE cause = 'auth_failed'").run();
    await env.DB.prepare("UPDATE problems SET cause = 'unknown_outcome' WHERE cause = 'not_found'").run();
    await recover(Date.now() - 3_600_000);
    expect(await problems()).toEqual(["auth_failed", "unknown_outcome"]);
  });
});
