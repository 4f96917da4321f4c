/** Several messengers of one human, site-first login, and a site's word to its user. */
import { env, exports } from "cloudflare:workers";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { inboxOf } from "../../src/context.ts";
import { newSealer } from "../../src/lib/seal.ts";
import { row, run, travel, vendor } from "../kit/lane.ts";
import { SCHOOL, people, saveConfig, someone } from "../kit/login.ts";
import { ORIGIN, operator } from "../kit/operator.ts";
import { OTHER_SECRET, signedHeaders } from "../kit/sign.ts";
import { bindings } from "../kit/bindings.ts";

// A storm of requests takes long on a busy machine; nothing here depends on how long.
vi.setConfig({ testTimeout: 60_000 });

const { link, authorize, bot, site } = people();
const MAX = "max-token-000000000000";
const TG = "tg-token-0000000000000";

beforeEach(() => saveConfig(SCHOOL));

const sealer = () => newSealer("test-seal-key-00000000000000000000");

const login = async (human: Record<string, unknown>, token?: string) => {
  const made = await link({ telegram_id: undefined, ...human }, token);
  return { ...(await authorize({ buid: made.buid, pin: made.pin })).body, buid: made.buid };
};
const mapped = async (human: Record<string, unknown>, user: string) => {
  const { buid } = await login(human);
  await site("/v1/mappings", { buid, user_id: user });
};
const personOf = async (type: string, value: string) => {
  await inboxOf(bindings).drain();
  const hash = await (await sealer()).index(type, "", value);
  return env.DB.prepare("SELECT person_id FROM identifiers WHERE hash = ?1").bind(hash).first<string>("person_id");
};

