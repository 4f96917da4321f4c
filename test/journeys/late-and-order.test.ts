import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import {
  DOCUMENT,
  all,
  backfill,
  click,
  cron,
  events,
  openWorkspace,
  people,
  problems,
  read,
  settled,
  tell,
  timeline,
  values,
  who,
} from "../kit/journey.ts";
import { signIn } from "../kit/console.ts";
import { operator } from "../kit/operator.ts";

beforeEach(() => openWorkspace());

const c1 = click("L1");

describe("late binding and order as an outside client sees them", { timeout: 60_000 }, () => {
  it("L-01 a postback before the bot waits, then stands at its own time", async () => {
    const first = await backfill([
      ["chatterfy1", "2026-03-01T10:00:00Z", { event: "sale", clickid: "CH9", amount: "50", currency: "USD", tid: "q" }],
    ]);
    expect(first.accepted).toBe(1);
    await settled();
    expect(await events("?status=unbound")).toHaveLength(1);
    expect(await problems("unbound")).toHaveLength(1);
    expect(await people()).toHaveLength(0);
    await backfill([
      [
        "chatterfy1",
        "2026-03-01T10:05:00Z",
        {
          event: "bot_start",
          chatId: "1009",
          clickid: "CH9",
          utm_source: "tgads",
          utm_campaign: "spring",
          event_at: "2026-03-01T09:50:00Z",
        },
      ],
    ]);
    await settled();
    expect(await events("?status=unbound")).toEqual([]);
    expect(await problems("unbound")).toEqual([]);
    const person = await who("telegram_id", "1009");
    const payment = (await timeline(person.id)).find(({ type }) => type === "payment");
    expect(payment).toMatchObject({ at: "2026-03-01T10:00:00.000Z", amount: "50", status: "bound", label: "sale" });
    const report = await read<{ sources: { source: string; net_first: string; net_last: string }[]; money: { unbound: string } }>(
      "/v1/report?from=2026-03-01&to=2026-03-02",
    );
    expect(report.sources).toEqual([
      expect.objectContaining({ source: "tgads / spring", net_first: "4500.00", net_last: "4500.00" }),
    ]);
    expect(report.money.unbound).toBe("0.00");
  });

  it("L-01 through the live door the waiting answer is 2xx and the trace names the click id", async () => {
    const sale = await tell("chatterfy1", { event: "sale", clickid: "CH9", amount: "50", currency: "USD", tid: "q" });
    expect(sale).toMatchObject({ status: 202, outcome: "accepted" });
    await settled();
    expect((await read<{ status: string }>(`/v1/events/${sale.id}`)).status).toBe("unbound");
    await tell("chatterfy1", { event: "bot_start", chatId: "1009", clickid: "CH9" });
    await settled();
    const story = await read<{ status: string; trace: string[]; via: string }>(`/v1/events/${sale.id}`);
    expect(story.status).toBe("bound");
    expect(story.trace.join(" ")).toContain("CH9");
  });

  it("L-02 seven events in twenty arrival orders: one person, one timeline, nothing unbound", async () => {
    const facts: [string, string, Record<string, unknown>][] = [
      ["links", "2026-03-01T10:00:00Z", { event: "click", click: c1, visitor: "v1", link: "vk1", subid: "KS1" }],
      ["p1", "2026-03-01T10:01:00Z", { event: "bot_start", telegram_id: "1", client_id: "5", start: c1 }],
      ["p1", "2026-03-01T10:02:00Z", { telegram_id: "1", email: "i@i.ru" }],
      ["school", "2026-03-01T10:03:00Z", { event: "registration", gc_user_id: "7", email: "I@i.ru" }],
      ["school", "2026-03-01T10:04:00Z", { event: "order", gc_user_id: "7", order: "O1", amount: "100" }],
      ["keitaro1", "2026-03-01T10:05:00Z", { event: "sale", subid: "KS1", amount: "10", currency: "USD", tid: "k1" }],
      ["login", "2026-03-01T10:06:00Z", { event: "login", telegram_id: "1", user_id: "31", site: "site1" }],
    ];
    const orders = Array.from({ length: 20 }, (_, seed) =>
      shuffled(
        facts.map((_fact, index) => index),
        seed,
      ),
    );
    const pictures = new Set<string>();
    for (const order of [[0, 1, 2, 3, 4, 5, 6], ...orders]) {
      await openWorkspace();
      // An import gives events their own times; what is shuffled is the order of arrival.
      for (const place of order) {
        const [connection, at, fields] = facts[place] ?? ["p1", "", {}];
        await backfill([[connection, at, { ...fields, event_at: at }]]);
      }
      await settled();
      const persons = await people();
      const [person] = persons;
      expect(persons, order.join("")).toHaveLength(1);
      if (!person) continue;
      const lines = await timeline(person.id);
      pictures.add(
        JSON.stringify({
          identifiers: person.identifiers
            .map(({ type, scope, value, proof }) => [type, scope, value, proof].join(" "))
            .toSorted(),
          stages: Object.entries(person.stages).map(String).toSorted(),
          touches: [person.first_touch?.source, person.last_touch?.source],
          net: person.net,
          lines: lines.map(({ type, at, label, amount, status, link }) => [type, at, label, amount, status, link]),
        }),
      );
      expect(await events("?status=unbound"), order.join("")).toEqual([]);
    }
    expect([...pictures]).toHaveLength(1);
    expect([...pictures][0]).toContain('"net":"900.00"');
  });

  it("L-04 after ninety days a postback nobody claimed leaves the waiting list and stays unbound money of its day", async () => {
    await backfill([
      ["chatterfy1", "2026-03-01T10:00:00Z", { event: "sale", clickid: "ZZZ", amount: "10", currency: "USD", tid: "z" }],
    ]);
    await settled();
    const browser = await signIn();
    expect(await browser.text("/console/problems")).toContain("событие больше суток ждёт своего человека");
    await env.DB.prepare("UPDATE parked SET expires_at = 1").run();
    await cron();
    const problems = await browser.text("/console/problems");
    expect(problems).toContain("Проблем нет.");
    expect(problems).not.toMatch(/class="n">1</);
    await tell("chatterfy1", { event: "bot_start", chatId: "5", clickid: "ZZZ" });
    await settled();
    expect(await timeline((await who("telegram_id", "5")).id)).toHaveLength(1);
    expect(await events("?status=unbound")).toHaveLength(1);
    const report = await read<{ money: { unbound: string } }>("/v1/report?from=2026-03-01&to=2026-03-02");
    expect(report.money.unbound).toBe("900.00");
  });

  it("L-06 fifty parallel first events of one account found one person", async () => {
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, n) =>
        tell("p1", { event: "message", telegram_id: "5", message: String(n), event_id: `m${n}` }),
      ),
    );
    expect(answers.every(({ status }) => status === 202)).toBe(true);
    await settled();
    expect(await people()).toHaveLength(1);
    expect(await timeline((await who("telegram_id", "5")).id)).toHaveLength(50);
  });

  it("L-06 a simultaneous pair that shares an e-mail is one person", async () => {
    for (let round = 0; round < 5; round++) {
      await Promise.all([
        tell("p1", { telegram_id: `1${round}`, email: `x${round}@x.ru` }),
        tell("school", { event: "registration", gc_user_id: `7${round}`, email: `x${round}@x.ru` }),
      ]);
    }
    await settled();
    expect(await people()).toHaveLength(5);
    expect(values(await who("telegram_id", "10"), "gc_user_id")).toEqual(["70"]);
  });

  it("pages through a thousand events without loss while new ones arrive", async () => {
    const line = (n: number): readonly [string, string, Record<string, unknown>] => [
      "p1",
      "2026-03-01T10:00:00Z",
      { event: "message", telegram_id: String((n % 7) + 1), event_id: `e${n}` },
    ];
    await backfill(Array.from({ length: 1_000 }, (_, n) => line(n)));
    const old = new Set((await all<{ id: string }>("/v1/events")).map(({ id }) => id));
    expect(old.size).toBe(1_000);
    const [seen] = await Promise.all([
      all<{ id: string }>("/v1/events"),
      backfill(Array.from({ length: 300 }, (_, n) => line(2_000 + n))),
    ]);
    const ids = seen.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect([...old].filter((id) => !ids.includes(id))).toEqual([]);
    await settled();
    const bound = await all<{ id: string }>("/v1/events?status=bound&connection=p1");
    expect(bound).toHaveLength(1_300);
    expect(await people()).toHaveLength(7);
  });
});

