/** A site's word to its user: who is meant, by which bot it goes and in which form, and what a repeated call does. */
import { env, exports } from "cloudflare:workers";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { sweepRetention } from "../../src/flows/sweep-retention.ts";
import { newSealer } from "../../src/lib/seal.ts";
import { testContext } from "../kit/context.ts";
import { SCHOOL, people, saveConfig, someone } from "../kit/login.ts";
import { signedHeaders } from "../kit/sign.ts";
import { ORIGIN } from "../kit/operator.ts";

const { link, site } = people();

const EXTRA = {
  meta: { kind: "metabot", bot_id: "64", business: "12", alias: "notify", api_token: "T", token: ["meta-token-00000000000"] },
  mute: { kind: "metabot", bot_id: "65", token: ["mute-token-00000000000"] },
  bare: { kind: "salebot", project: "900", api_key: "K", token: ["bare-token-00000000000"] },
  own: { kind: "http", url: "https://bot.example/", token: ["own-token-000000000000"] },
};
const CONNECTIONS: Record<string, object> = { ...SCHOOL.connections, ...EXTRA };

beforeEach(() => saveConfig({ ...SCHOOL, connections: CONNECTIONS }));

const tokenOf = (id: string): string => (CONNECTIONS[id] as { token: string[] }).token[0] ?? "";

async function sent(id: unknown): Promise<readonly unknown[]> {
  const row = await env.DB.prepare("SELECT connection, action, work FROM deliveries WHERE id = ?1")
    .bind(id ?? "")
    .first<{ connection: string; action: string; work: ArrayBuffer }>();
  if (!row) return [];
  const opened = await (await newSealer("test-seal-key-00000000000000000000")).open(row.work);
  return [row.connection, row.action, (JSON.parse(opened) as { with: unknown }).with];
}

/** One human whom these bots told of, in this order, each in its own words. */
async function told(by: readonly (readonly [string, Record<string, string>])[]): Promise<void> {
  for (const [bot, ids] of by) await link({ telegram_id: undefined, ...ids }, tokenOf(bot));
}

const TEXT = { message: "hi" };
const BLOCK = { event: "paid", data: { sum: 5, none: null } };
type Told = (id: string) => readonly (readonly [string, Record<string, string>])[];

describe("a site's word", () => {
  it.each<readonly [string, Told, object, readonly unknown[]]>([
    ["to a client of the bot", (id) => [["bot", { client_id: id }]], TEXT, ["bot", "message", { message: "hi" }]],
    ["as a block to a client", (id) => [["bot", { client_id: id }]], BLOCK, ["bot", "callback", { sum: "5", message: "paid" }]],
    [
      "as a block with words beside it",
      (id) => [["bot", { client_id: id }]],
      { ...TEXT, ...BLOCK },
      ["bot", "callback", { sum: "5", text: "hi", message: "paid" }],
    ],
    [
      "as a block to a Telegram id alone",
      (id) => [["bot", { telegram_id: id }]],
      BLOCK,
      ["bot", "tg_callback", { sum: "5", message: "paid" }],
    ],
    ["to a VK id of a Salebot group", (id) => [["bot", { vk_id: id }]], TEXT, ["bot", "broadcast", { message: "hi" }]],
    ["as a block to a MAX id, which Salebot cannot run", (id) => [["bot", { max_id: id }]], BLOCK, []],
    ["to a Telegram id of a Salebot bot whose name is not told", (id) => [["bare", { telegram_id: id }]], TEXT, []],
    ["as a block through Telegram, which has none", (id) => [["tg", { telegram_id: id }]], BLOCK, []],
    [
      "as the words beside a block through Telegram, which has none",
      (id) => [["tg", { telegram_id: id }]],
      { ...TEXT, ...BLOCK },
      ["tg", "send_message", { text: "hi" }],
    ],
    [
      "as a block past Telegram, with its words",
      (id) => [
        ["tg", { telegram_id: id }],
        ["bot", { telegram_id: id }],
      ],
      { ...TEXT, ...BLOCK },
      ["bot", "tg_callback", { sum: "5", text: "hi", message: "paid" }],
    ],
    [
      "as words through a bot that can send, before a block of one that only listens",
      (id) => [
        ["mute", { telegram_id: id, lead_id: id }],
        ["tg", { telegram_id: id }],
      ],
      { ...TEXT, ...BLOCK },
      ["tg", "send_message", { text: "hi" }],
    ],
    ["through somebody's own HTTP bot, which we cannot write to", (id) => [["own", { telegram_id: id }]], TEXT, []],
    [
      "as a block past Telegram to the next messenger",
      (id) => [
        ["tg", { telegram_id: id }],
        ["bot", { telegram_id: id }],
      ],
      BLOCK,
      ["bot", "tg_callback", { sum: "5", message: "paid" }],
    ],
    [
      "by the site's own bot before one that was used later",
      (id) => [
        ["bot", { telegram_id: id }],
        ["tg", { telegram_id: id }],
      ],
      TEXT,
      ["bot", "broadcast", { message: "hi" }],
    ],
    [
      "by a script that can be run before one that only listens",
      (id) => [
        ["meta", { telegram_id: id, lead_id: id }],
        ["mute", { telegram_id: id, lead_id: id }],
      ],
      TEXT,
      ["meta", "call", { params: { telegram_id: "ID", lead_id: "ID", message: "hi" } }],
    ],
  ])("%s", async (_, by, speech, expected) => {
    const id = someone();
    const bots = by(id);
    await told(bots);
    const known = Object.fromEntries(Object.entries(bots[0]?.[1] ?? {}).slice(0, 1));
    const { status, body } = await site("/v1/notify", { ...known, ...speech });
    expect(status).toBe(expected.length === 0 ? 404 : 202);
    expect(await sent(body["id"])).toEqual(JSON.parse(JSON.stringify(expected).replaceAll("ID", id)));
  });

  it("passes by a bot that is switched off, and by one that is gone", async () => {
    const id = someone();
    await told([
      ["bot", { telegram_id: id }],
      ["max", { telegram_id: id }],
      ["tg", { telegram_id: id }],
    ]);
    const { max: _, ...rest } = CONNECTIONS;
    await saveConfig({ ...SCHOOL, connections: { ...rest, bot: { ...SCHOOL.connections.bot, disabled: true } } });
    const { body } = await site("/v1/notify", { telegram_id: id, ...TEXT });
    expect((await sent(body["id"]))[0]).toBe("tg");
    const { tg, ...off } = rest;
    const shop = { ...SCHOOL.connections.shop, bot: "bot" };
    await saveConfig({
      ...SCHOOL,
      connections: {
        ...off,
        shop,
        tg: { ...(tg as object), disabled: true },
        bot: { ...SCHOOL.connections.bot, disabled: true },
      },
    });
    expect(await site("/v1/notify", { telegram_id: id, ...TEXT })).toMatchObject({ status: 404, body: { reason: "not_linked" } });
  });

  it.each([
    ["nobody", TEXT],
    ["a guest", { user_id: "0", ...TEXT }],
    ["nothing to say", { telegram_id: "1" }],
    ["variables that were not filled in", { telegram_id: "1", message: "{text}", event: "#{event}" }],
    ["a message of five thousand letters", { telegram_id: "1", message: "x".repeat(5_000) }],
    ["a list among the values", { telegram_id: "1", ...TEXT, data: { list: [1] } }],
  ])("with %s is refused as written wrongly", async (_, body) => {
    expect(await site("/v1/notify", body)).toMatchObject({ status: 422, body: { reason: "invalid_request" } });
  });

  it("by a link's buid reaches its holder; an unknown buid nobody", async () => {
    const made = await link({ telegram_id: someone() });
    expect((await site("/v1/notify", { buid: made.buid, ...TEXT })).status).toBe(202);
    expect((await site("/v1/notify", { buid: "A".repeat(16), ...TEXT })).status).toBe(404);
  });
});