describe("merge links", () => {
  const merge = async (telegram_id: string) =>
    (await bot("/v1/merge-links", { telegram_id, to: "max", connection: "max" })).body as { url: string; token: string };
  const start = (max_id: string, token: string) => bot("/webhook/max", { event: "bot_start", max_id, start: token }, MAX);

  it("are refused to a messenger where the bot cannot be", async () => {
    const ask = (to: string) => bot("/v1/merge-links", { max_id: someone(), to, connection: "tg" });
    for (const to of ["vk", "max"]) expect(await ask(to)).toMatchObject({ status: 422, body: { errors: [{ path: "to" }] } });
    expect(await ask("telegram")).toMatchObject({ status: 201, body: { url: expect.stringContaining("https://t.me/tg_bot?") } });
  });

  it("make a second messenger the same holder and, proved, the same person", async () => {
    const [tg, max, user] = [someone(), someone(), someone()];
    await mapped({ telegram_id: tg }, user);
    const { url, token } = await merge(tg);
    expect(url).toBe(`https://max.ru/max_bot?start=${token}`);
    expect(token).toMatch(/^[A-Za-z0-9_-]{1,64}$/);
    await start(max, token);
    expect(await login({ max_id: max }, MAX)).toMatchObject({
      status: "authorized",
      user_id: user,
      profile: { messenger: "max" },
    });
    expect(await login({ telegram_id: tg })).toMatchObject({ status: "authorized", profile: { messenger: "telegram" } });
    expect(await personOf("max_id", max)).toBe(await personOf("telegram_id", tg));
  });

  it("are shown nowhere, not even by the wrong bot's start, and still work at the right one's", async () => {
    const [tg, max, user] = [someone(), someone(), someone()];
    await mapped({ telegram_id: tg }, user);
    const { token } = await merge(tg);
    const said = { event: "bot_start", start: token, text: `/start ${token}` };
    const wrong = await bot("/webhook/tg", { ...said, telegram_id: someone() }, TG);
    const right = await bot("/webhook/max", { ...said, max_id: max }, MAX);
    await personOf("max_id", max);
    for (const { body } of [wrong, right]) {
      const shown = await (await operator("GET", `/v1/events/${String(body["id"])}`)).text();
      expect(shown).toContain('"type":"bot_start"');
      expect(shown).not.toContain(token);
    }
    expect(await login({ max_id: max }, MAX)).toMatchObject({ status: "authorized", user_id: user });
  });

  it("belong to the first account that comes: another one is somebody else, referred by the first", async () => {
    const [tg, first, second, user] = [someone(), someone(), someone(), someone()];
    await mapped({ telegram_id: tg }, user);
    const { token } = await merge(tg);
    await start(first, token);
    await personOf("max_id", first);
    await start(second, token);
    expect(await login({ max_id: second }, MAX)).toMatchObject({ status: "registration_required" });
    const [a, b] = [await personOf("telegram_id", tg), await personOf("max_id", second)];
    expect(a).not.toBe(b);
    const referrer = await env.DB.prepare("SELECT referred_by FROM persons WHERE id = ?1").bind(b).first<string>("referred_by");
    expect(referrer).toBe(a);
  });

  it("never take over an account that can already log in: its human may only have opened a stranger's link", async () => {
    const [attacker, victim, user] = [someone(), someone(), someone()];
    const { buid } = await login({ max_id: victim }, MAX);
    await site("/v1/mappings", { buid, user_id: user });
    await start(victim, (await merge(attacker)).token);
    expect(await login({ telegram_id: attacker })).toMatchObject({ status: "registration_required" });
    expect(await login({ max_id: victim }, MAX)).toMatchObject({ status: "authorized", user_id: user });
    const problem = await env.DB.prepare("SELECT cause FROM problems WHERE cause = 'holder_taken'").first<string>("cause");
    expect(problem).toBe("holder_taken");
  });

  it("are not spent by the account that asked for them", async () => {
    const [first, second, user] = [someone(), someone(), someone()];
    await mapped({ telegram_id: first }, user);
    const { body } = await bot("/v1/merge-links", { telegram_id: first, to: "telegram", connection: "tg" });
    const come = (id: string) => bot("/webhook/tg", { event: "bot_start", telegram_id: id, start: String(body["token"]) }, TG);
    await come(first);
    await come(second);
    expect(await login({ telegram_id: second })).toMatchObject({ status: "authorized", user_id: user });
  });

  it.each(["both its ids", "its id in the messenger"])(
    "hold for every id of the second account, also when its bot asks for a login by %s just before it joins",
    async (told) => {
      const [tg, max, client, user] = [someone(), someone(), someone(), someone()];
      await mapped({ telegram_id: tg }, user);
      const { token } = await merge(tg);
      const both = { max_id: max, client_id: client };
      await inboxOf(bindings).drain();
      const batch = env.DB.batch.bind(env.DB);
      const joining = vi
        .spyOn(Object.getPrototypeOf(env.DB) as D1Database, "batch")
        .mockImplementationOnce(async (statements) => {
          await link({ telegram_id: undefined, ...(told === "both its ids" ? both : { max_id: max }) }, MAX);
          return batch(statements) as never;
        });
      await bot("/webhook/max", { event: "bot_start", ...both, start: token }, MAX);
      joining.mockRestore();
      expect(await login({ max_id: max }, MAX)).toMatchObject({ status: "authorized", user_id: user });
      expect(await login({ client_id: client }, MAX)).toMatchObject({ status: "authorized", user_id: user });
    },
  );

  it("take what the account was mapped to before along, so that erasing the person erases it", async () => {
    const [tg, max, user] = [someone(), someone(), someone()];
    const { buid } = await login({ max_id: max }, MAX);
    await site("/v1/mappings", { buid, user_id: user });
    await site("/v1/mappings", { user_id: user }, { method: "DELETE" });
    await start(max, (await merge(tg)).token);
    const person = await personOf("telegram_id", tg);
    expect((await operator("DELETE", `/v1/persons/${person}`)).status).toBeLessThan(300);
    const hash = await (await sealer()).index("user_id", "site", user);
    expect(await env.DB.prepare("SELECT act FROM mapping_history WHERE user_hash = ?1").bind(hash).first()).toBeNull();
  });

  it("work only in the bot they were made for", async () => {
    const [tg, other] = [someone(), someone()];
    const { token } = await merge(tg);
    await bot("/webhook/tg", { event: "bot_start", max_id: other, start: token }, TG);
    await start(someone(), "m_0000000000000000000000");
    expect(await personOf("max_id", other)).not.toBe(await personOf("telegram_id", tg));
  });
});

