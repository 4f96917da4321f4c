import { runInDurableObject } from "cloudflare:test";
import { exports } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { inboxOf } from "../../src/context.ts";
import { ADMIN_TOKEN, ORIGIN, operator } from "../kit/operator.ts";
import {
  DOCUMENT,
  P,
  type Person,
  backfill,
  click,
  cron,
  events,
  openWorkspace,
  people,
  read,
  settled,
  tell,
  timeline,
  values,
  webhookUrl,
  who,
} from "../kit/journey.ts";
import { bindings } from "../kit/bindings.ts";
import { vendorsSay } from "../kit/vendors.ts";

vendorsSay();
beforeEach(() => openWorkspace());

/** Every byte the gateway keeps, as text: D1 and the inbox. */
async function bytes(): Promise<string> {
  const { results: tables } = await bindings.DB.prepare(
    "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_cf%' ESCAPE '\\' AND name NOT LIKE 'd1_%'",
  ).all<{ name: string }>();
  const all: unknown[] = [];
  for (const { name } of tables) all.push((await bindings.DB.prepare(`SELECT * FROM "${name}"`).all()).results);
  const inbox = await runInDurableObject(inboxOf(bindings) as never, (_instance: unknown, state: DurableObjectState) =>
    ["arrivals", "duplicates", "marks"].map((table) => [...state.storage.sql.exec(`SELECT * FROM ${table}`)]),
  );
  const seen = (_key: string, value: unknown): unknown => {
    if (value instanceof ArrayBuffer) return new TextDecoder("latin1").decode(value);
    return Array.isArray(value) && value.length > 8 && value.every((one) => typeof one === "number")
      ? new TextDecoder("latin1").decode(new Uint8Array(value as number[]))
      : value;
  };
  return JSON.stringify([all, inbox], seen);
}

const gone = async (path: string): Promise<unknown> => {
  const response = await operator("GET", path);
  return [response.status, (await response.json<{ reason: string }>()).reason];
};

async function twelveEvents(): Promise<Person> {
  const at = (n: number): string => `2026-03-01T10:${String(n).padStart(2, "0")}:00Z`;
  await backfill([
    ["links", at(0), { event: "click", click: click("R1"), visitor: "v1", link: "vk1" }],
    [
      "p1",
      at(1),
      { event: "bot_start", telegram_id: "1", client_id: "5", start: click("R1"), first_name: "Иванна", username: "ivanna_t" },
    ],
    ["p1", at(2), { telegram_id: "1", email: "ivan@mail.ru", phone: "+79001112233" }],
    ["school", at(3), { event: "registration", gc_user_id: "7", email: "ivan@mail.ru" }],
    ["school", at(4), { event: "order", gc_user_id: "7", order: "ORDER-77", amount: "100" }],
    ["school", at(5), { event: "payment", gc_user_id: "7", order: "ORDER-77", tid: "TID-77", amount: "100" }],
    ...Array.from(
      { length: 6 },
      (_, n) => ["p1", at(10 + n), { event: "message", telegram_id: "1", message: `секрет ${n}`, event_id: `m${n}` }] as const,
    ),
  ]);
  await settled();
  return who("telegram_id", "1");
}