describe("a repeated call", () => {
  const call = async (key: string, body: object) => {
    const text = JSON.stringify(body);
    const headers = { ...(await signedHeaders(text)), "idempotency-key": key };
    const answer = await exports.default.fetch(`${ORIGIN}/v1/notify`, { method: "POST", headers, body: text });
    return { status: answer.status, body: await answer.json<{ id?: string; reason?: string }>() };
  };
  const written = async (id: unknown) =>
    (await env.DB.prepare("SELECT COUNT(*) AS n FROM deliveries WHERE id = ?1").bind(id).first<number>("n")) ?? 0;

  it("with the same Idempotency-Key is the same delivery, at once or later, and another content is refused", async () => {
    const id = someone();
    await told([["tg", { telegram_id: id }]]);
    const words = { telegram_id: id, ...TEXT };
    const [one, two] = await Promise.all([call("k1", words), call("k1", words)]);
    expect([one.status, two.status]).toEqual([202, 202]);
    expect(two.body.id).toBe(one.body.id);
    expect((await call("k1", words)).body.id).toBe(one.body.id);
    expect(await written(one.body.id)).toBe(1);
    expect(await call("k1", { ...words, message: "other" })).toMatchObject({
      status: 409,
      body: { reason: "idempotency_conflict" },
    });
    expect((await call("k2", words)).body.id).not.toBe(one.body.id);
  });

  it("a day later is another delivery", async () => {
    const id = someone();
    await told([["tg", { telegram_id: id }]]);
    const words = { telegram_id: id, ...TEXT };
    const first = await call("k3", words);
    const now = Date.now();
    vi.spyOn(Date, "now").mockImplementation(() => now + 86_400_000 + 1_000);
    expect((await call("k3", words)).body.id).not.toBe(first.body.id);
    vi.mocked(Date.now).mockRestore();
  });

  it("R-06 is forgotten by its own time, since no event caused it", async () => {
    const id = someone();
    await told([["bot", { client_id: id }]]);
    const { body } = await site("/v1/notify", { client_id: id, ...TEXT });
    const { retention } = (await testContext()).config.workspace;
    const age = (days: number) =>
      env.DB.prepare(
        "UPDATE deliveries SET status = 'delivered', seq = seq - ?2 * 86400000000, created_at = created_at - ?2 * 86400000 WHERE id = ?1",
      )
        .bind(body["id"], days)
        .run();
    await age(retention.event_days - 1);
    await sweepRetention(await testContext());
    expect(await sent(body["id"])).toEqual(["bot", "message", { message: "hi" }]);
    await age(2);
    await sweepRetention(await testContext());
    expect(await env.DB.prepare("SELECT status, work, rendered FROM deliveries WHERE id = ?1").bind(body["id"]).first()).toEqual({
      status: "delivered",
      work: null,
      rendered: null,
    });
  });
});