describe("several ids of one human", () => {
  it("in one call are one holder; an id of another holder stays there and is reported", async () => {
    const [a, b, client, user] = [someone(), someone(), someone(), someone()];
    await mapped({ telegram_id: a, client_id: client }, user);
    expect(await login({ client_id: client })).toMatchObject({ status: "authorized", user_id: user });
    expect(await login({ telegram_id: b, client_id: client })).toMatchObject({ status: "registration_required" });
    expect(await login({ client_id: client })).toMatchObject({ user_id: user });
    const hash = await (await sealer()).index("client_id", "294495", client);
    const problem = await env.DB.prepare("SELECT cause FROM problems WHERE identifier_hash = ?1 AND cause = 'holder_taken'")
      .bind(hash)
      .first();
    expect(problem).not.toBeNull();
  });

  it("a human known by the client id alone stays the same one when the Telegram id is told later", async () => {
    const [client, tg, user] = [someone(), someone(), someone()];
    await mapped({ client_id: client }, user);
    expect(await login({ telegram_id: tg, client_id: client })).toMatchObject({ user_id: user });
    expect(await login({ telegram_id: tg })).toMatchObject({ user_id: user });
  });

  it("two first links at once, of which one names two ids, make one holder of both", async () => {
    for (let round = 0; round < 5; round += 1) {
      const [tg, client, user] = [someone(), someone(), someone()];
      await Promise.all([link({ telegram_id: tg }, TG), link({ telegram_id: tg, client_id: client }), link({ telegram_id: tg })]);
      await mapped({ telegram_id: tg }, user);
      expect(await login({ client_id: client })).toMatchObject({ status: "authorized", user_id: user });
    }
  });

  it("two first links at once, one by the client id alone, make one holder of both ids", async () => {
    for (let round = 0; round < 8; round += 1) {
      const [tg, client, user] = [someone(), someone(), someone()];
      const both = [
        { telegram_id: undefined, client_id: client },
        { telegram_id: tg, client_id: client },
      ];
      await Promise.all(both.map((human) => link(human)));
      await mapped({ telegram_id: tg }, user);
      expect(await login({ client_id: client })).toMatchObject({ status: "authorized", user_id: user });
    }
  });

  it("two first links at once make one holder", async () => {
    const tg = someone();
    await Promise.all(Array.from({ length: 10 }, () => link({ telegram_id: tg })));
    const hash = await (await sealer()).index("telegram_id", "", tg);
    const { results } = await env.DB.prepare(
      "SELECT DISTINCT l.holder_id FROM login_links AS l JOIN holder_identities AS i ON i.holder_id = l.holder_id WHERE i.hash = ?1",
    )
      .bind(hash)
      .all();
    expect(results).toHaveLength(1);
  });
});

