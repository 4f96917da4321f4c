/** What nobody sends is noticed, and what is noticed is told. */
import { createExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { type Context, newContext } from "../../src/context.ts";
import { sendAlerts } from "../../src/flows/send-alerts.ts";
import { watchSilence } from "../../src/flows/watch-silence.ts";
import { raiseProblem, resolveProblem } from "../../src/store/problems.ts";
import { configure, operator } from "../kit/operator.ts";

const QUARTER = 900_000;
const HOUR = 4 * QUARTER;
const NOW = Math.floor(Date.now() / QUARTER) * QUARTER;

const CONFIG = {
  connections: {
    bot: { kind: "salebot", project: "P1", token: "tok-bot-0000000000" },
    tg: {
      kind: "telegram",
      bot_token: "123456789:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
      base_url: "http://127.0.0.1:9",
      disabled: true,
    },
    max: { kind: "http", url: "http://127.0.0.1:9/messages?chat_id=1", disabled: true },
  },
  workspace: {
    alerts: [
      { to: "tg", chat: "-1001" },
      { to: "max", body: { text: "{{text}}", notify: true } },
    ],
  },
};

const context = async (at = NOW): Promise<Context> => ({
  ...(await newContext(env, createExecutionContext())),
  clock: () => at,
});

/** `bot` was heard in these quarters of an hour before now. */
async function heard(...hoursAgo: number[]): Promise<void> {
  await env.DB.batch(
    hoursAgo.map((hours) =>
      env.DB.prepare("INSERT INTO intake_counts (connection, bucket_at, outcome, n) VALUES ('bot', ?1, 'accepted', 1)").bind(
        NOW - hours * HOUR,
      ),
    ),
  );
}

type Problem = { id: string; kind: string; connection?: string; count: number };
const problems = async (): Promise<Problem[]> =>
  (await (await operator("GET", "/v1/problems")).json<{ items: Problem[] }>()).items;

beforeEach(async () => {
  for (const table of ["intake_counts", "problems", "deliveries"]) await env.DB.prepare(`DELETE FROM ${table}`).run();
  await configure(CONFIG);
});

describe("silence", () => {
  it("is a problem after three times the usual pause, told once, and ends when the connection speaks", async () => {
    await heard(10, 9, 8, 7, 6, 5);
    await watchSilence(await context());
    await watchSilence(await context(NOW + 60_000));
    expect(await problems()).toMatchObject([{ kind: "silence", connection: "bot", count: 1 }]);
    await heard(0);
    await watchSilence(await context(NOW + 120_000));
    expect(await problems()).toEqual([]);
  });

  it("is none while the pause is within the usual", async () => {
    await heard(7, 6, 5, 4, 3, 2);
    await watchSilence(await context());
    expect(await problems()).toEqual([]);
  });

  it("is none for a pause that comes every night, nor where too little was heard to say", async () => {
    await heard(60, 59, 58, 57, 45, 44, 43, 31, 30, 29, 20);
    await watchSilence(await context());
    expect(await problems()).toEqual([]);
    await env.DB.prepare("DELETE FROM intake_counts").run();
    await heard(300, 200, 190);
    await watchSilence(await context());
    expect(await problems()).toEqual([]);
  });

  it("stays closed when an operator closed it, until the next one", async () => {
    await heard(10, 9, 8, 7, 6, 5);
    await watchSilence(await context());
    await resolveProblem(env.DB, (await problems())[0]?.id ?? "", NOW);
    await watchSilence(await context(NOW + 60_000));
    expect(await problems()).toEqual([]);
    await heard(0);
    await watchSilence(await context(NOW + 12 * HOUR));
    expect(await problems()).toMatchObject([{ kind: "silence" }]);
  });
});

describe("alerts", () => {
  const raise = (connection: string, kind: "delivery" | "conflict" = "delivery"): Promise<unknown> =>
    raiseProblem(env.DB, { kind, dedupe: connection, connection, cause: "rejected", at: NOW }).run();
  const sent = async (): Promise<string[]> =>
    (await env.DB.prepare("SELECT connection FROM deliveries ORDER BY seq").all<{ connection: string }>()).results.map(
      ({ connection }) => connection,
    );

  it("tell every channel of a new problem once, and again when it was solved and came back", async () => {
    await raise("bot");
    await sendAlerts(await context());
    await sendAlerts(await context(NOW + 60_000));
    expect(await sent()).toEqual(["tg", "max"]);
    await raise("bot");
    await sendAlerts(await context(NOW + 120_000));
    expect(await sent()).toHaveLength(2);
    await resolveProblem(env.DB, (await problems())[0]?.id ?? "", NOW);
    await raise("bot");
    await sendAlerts(await context(NOW + 180_000));
    expect(await sent()).toHaveLength(4);
  });

  it("a problem that comes back begins anew, so what it was closed for is not retried with it", async () => {
    const told = (at: number) => raiseProblem(env.DB, { kind: "delivery", dedupe: "bot", connection: "bot", at }).run();
    await told(NOW);
    await told(NOW + 1);
    const iso = (at: number): string => new Date(at).toISOString();
    expect(await problems()).toMatchObject([{ first_at: iso(NOW), count: 2 }]);
    await resolveProblem(env.DB, (await problems())[0]?.id ?? "", NOW + 2);
    await told(NOW + 3);
    expect(await problems()).toMatchObject([{ first_at: iso(NOW + 3), count: 1 }]);
  });

  it("are not sent through the connection they complain of", async () => {
    await raise("tg");
    await sendAlerts(await context());
    expect(await sent()).toEqual(["max"]);
  });

  it("carry the text into the body and hold no personal value", async () => {
    await raise("bot");
    const ctx = await context();
    await sendAlerts(ctx);
    const row = await env.DB.prepare("SELECT work FROM deliveries WHERE connection = 'max'").first<{ work: ArrayBuffer }>();
    const order = JSON.parse(await ctx.seal.open(row?.work ?? new ArrayBuffer(0))) as { with: { body: { text: string } } };
    expect(order.with.body).toMatchObject({ notify: true });
    expect(order.with.body.text).toContain("• bot: не доставлено (получатель отказал)");
  });

  it.each([
    [{ to: "nobody", chat: "1" }, "workspace.alerts.0.to"],
    [{ to: "bot", chat: "1" }, "workspace.alerts.0.to"],
    [{ to: "tg" }, "workspace.alerts.0.chat"],
    [{ to: "tg", chat: "not a chat" }, "workspace.alerts.0.chat"],
  ])("%j is refused at %s", async (alert, path) => {
    const answer = await operator("PUT", "/v1/config", { ...CONFIG, workspace: { alerts: [alert] } });
    const { errors } = await answer.json<{ errors: { path: string }[] }>();
    expect([answer.status, errors.map((error) => error.path)]).toEqual([422, [path]]);
  });
});