/** A fixed shuffle per seed. */
function shuffled(items: readonly number[], seed: number): number[] {
  let state = seed * 7919 + 17;
  const next = (): number => (state = (state * 1_103_515_245 + 12_345) % 2_147_483_648);
  return items
    .map((item) => ({ item, place: next() }))
    .toSorted((a, b) => a.place - b.place)
    .map(({ item }) => item);
}

describe("two persons who turn out to be one while something waits to be sent", { timeout: 60_000 }, () => {
  afterEach(() => vi.restoreAllMocks());

  it.each([
    ["by an event", async () => void (await tell("p1", { telegram_id: "1", email: "i@i.ru" }))],
    [
      "by an operator",
      async () => {
        const [older, newer] = [await who("telegram_id", "1"), await who("email", "i@i.ru")];
        await operator("POST", "/v1/persons/merge", { persons: [older.id, newer.id] });
      },
    ],
  ])("%s: what the younger was to be told goes before what is new", async (_how, merge) => {
    const out = { kind: "http", url: "https://crm.example/", retry_seconds: [1, 1, 1] };
    const action = { to: "out", action: "request", with: { body: "{{event.message}}" } };
    await openWorkspace({ connections: { ...DOCUMENT.connections, out }, rules: [{ on: "note", do: [action] }] });
    const said: string[] = [];
    vi.spyOn(globalThis, "fetch").mockImplementation(async (_url, init) => {
      const body = typeof init?.body === "string" ? init.body : "";
      const refused = body === "first" && !said.includes("first");
      said.push(body);
      return new Response(null, { status: refused ? 503 : 200 });
    });
    await tell("p1", { event: "bot_start", telegram_id: "1" });
    await tell("p1", { event: "note", email: "i@i.ru", message: "first" });
    await settled();
    await vi.waitUntil(() => said.length === 1);
    await merge();
    await tell("p1", { event: "note", telegram_id: "1", message: "second" });
    await settled();
    await vi.waitUntil(() => said.length === 3, { timeout: 10_000 });
    expect(said).toEqual(["first", "first", "second"]);
  });
});