describe("the profile", () => {
  const profileOf = async (human: Record<string, unknown>, token?: string) =>
    ((await login(human, token)) as { readonly profile?: unknown }).profile;

  it("holds the names that the bot told by an event, as it holds the e-mail", async () => {
    const tg = someone();
    const names = { first_name: "Алиса", last_name: "Ким", username: "alisa" };
    await bot("/webhook/tg", { event: "bot_start", telegram_id: tg, ...names }, TG);
    await bot("/webhook/tg", { event: "identify", telegram_id: tg, email: `${tg}@school.example` }, TG);
    await personOf("telegram_id", tg);
    const email = { value: `${tg}@school.example`, proof: "claimed" };
    expect(await profileOf({ telegram_id: tg })).toEqual({ ...names, messenger: "telegram", email });
    const told = { first_name: "Alice" };
    expect(await profileOf({ telegram_id: tg, profile: told })).toMatchObject({ ...told, last_name: "Ким" });
    // Many accounts that became one have each told their names since.
    await env.DB.prepare(
      `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20)
       INSERT INTO traits (home_id, name, person_id, sealed, at, event_id)
       SELECT 'per_of_' || n.i, t.name, t.person_id, t.sealed, t.at + 60000 + n.i, t.event_id FROM n, traits AS t WHERE t.person_id = ?1`,
    )
      .bind(await personOf("telegram_id", tg))
      .run();
    expect(await profileOf({ telegram_id: tg })).toEqual({ ...names, ...told, messenger: "telegram", email });
  });

  it("holds the e-mail and the phone that the bot told after somebody else had", async () => {
    const [first, second] = [someone(), someone()];
    const [email, phone] = [`${first}@school.example`, `+79${someone().padStart(9, "1")}`];
    await site("/webhook/site", { event: "registration", user_id: `u${first}`, email });
    await bot("/webhook/tg", { event: "bot_start", telegram_id: first, email, first_name: "Ия" }, TG);
    await site("/webhook/site", { event: "registration", user_id: `u${second}`, email: `${second}@school.example`, phone });
    await bot("/webhook/tg", { event: "bot_start", telegram_id: second }, TG);
    await bot("/webhook/tg", { event: "identify", telegram_id: second, phone }, TG);
    expect(await personOf("telegram_id", second)).toBe(await personOf("phone", phone));
    const claimed = (value: string) => ({ value, proof: "claimed" });
    expect(await profileOf({ telegram_id: first })).toMatchObject({ email: claimed(email) });
    expect(await profileOf({ telegram_id: second })).toEqual({ messenger: "telegram", phone: claimed(phone) });
  });

  it("holds the name that came with the e-mail by which a known buyer was found", async () => {
    const tg = someone();
    const email = `${tg}@school.example`;
    await site("/webhook/site", { event: "registration", user_id: `u${tg}`, email, first_name: "Ксения Львовна" });
    await bot("/webhook/tg", { event: "bot_start", telegram_id: tg, email, first_name: "Ксюша" }, TG);
    await personOf("telegram_id", tg);
    const told = { messenger: "telegram", first_name: "Ксюша", email: { value: email, proof: "claimed" } };
    expect(await profileOf({ telegram_id: tg })).toEqual(told);
  });

  it("holds nothing that a school or a site tells of whoever it takes this account for", async () => {
    const tg = someone();
    await bot("/webhook/tg", { event: "bot_start", telegram_id: tg, email: `${tg}@victim.example` }, TG);
    const victim = { telegram_id: tg, email: `${tg}@victim.example`, phone: `+79${tg.padStart(9, "2")}`, first_name: "Вера" };
    await site("/webhook/site", { event: "registration", user_id: `u${tg}`, ...victim });
    await site("/webhook/site", { event: "registration", user_id: `u${tg}`, ...victim, last_name: "Иванова" });
    await personOf("telegram_id", tg);
    const email = { value: victim.email, proof: "claimed" };
    expect(await profileOf({ telegram_id: tg })).toEqual({ messenger: "telegram", email });
  });

  it.each([[["share", "type"]], [["type", "share"]]])("holds no proof of somebody else's (%j)", async (order) => {
    const [victim, attacker] = [someone(), someone()];
    const phone = `+79${victim.padStart(9, "3")}`;
    const update = {
      from: { id: Number(victim) },
      chat: { id: Number(victim), type: "private" },
      message_id: 1,
      date: 1_772_000_000,
    };
    const contact = { phone_number: phone, user_id: Number(victim) };
    for (const act of order) {
      if (act === "type") await bot("/webhook/max", { event: "identify", max_id: attacker, phone }, MAX);
      else await bot("/webhook/tg", { update_id: Number(victim), message: { ...update, contact } }, TG);
    }
    expect(await personOf("max_id", attacker)).toBe(await personOf("telegram_id", victim));
    expect(JSON.stringify(await profileOf({ max_id: attacker }, MAX))).not.toContain("proved");
    expect(await profileOf({ telegram_id: victim })).toMatchObject({ phone: { value: phone, proof: "proved" } });
  });

  it("holds nothing that another account had told before this one typed it, whoever brought it first", async () => {
    const [victim, attacker] = [someone(), someone()];
    const [email, phone] = [`${victim}@typed.example`, `+79${victim.padStart(9, "4")}`];
    await site("/webhook/site", { event: "registration", user_id: `u${victim}`, email });
    await bot("/webhook/tg", { event: "bot_start", telegram_id: victim, email, phone }, TG);
    await bot("/webhook/max", { event: "bot_start", max_id: attacker, email, phone }, MAX);
    expect(await personOf("max_id", attacker)).toBe(await personOf("telegram_id", victim));
    expect(await profileOf({ max_id: attacker }, MAX)).toEqual({ messenger: "max" });
    const told = (value: string) => ({ value, proof: "claimed" });
    expect(await profileOf({ telegram_id: victim })).toMatchObject({ email: told(email), phone: told(phone) });
  });

  it("holds no name of whoever is only claimed to be the same human", async () => {
    const [victim, attacker] = [someone(), someone()];
    const claim = { email: "named@claimed.example" };
    await bot("/webhook/tg", { event: "identify", telegram_id: victim, first_name: "Вера", ...claim }, TG);
    await bot("/webhook/max", { event: "identify", max_id: attacker, ...claim }, MAX);
    expect(await personOf("max_id", attacker)).toBe(await personOf("telegram_id", victim));
    expect(await profileOf({ max_id: attacker }, MAX)).not.toHaveProperty("first_name");
  });
});

