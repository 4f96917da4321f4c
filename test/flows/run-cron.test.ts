import { env } from "cloudflare:workers";
import { afterEach, expect, it, vi } from "vitest";
import { inboxOf } from "../../src/context.ts";
import { runCron } from "../../src/flows/run-cron.ts";
import { accept } from "../kit/feed.ts";
import { saveDocument, testContext } from "../kit/context.ts";

afterEach(() => vi.restoreAllMocks());

it("a schedule nobody set up throws and does nothing", async () => {
  const ctx = await testContext();
  await expect(runCron(ctx, "0 0 * * *")).rejects.toThrow("unknown schedule 0 0 * * *");
});

it("a chore that fails is told in the log, and the others of the minute are done", async () => {
  await saveDocument({ connections: { bot: { kind: "salebot", project: "P1" } } });
  const told: unknown[] = [];
  const ctx = { ...(await testContext()), log: (...line: unknown[]) => void told.push(line) };
  const [event] = await accept({ ids: { tg: 1 } });
  const proto = Object.getPrototypeOf(env.DB) as D1Database;
  const prepare = proto.prepare.bind(env.DB);
  vi.spyOn(proto, "prepare").mockImplementation((sql) => {
    if (sql.includes("MIN(connection) FROM deliveries")) throw new Error("this table is away");
    return prepare(sql);
  });
  await runCron(ctx, "* * * * *");
  vi.restoreAllMocks();
  expect(told).toContainEqual(["error", "cron.chore.failed", { chore: "lanes", message: "this table is away" }]);
  expect(await inboxOf(env).waiting(null, 10)).toEqual([]);
  const bound = await env.DB.prepare("SELECT status FROM events WHERE id = ?1").bind(event?.id).first<string>("status");
  expect(bound).toBe("bound");
});