describe("privacy as an operator and a data subject see it", { timeout: 30_000 }, () => {
  it("R-01 erasing leaves counters and nothing of the person; late news is dropped, a new start is a new person", async () => {
    const person = await twelveEvents();
    expect(await timeline(person.id)).toHaveLength(12);
    const before = await read<Record<string, unknown>>("/v1/report?from=2026-03-01&to=2026-03-02");
    expect((await operator("DELETE", `/v1/persons/${person.id}`)).status).toBe(200);
    for (const { type, value, scope } of person.identifiers) {
      expect(await gone(`/v1/persons?${type}=${encodeURIComponent(value)}&scope=${scope}`), type).toEqual([404, "gone"]);
    }
    expect(await gone(`/v1/persons?key=${person.key}`)).toEqual([404, "gone"]);
    expect(await gone(`/v1/persons/${person.id}`)).toEqual([404, "gone"]);
    expect(await gone(`/v1/persons/${person.id}/export`)).toEqual([404, "gone"]);
    const kept = await bytes();
    for (const text of ["ivan@mail.ru", "79001112233", "Иванна", "ivanna_t", "секрет", "ORDER-77", "TID-77"])
      expect(kept, text).not.toContain(text);
    const after = await read<Record<string, unknown>>("/v1/report?from=2026-03-01&to=2026-03-02");
    for (const part of ["intake", "money", "clicks", "stages"]) expect(after[part], part).toEqual(before[part]);
    const late = await backfill([
      ["school", "2026-03-01T12:00:00Z", { event: "payment", gc_user_id: "7", order: "O9", tid: "t9", amount: "5" }],
    ]);
    expect(late.accepted).toBe(1);
    await settled();
    const dropped = await events("?status=erased&type=payment");
    expect(dropped).not.toEqual([]);
    expect(dropped.flatMap(({ flags }) => flags)).toEqual([]);
    expect(await people()).toEqual([]);
    await tell("p1", { event: "bot_start", telegram_id: "1", email: "ivan@mail.ru" });
    await settled();
    const anew = await who("telegram_id", "1");
    expect(anew.key).not.toBe(person.key);
    expect(anew.id).not.toBe(person.id);
    expect(await timeline(anew.id)).toHaveLength(1);
    expect(await gone(`/v1/persons?key=${person.key}`)).toEqual([404, "gone"]);
    expect(await P("phone", "+79001112233")).toBeNull();
  });

  it("R-01 what is told late of an erased person changes no number: neither a new sum of her payment nor a click", async () => {
    const numbers = async (): Promise<unknown[]> => {
      const { money, clicks, stages } = await read<Record<string, unknown>>("/v1/report?from=2026-03-01&to=2026-03-02");
      return [money, clicks, stages];
    };
    const person = await twelveEvents();
    const before = await numbers();
    expect((await operator("DELETE", `/v1/persons/${person.id}`)).status).toBe(200);
    await backfill([
      ["school", "2026-03-01T12:00:00Z", { event: "payment", gc_user_id: "7", order: "ORDER-77", tid: "TID-77", amount: "70" }],
      ["links", "2026-03-01T13:00:00Z", { event: "click", click: click("R2"), visitor: "v1", link: "vk1" }],
    ]);
    await settled();
    expect(await events("?status=erased")).toHaveLength(14);
    expect(await numbers()).toEqual(before);
  });

  it("R-01 an order that two people paid for stays one deal when either is erased, and its number goes with the last of them", async () => {
    const paid = { event: "payment", order: "ORDER-88", amount: "50" };
    await backfill([
      ["school", "2026-03-01T10:00:00Z", { ...paid, gc_user_id: "7", tid: "TID-7" }],
      ["school", "2026-03-01T11:00:00Z", { ...paid, gc_user_id: "8", tid: "TID-8" }],
    ]);
    await settled();
    const money = async (): Promise<unknown> =>
      (await read<{ money: unknown }>("/v1/report?from=2026-03-01&to=2026-03-02")).money;
    const before = await money();
    expect(before).toMatchObject({ paid_deals: 1, average_deal: "100.00" });
    await operator("DELETE", `/v1/persons/${(await who("gc_user_id", "7")).id}`);
    expect(await money()).toEqual(before);
    expect(await bytes()).not.toContain("TID-7");
    await operator("DELETE", `/v1/persons/${(await who("gc_user_id", "8")).id}`);
    expect(await money()).toEqual(before);
    expect(await bytes()).not.toContain("ORDER-88");
  });

  it("R-01 a later part of an erased person's order is the same deal, and its number goes with whoever paid it", async () => {
    const money = async (): Promise<unknown> =>
      (await read<{ money: unknown }>("/v1/report?from=2026-03-01&to=2027-01-01")).money;
    const paid = { event: "payment", gc_user_id: "7", order: "ORDER-99", amount: "50" };
    await backfill([["school", "2026-03-01T10:00:00Z", { ...paid, tid: "TID-1" }]]);
    await settled();
    await operator("DELETE", `/v1/persons/${(await who("gc_user_id", "7")).id}`);
    expect(await money()).toMatchObject({ paid_deals: 1, average_deal: "50.00" });
    await tell("school", { ...paid, tid: "TID-2" });
    await settled();
    const whole = await money();
    expect(whole).toMatchObject({ paid_deals: 1, average_deal: "100.00" });
    await operator("DELETE", `/v1/persons/${(await who("gc_user_id", "7")).id}`);
    expect(await money()).toEqual(whole);
    expect(await bytes()).not.toContain("ORDER-99");
  });

  it("R-01 a total told after an erasure counts only what is new in it", async () => {
    const gross = async (): Promise<unknown> =>
      (await read<{ money: { gross: string } }>("/v1/report?from=2026-03-01&to=2027-01-01")).money.gross;
    const paid = { event: "payment", gc_user_id: "7", order: "ORDER-77" };
    await backfill([["school", "2026-03-01T10:00:00Z", { ...paid, payed_money: "10000", event_id: "1" }]]);
    await settled();
    await operator("DELETE", `/v1/persons/${(await who("gc_user_id", "7")).id}`);
    await tell("school", { ...paid, payed_money: "30000", event_id: "2" });
    await settled();
    expect(await gross()).toBe("30000.00");
  });

  it("R-02 the export is JSON or a page, with her things and nobody else's, and no secret", async () => {
    const person = await twelveEvents();
    await tell("p2", { telegram_id: "2", email: "other@mail.ru", phone: "+79005556677" });
    await tell("p1", { telegram_id: "1", token: "sesame-open-token", api_key: "K-1234567" });
    await settled();
    const copy = await operator("GET", `/v1/persons/${person.id}/export`);
    const text = await copy.text();
    for (const own of ["ivan@mail.ru", "+79001112233", "ORDER-77", "vk"]) expect(text, own).toContain(own);
    for (const foreign of ["other@mail.ru", "79005556677", "sesame-open-token", "K-1234567"])
      expect(text, foreign).not.toContain(foreign);
    const page = await exports.default.fetch(`${ORIGIN}/v1/persons/${person.id}/export`, {
      headers: { authorization: `Bearer ${ADMIN_TOKEN}`, accept: "text/html" },
    });
    expect(page.headers.get("content-type")).toContain("text/html");
    expect(await page.text()).toContain("ivan@mail.ru");
  });

  it("R-03 no byte of storage holds an e-mail or a phone, waiting or bound, and the card shows them", async () => {
    await tell("p1", { telegram_id: "1", email: "ivan@mail.ru", phone: "+79001112233", message: "пишите на ivan@mail.ru" });
    expect(await bytes()).not.toContain("ivan@mail.ru");
    await settled();
    const kept = await bytes();
    expect(kept).not.toContain("ivan@mail.ru");
    expect(kept).not.toContain("79001112233");
    expect(kept.length).toBeGreaterThan(1_000);
    const person = await who("telegram_id", "1");
    expect([...values(person, "email"), ...values(person, "phone")]).toEqual(["ivan@mail.ru", "+79001112233"]);
  });

  it("R-03 an address that a page's link carries becomes no source and no byte of storage", async () => {
    const link = "https://school.example/lesson?email=ivan@mail.ru&to=petr%40mail.ru&utm=1";
    await tell("p1", { event: "bot_start", telegram_id: "1", link });
    await settled();
    expect(await bytes()).not.toMatch(/(ivan@|petr%40)mail/);
    expect((await who("telegram_id", "1")).first_touch).toMatchObject({
      link: "https://school.example/lesson?email=(e-mail)&to=(e-mail)&utm=1",
    });
  });

  it("R-03 a pseudonymous workspace joins people by contacts it does not keep", async () => {
    await openWorkspace({ workspace: { ...DOCUMENT.workspace, privacy: "pseudonymous" } });
    await tell("school", { event: "payment", gc_user_id: "77", email: "Ivan@Mail.ru", order: "O1", tid: "1", amount: "100" });
    await tell("p1", { telegram_id: "1010", client_id: "510", email: " ivan@mail.ru " });
    await tell("p1", { max_id: "55", phone: "8 (900) 111-22-33" });
    await tell("p1", { telegram_id: "1010", phone: "+79001112233" });
    await tell("chatterfy1", { event: "payment", email: "ivan@mail.ru", tid: "1", amount: "5" });
    await settled();
    expect(await people()).toHaveLength(1);
    const person = await who("email", "ivan@mail.ru");
    for (const shown of [...values(person, "email"), ...values(person, "phone")]) expect(shown).toMatch(/^••[0-9a-z]{3}$/);
    expect(JSON.stringify(await read(`/v1/persons/${person.id}/timeline`))).not.toContain("ivan");
    for (const { id } of await events())
      expect(JSON.stringify(await read(`/v1/events/${id}`)).toLowerCase()).not.toContain("ivan@");
  });

  it("R-04 withdrawn consent stops messages at once and the log says why", async () => {
    await openWorkspace({
      rules: [
        {
          on: "visit",
          do: [
            { to: "p1", action: "message", with: { message: "привет" } },
            { to: "keitaro1", action: "postback", with: { status: "lead" } },
          ],
        },
      ],
      connections: {
        ...DOCUMENT.connections,
        p1: { kind: "salebot", project: "P1", api_key: "K", base_url: "https://sb.example", token: "token-of-p1-0000000000" },
      },
    });
    await tell("p1", { event: "consent_withdrawn", telegram_id: "1", client_id: "5" });
    const { id } = await tell("p1", { event: "visit", telegram_id: "1" });
    await settled();
    const story = await read<{ deliveries: { status: string; reason: string }[] }>(`/v1/events/${id}`);
    expect(story.deliveries.map(({ status, reason }) => [status, reason])).toEqual([
      ["cancelled", "consent_withdrawn"],
      ["cancelled", "consent_withdrawn"],
    ]);
  });

  it("R-05 secrets in query, body and header are masked wherever an operator looks", async () => {
    const secrets = {
      token: "sesame-token-1",
      api_key: "sesame-key-2",
      secret: "sesame-sec-3",
      key: "sesame-k-4",
      SecretKey: "sesame-s-5",
      Authorization: "Bearer sesame-a-6",
    };
    const { id } = await tell("p1", { telegram_id: "1", ...secrets, nested: { api_key: "sesame-n-7" } });
    const query = await exports.default.fetch(`${webhookUrl("p1")}?telegram_id=1&x=2&token=sesame-q-8&api_key=sesame-q-9`, {
      headers: { "x-gateway-token": "sesame-h-10" },
    });
    await settled();
    const ids = [id, (await query.json<{ id: string }>()).id];
    const shown = await Promise.all([
      ...ids.map((one) => operator("GET", `/v1/events/${one}`)),
      operator("GET", "/v1/events"),
      operator("GET", `/v1/persons/${(await who("telegram_id", "1")).id}/export`),
    ]);
    const text = (await Promise.all(shown.map((response) => response.text()))).join("");
    expect(text).not.toContain("sesame");
    expect(text).toContain("••••");
    expect(await bytes()).not.toContain("sesame");
    const wrong = await exports.default.fetch(`${ORIGIN}/webhook/p1/sesame-wrong`);
    expect(await wrong.text()).not.toContain("sesame");
  });

  it("R-05 a connection's own secret in an imported line is masked under any name", async () => {
    await backfill([["p1", "2026-03-01T10:00:00Z", { telegram_id: "1", event: "message", note: "seen token-of-p1-0000000000" }]]);
    await settled();
    const [event] = await events("");
    const text = JSON.stringify(await read(`/v1/events/${event?.id}`));
    expect(text).not.toContain("token-of-p1");
    expect(text).toContain("seen ••••");
  });

  it("R-05 our own key travels unmasked", async () => {
    await tell("p1", { telegram_id: "1" });
    await settled();
    const { key } = await who("telegram_id", "1");
    const { id } = await tell("school", { gc_user_id: "9", key });
    await settled();
    expect(JSON.stringify(await read(`/v1/events/${id}`))).toContain(key);
  });

  it("R-06 raw payloads vanish after their days, events after theirs, counts stay", async () => {
    const person = await twelveEvents();
    const [payment] = await events("?type=payment");
    const before = await read<Record<string, unknown>>("/v1/report?from=2026-03-01&to=2026-03-02");
    await bindings.DB.prepare("UPDATE events SET stored_at = stored_at - ?1")
      .bind(31 * 86_400_000)
      .run();
    await cron();
    expect(await read(`/v1/events/${payment?.id}`)).toMatchObject({ raw: null, amount: "100" });
    expect(await timeline(person.id)).toHaveLength(12);
    await bindings.DB.prepare("UPDATE events SET stored_at = stored_at - ?1")
      .bind(400 * 86_400_000)
      .run();
    for (let turn = 0; turn < 3; turn++) await cron();
    expect((await read<{ intake: unknown }>("/v1/report?from=2026-03-01&to=2026-03-02")).intake).toEqual(before["intake"]);
    expect(await bytes()).not.toContain("секрет");
  });

  it("R-06 a payment that still waits keeps what it is bound by, and is forgotten like the others once it waits no more", async () => {
    const retention = { raw_days: 30, event_days: 30, waiting_days: 90 };
    await openWorkspace({ workspace: { ...DOCUMENT.workspace, retention } });
    await backfill([
      ["onewin", "2026-03-01T10:00:00Z", { event: "payment", clickid: "CH9", tid: "t1", amount: "50", currency: "USD" }],
    ]);
    await settled();
    await bindings.DB.prepare("UPDATE events SET stored_at = stored_at - ?1")
      .bind(31 * 86_400_000)
      .run();
    await cron();
    await tell("chatterfy1", { event: "bot_start", telegram_id: "9", clickid: "CH9" });
    await settled();
    expect(await timeline((await who("telegram_id", "9")).id)).toMatchObject([{ type: "payment", amount: "50" }, {}]);
    const report = await read("/v1/report?from=2026-03-01&to=2026-03-02");
    expect(report).toMatchObject({ money: { gross: "4500.00", unbound: "0.00" } });
    await cron();
    const kept = await bindings.DB.prepare(
      "SELECT COUNT(*) AS n FROM events WHERE facts IS NOT NULL AND type = 'payment'",
    ).first();
    expect(kept).toEqual({ n: 0 });
  });

  it("R-07 the act of erasure is JSON and a page to print", async () => {
    const person = await twelveEvents();
    const response = await operator("DELETE", `/v1/persons/${person.id}`, { basis: "письмо №5" });
    const act = await response.json<Record<string, unknown>>();
    expect(JSON.stringify(act)).toContain("письмо №5");
    const headers = { authorization: `Bearer ${ADMIN_TOKEN}`, accept: "text/html" };
    const page = await (await exports.default.fetch(`${ORIGIN}/v1/persons/${person.id}/erasure`, { headers })).text();
    expect(page).toContain("письмо №5");
    expect(page.toLowerCase()).toMatch(/акт/);
    expect(page).not.toContain("ivan@mail.ru");
  });
});