describe("P-06 a claimed tie gives no login", () => {
  it.each([
    ["e-mail", { email: "tie@claimed.example" }],
    ["phone", { phone: "+79007776655" }],
  ])("by %s", async (_name, claim) => {
    const [victim, attacker, user] = [someone(), someone(), someone()];
    await mapped({ telegram_id: victim }, user);
    await bot("/webhook/tg", { event: "identify", telegram_id: victim, ...claim }, TG);
    await bot("/webhook/max", { event: "identify", max_id: attacker, ...claim }, MAX);
    expect(await personOf("max_id", attacker)).toBe(await personOf("telegram_id", victim));
    const answer = await login({ max_id: attacker }, MAX);
    expect(answer).toMatchObject({ status: "confirmation_required" });
    expect(JSON.stringify(answer)).not.toContain(user);
    // What the site says to its user goes to the victim's own account, never to the one that claims to be hers.
    const { body } = await site("/v1/notify", { user_id: user, message: "hi" });
    const row = await env.DB.prepare("SELECT connection, work FROM deliveries WHERE id = ?1")
      .bind(body["id"])
      .first<{ connection: string; work: ArrayBuffer }>();
    const work = row ? await (await sealer()).open(row.work) : "";
    expect([row?.connection, work.includes(victim), work.includes(attacker)]).toEqual(["bot", true, false]);
  });

  it("by a forwarded key or click", async () => {
    const [victim, attacker, user] = [someone(), someone(), someone()];
    await mapped({ telegram_id: victim }, user);
    const person = await personOf("telegram_id", victim);
    const key = await env.DB.prepare("SELECT key FROM persons WHERE id = ?1").bind(person).first<string>("key");
    const click = "c_ABCDEFGHIJKLMNOP";
    await bot("/webhook/tg", { event: "bot_start", telegram_id: victim, start: click }, TG);
    await bot("/webhook/max", { event: "bot_start", max_id: attacker, start: click, key }, MAX);
    await personOf("max_id", attacker);
    const answer = await login({ max_id: attacker }, MAX);
    expect(["confirmation_required", "registration_required"]).toContain(answer["status" as keyof typeof answer]);
    expect(JSON.stringify(answer)).not.toContain(user);
  });
});

describe("notify", () => {
  it("R-04 is refused once the person withdrew consent, and allowed again when it is given", async () => {
    const [tg, client, user] = [someone(), someone(), someone()];
    await mapped({ telegram_id: tg, client_id: client }, user);
    const tell = async (event: string) => {
      await bot("/webhook/bot", { event, telegram_id: tg });
      await inboxOf(bindings).drain();
    };
    await tell("consent_withdrawn");
    expect(await site("/v1/notify", { user_id: user, message: "x" })).toMatchObject({ status: 409 });
    await tell("consent_given");
    expect(await site("/v1/notify", { user_id: user, message: "x" })).toMatchObject({ status: 202 });
  });

  const sent = async (id: unknown) => {
    const row = await env.DB.prepare("SELECT connection, action, work FROM deliveries WHERE id = ?1")
      .bind(id)
      .first<{ connection: string; action: string; work: ArrayBuffer }>();
    const work = row ? (JSON.parse(await (await sealer()).open(row.work)) as { with: Record<string, unknown> }) : null;
    return [row?.connection, row?.action, work?.with];
  };

  it("goes through the site's own bot, else the messenger used last", async () => {
    const [tg, client, user] = [someone(), someone(), someone()];
    await mapped({ telegram_id: tg, client_id: client }, user);
    const own = await site("/v1/notify", { user_id: user, message: "Заказ {{1}} готов" });
    expect(own.status).toBe(202);
    expect(await sent(own.body["id"])).toEqual(["bot", "message", { message: "Заказ {{1}} готов" }]);
    const other = someone();
    await link({ telegram_id: other }, TG);
    const byTelegram = await site("/v1/notify", { telegram_id: other, message: "hi" });
    expect(await sent(byTelegram.body["id"])).toEqual(["tg", "send_message", { text: "hi" }]);
  });

  it("S27 shows neither a PIN nor an undo in the reply of a vendor that repeats the message", async () => {
    const [tg, user] = [someone(), someone()];
    const shop = { secret: OTHER_SECRET };
    const made = await link({ telegram_id: tg, site: "shop" }, TG);
    const calls = vendor(({ body }) => new Response(`{"ok":true,"result":${body || "{}"}}`));
    travel(31_000);
    await site("/v1/authorize", { buid: made.buid, pin: "000", resend: true }, shop);
    await run("tg");
    const pin = /<code>(\d{6})/.exec(calls.find(({ body }) => body.includes(tg))?.body ?? "")?.[1] ?? "no PIN";
    expect((await site("/v1/authorize", { buid: made.buid, pin }, shop)).status).toBe(200);
    await site("/v1/mappings", { buid: made.buid, user_id: user }, shop);
    await run("tg");
    const undo = /undo\/(\w+)/.exec(calls.find(({ body }) => body.includes("undo/"))?.body ?? "")?.[1] ?? "no undo";
    const { items } = (await (await operator("GET", "/v1/deliveries?connection=tg&limit=2")).json()) as {
      items: { id: string }[];
    };
    const shown = await Promise.all(items.map(async ({ id }) => (await operator("GET", `/v1/deliveries/${id}`)).text()));
    vi.restoreAllMocks();
    expect(shown.join()).toContain("Код для входа");
    for (const secret of [pin, undo]) expect(shown.join()).not.toContain(secret);
  });

  it("keeps a PIN out of the reason of a vendor that quotes the message it refuses", async () => {
    const tg = someone();
    const made = await link({ telegram_id: tg, site: "shop" }, TG);
    const calls = vendor(({ body }) => Response.json({ ok: false, description: `Bad Request: ${body}` }, { status: 400 }));
    travel(31_000);
    await site("/v1/authorize", { buid: made.buid, pin: "000", resend: true }, { secret: OTHER_SECRET });
    await run("tg");
    const pin = /<code>(\d{6})/.exec(calls.find(({ body }) => body.includes(tg))?.body ?? "")?.[1] ?? "no PIN";
    const kept = await bindings.DB.prepare("SELECT group_concat(reason) AS reasons FROM deliveries").first<{
      reasons: string;
    }>();
    vi.restoreAllMocks();
    expect(kept?.reasons).toContain("Код для входа");
    expect(kept?.reasons).not.toContain(pin);
  });

  it("takes the messenger that the human wrote in last, not the one she asked a link in last", async () => {
    const [tg, max] = [someone(), someone()];
    await link({ telegram_id: tg, max_id: max }, MAX);
    await link({ telegram_id: tg, max_id: max }, TG);
    const way = async () => {
      const { body } = await site("/v1/notify", { telegram_id: tg, message: "hi" });
      return (await sent(body["id"]))[0];
    };
    expect(await way()).toBe("tg");
    await bot("/webhook/max", { event: "message", max_id: max, text: "?" }, MAX);
    await inboxOf(bindings).drain();
    expect(await way()).toBe("max");
  });

  it("does not take what a bot wrote for a word of its human", async () => {
    const ads = { kind: "salebot", project: "ads", api_key: "K", token: ["ads-token-00000000000"] };
    await saveConfig({ ...SCHOOL, connections: { ...SCHOOL.connections, ads } });
    const [tg, max, client] = [someone(), someone(), someone()];
    await link({ telegram_id: tg, max_id: max }, MAX);
    await link({ telegram_id: tg, client_id: client }, ads.token[0]);
    await bot("/webhook/max", { event: "message", max_id: max, text: "?" }, MAX);
    const told = { id: client, recepient: tg, client_type: 1 };
    const message = { id: 1, client: told, message: "реклама", message_id: 1, is_input: 0 };
    await bot("/webhook/ads", message, ads.token[0]);
    await inboxOf(bindings).drain();
    const { body } = await site("/v1/notify", { telegram_id: tg, message: "hi" });
    expect((await sent(body["id"]))[0]).toBe("max");
  });

  it("reaches a human of whom the Salebot bot told the Telegram id alone", async () => {
    const [tg, user] = [someone(), someone()];
    await mapped({ telegram_id: tg }, user);
    const { status, body } = await site("/v1/notify", { user_id: user, message: "hi" });
    expect(status).toBe(202);
    expect(await sent(body["id"])).toEqual(["bot", "broadcast", { message: "hi" }]);
  });

  it("runs the bot's block of the event's name, with the values beside it", async () => {
    const [tg, client, user] = [someone(), someone(), someone()];
    await mapped({ telegram_id: tg, client_id: client }, user);
    const { body } = await site("/v1/notify", { user_id: user, event: "order_ready", data: { number: 7 } });
    expect(await sent(body["id"])).toEqual(["bot", "callback", { number: "7", message: "order_ready" }]);
  });

  it("finds whom a site knows by a Metabot lead or person, or by another messenger's id", async () => {
    const meta = {
      kind: "metabot",
      bot_id: "64",
      business: "12",
      alias: "notify",
      api_token: "T",
      token: ["meta-token-00000000000"],
    };
    await saveConfig({ ...SCHOOL, connections: { ...SCHOOL.connections, meta } });
    const [lead, person, max] = [someone(), someone(), someone()];
    await link({ telegram_id: undefined, lead_id: lead, person_id: person }, meta.token[0]);
    await link({ telegram_id: undefined, max_id: max }, MAX);
    for (const [known, connection] of [
      [{ lead_id: lead }, "meta"],
      [{ person_id: Number(person) }, "meta"],
      [{ max_id: max }, "max"],
    ] as const) {
      const { body } = await site("/v1/notify", { ...known, message: "hi" });
      expect((await sent(body["id"]))[0]).toBe(connection);
    }
    const data = { sum: 5, lead_id: "1", telegram_id: "2", event: "other" };
    const { body } = await site("/v1/notify", { lead_id: lead, event: "paid", data });
    expect((await sent(body["id"])).at(-1)).toEqual({ params: { lead_id: lead, person_id: person, sum: "5", event: "paid" } });
    for (const stranger of [{ lead_id: person }, { person_id: lead }, { vk_id: max }])
      expect(await site("/v1/notify", { ...stranger, message: "hi" })).toMatchObject({ status: 404 });
  });

  it("leaves out a bot that cannot send and takes the next messenger", async () => {
    const quiet = { kind: "telegram", username: "quiet_bot", token: ["quiet-token-0000000000"] };
    await saveConfig({ ...SCHOOL, connections: { ...SCHOOL.connections, quiet } });
    const tg = someone();
    await link({ telegram_id: tg }, TG);
    await link({ telegram_id: tg }, quiet.token[0]);
    const { body } = await site("/v1/notify", { telegram_id: tg, message: "hi" });
    expect(await sent(body["id"])).toEqual(["tg", "send_message", { text: "hi" }]);
    const alone = someone();
    await link({ telegram_id: alone }, quiet.token[0]);
    const only = await site("/v1/notify", { telegram_id: alone, message: "hi" });
    expect((await sent(only.body["id"]))[0]).toBe("quiet");
  });

  const problems = async (): Promise<number> =>
    (await env.DB.prepare("SELECT SUM(count) AS n FROM problems WHERE kind = 'delivery' AND connection = 'tg'").first<number>(
      "n",
    )) ?? 0;

  it("goes on to the next messenger when one refuses for good, once, under an id that follows from the first", async () => {
    const [tg, client] = [someone(), someone()];
    await link({ telegram_id: tg, client_id: client });
    await link({ telegram_id: tg }, TG);
    const before = await problems();
    const since = new Date().toISOString();
    const calls = vendor(({ url }) =>
      url.includes("telegram")
        ? Response.json({ ok: false, error_code: 403, description: "Forbidden: bot was blocked by the user" }, { status: 403 })
        : new Response('{"status":"success"}'),
    );
    const { body } = await site("/v1/notify", { telegram_id: tg, message: "hi" }, { secret: OTHER_SECRET });
    const id = String(body["id"]);
    await run("tg");
    await run("bot");
    expect(await row(id)).toMatchObject({ status: "dead" });
    expect(await row(`${id}_2`)).toMatchObject({ status: "delivered" });
    expect(await sent(`${id}_2`)).toEqual(["bot", "message", { message: "hi" }]);
    const said = calls.filter((call) => call.body.includes("hi"));
    expect(said.map(({ headers }) => headers.get("idempotency-key"))).toEqual([id, `${id}_2`]);
    expect(await problems()).toBe(before);
    // What was said by another way is no loss: a recovery would say it twice.
    const recover = async (connection: string): Promise<void> => {
      await operator("POST", "/v1/deliveries/recover", { connection, since });
      await run(connection);
    };
    await recover("tg");
    expect(await row(id)).toMatchObject({ status: "dead", generation: 0 });
    const put = (name: string, status: string) =>
      env.DB.prepare("UPDATE deliveries SET status = ?2 WHERE id = ?1").bind(name, status).run();
    await Promise.all([put(id, "delivered"), put(`${id}_2`, "dead")]);
    await recover("bot");
    expect(await row(`${id}_2`)).toMatchObject({ status: "dead", generation: 0 });
    await Promise.all([put(id, "dead"), put(`${id}_2`, "delivered")]);
    await operator("POST", `/v1/deliveries/${id}/replay`);
    await run("tg");
    await run("bot");
    expect(calls.filter((call) => call.body.includes("hi"))).toHaveLength(3);
  });

  it("is dead, with a problem, when the last messenger refuses as well", async () => {
    const tg = someone();
    await link({ telegram_id: tg }, TG);
    const before = await problems();
    vendor(() => Response.json({ ok: false, error_code: 403, description: "Forbidden" }, { status: 403 }));
    const { body } = await site("/v1/notify", { telegram_id: tg, message: "hi" }, { secret: OTHER_SECRET });
    await run("tg");
    expect(await row(String(body["id"]))).toMatchObject({ status: "dead" });
    await expect(row(`${String(body["id"])}_2`)).rejects.toThrow("no delivery");
    expect(await problems()).toBe(before + 1);
  });

  it("is told as a problem when it is sent again and refused, since the next messenger has refused before", async () => {
    const [tg, client] = [someone(), someone()];
    await link({ telegram_id: tg, client_id: client });
    await link({ telegram_id: tg }, TG);
    vendor(() => Response.json({ ok: false, error_code: 403, description: "Forbidden" }, { status: 403 }));
    const { body } = await site("/v1/notify", { telegram_id: tg, message: "hi" }, { secret: OTHER_SECRET });
    const id = String(body["id"]);
    await run("tg");
    await run("bot");
    expect(await row(`${id}_2`)).toMatchObject({ status: "dead" });
    const before = await problems();
    await operator("POST", `/v1/deliveries/${id}/replay`);
    await run("tg");
    expect(await row(id)).toMatchObject({ status: "dead", generation: 1 });
    expect(await problems()).toBe(before + 1);
  });

  it("runs a Chatterfy step by its id; a name that is no step goes to the next messenger", async () => {
    const chat = { kind: "chatterfy", webhook_id: "w-1", token: ["chat-token-00000000000"] };
    await saveConfig({ ...SCHOOL, connections: { ...SCHOOL.connections, chat } });
    const tg = someone();
    await link({ telegram_id: tg, client_id: someone() });
    await link({ telegram_id: undefined, chat_id: tg }, chat.token[0]);
    const step = "046050f6-38f6-4b18-b9fa-e6582f5352d0";
    const other = someone();
    await link({ telegram_id: undefined, chat_id: other }, chat.token[0]);
    const { body } = await site("/v1/notify", { telegram_id: other, event: step, data: { number: 7 } });
    expect(await sent(body["id"])).toEqual(["chat", "update_dialog", { step_id: step, status: "auto", fields: { number: "7" } }]);
    const named = await site("/v1/notify", { telegram_id: tg, event: "order_ready" }, { secret: OTHER_SECRET });
    expect((await sent(named.body["id"])).slice(0, 2)).toEqual(["bot", "callback"]);
    expect(await site("/v1/notify", { telegram_id: other, event: "order_ready" })).toMatchObject({ status: 404 });
  });

  it("takes a long message also from a backend that writes every letter of it as six characters", async () => {
    const tg = someone();
    await link({ telegram_id: tg });
    const message = "Ж".repeat(4_000);
    const escaped = JSON.stringify({ telegram_id: tg, message }).replaceAll("Ж", "\\u0416");
    const headers = await signedHeaders(escaped);
    const answer = await exports.default.fetch(`${ORIGIN}/v1/notify`, { method: "POST", headers, body: escaped });
    expect(answer.status).toBe(202);
  });

  it("is not_linked when nobody is there, also for another site's user", async () => {
    const [tg, user] = [someone(), someone()];
    await mapped({ telegram_id: tg }, user);
    expect(await site("/v1/notify", { user_id: someone(), message: "x" })).toMatchObject({
      status: 404,
      body: { reason: "not_linked" },
    });
    expect(await site("/v1/notify", { user_id: user, message: "x" }, { secret: OTHER_SECRET })).toMatchObject({ status: 404 });
    expect(await site("/v1/notify", { user_id: user })).toMatchObject({ status: 422 });
  });
});
