/** What an operator does with one event: keeps its payload, plays it again, sends it somewhere else, finds it by what it says. */
import { runDurableObjectAlarm } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { inboxOf } from "../../src/context.ts";
import { type Browser, come, refusalOf, signIn } from "../kit/console.ts";
import { accept } from "../kit/feed.ts";
import { ORIGIN, configure, operator } from "../kit/operator.ts";

const CONFIG = {
  connections: {
    bot: { kind: "salebot", project: "P1", api_key: "key-of-the-bot", token: "tok-bot-0000000000" },
    gc: { kind: "getcourse", account: "school1", token: "tok-gc-0000000000" },
    out: { kind: "http", url: "http://127.0.0.1:9/in", token: "tok-out-0000000000" },
  },
  rules: [{ on: "login", do: [{ to: "out", action: "request", with: { body: { who: "{{person.telegram_id}}" } } }] }],
};

let browser: Browser;

const idOf = async (path: string, body: object): Promise<string> => (await (await come(path, body)).json<{ id: string }>()).id;

const rowsOf = async (query: string): Promise<string[]> =>
  [...(await browser.text(`/console/events?${query}`)).matchAll(/<tr data-id="(evt_[^"]+)"/g)].map(([, id]) => id ?? "");

beforeAll(async () => {
  await configure(CONFIG);
  browser = await signIn();
});

it("an event is shown while it waits, however many came after it, in the reader's words", async () => {
  vi.spyOn(Object.getPrototypeOf(env.DB) as D1Database, "batch").mockRejectedValue(new Error("D1 is away"));
  const [first] = await accept(
    ...Array.from({ length: 201 }, () => ({ connection: "bot", type: "bot_start", ids: { tg: 4001 } })),
  );
  const page = await browser.text(`/console/events/${first?.id}`);
  expect(page).toContain("ждёт своей очереди");
  expect(page).toContain("<h1>Старт бота</h1>");
  const [, newest] = /data-id="(evt_\w+)"/.exec(await browser.text("/console/events?status=accepted")) ?? [];
  expect(await browser.text("/console/events?status=accepted")).toContain(`href="/console/events/${newest}"`);
  vi.restoreAllMocks();
  await inboxOf(env).drain();
});

it("an event that is bound between two looks at it is shown, not missed", async () => {
  const [event] = await accept({ connection: "bot", type: "bot_start", ids: { tg: 4777 } });
  const proto = Object.getPrototypeOf(env.DB) as D1Database;
  const prepare = proto.prepare.bind(env.DB);
  vi.spyOn(proto, "prepare").mockImplementation((sql) => {
    const statement = prepare(sql);
    if (!sql.includes("FROM events e WHERE e.id = ?1")) return statement;
    vi.restoreAllMocks();
    const bound = statement.bind(event?.id);
    vi.spyOn(bound, "first").mockImplementation(async () => {
      await inboxOf(env).drain();
      return null;
    });
    vi.spyOn(statement, "bind").mockReturnValue(bound);
    return statement;
  });
  const answer = await browser.get(`/console/events/${event?.id}`);
  expect(answer.status).toBe(200);
  expect(await answer.text()).toContain("Кто и почему");
});

it("a text is looked for as far as the list says, and further on request", async () => {
  await env.DB.prepare("DELETE FROM events").run();
  const old = await idOf("bot/tok-bot-0000000000", { event: "message", telegram_id: "4801", message: "иголка в сене" });
  await accept(...Array.from({ length: 1_001 }, () => ({ connection: "bot", type: "message", ids: { tg: 4802 } })));
  await inboxOf(env).drain();
  const page = await browser.text(`/console/events?q=${encodeURIComponent("иголка")}`);
  expect(page).toMatch(/Просмотрено событий: 1\s000/);
  expect(page).not.toContain("ничего нет");
  const [, next = ""] = /rel="next" href="([^"]+)"/.exec(page) ?? [];
  const rest = await browser.text(next.replaceAll("&amp;", "&"));
  expect(rest).toContain(`href="/console/events/${old}"`);
  expect(rest).not.toContain("Просмотрено");
});

describe("a bookmark", () => {
  it("keeps the payload past its retention, and plays it as a test that founds nobody and counts nowhere", async () => {
    const id = await idOf("gc/tok-gc-0000000000/registration", { gc_user_id: "77", email: "kept@school.example" });
    await browser.post("/console/act/bookmark", { id });
    await env.DB.prepare("UPDATE events SET raw = NULL WHERE id = ?1").bind(id).run();
    expect(await browser.text(`/console/events/${id}`)).toContain("Проиграть как проверку");
    expect(await rowsOf("status=kept")).toEqual([id]);
    const people = async (): Promise<number> =>
      (await env.DB.prepare("SELECT COUNT(*) AS n FROM persons").first<{ n: number }>())?.n ?? 0;
    const before = await people();
    const played = await browser.post("/console/act/replay-bookmark", { id });
    const target = new URL(played.headers.get("location") ?? "", ORIGIN);
    expect(target.pathname).toMatch(/^\/console\/events\/evt_/);
    await inboxOf(env).drain();
    const event = await (await operator("GET", target.pathname.replace("/console", "/v1"))).json<Record<string, unknown>>();
    expect(event["status"]).toBe("preview");
    expect(event["type"]).toBe("registration");
    expect(await people()).toBe(before);
    await browser.post("/console/act/drop-bookmark", { id });
    expect(await browser.text(`/console/events/${id}`)).not.toContain("Проиграть как проверку");
  });

  it("says so when there is nothing left to keep", async () => {
    const id = await idOf("gc/tok-gc-0000000000/registration", { gc_user_id: "78" });
    await env.DB.prepare("UPDATE events SET raw = NULL WHERE id = ?1").bind(id).run();
    const refused = await browser.post("/console/act/bookmark", { id });
    expect(await refusalOf(refused)).toContain("срок хранения");
  });

  it("goes with the person who is erased", async () => {
    const id = await idOf("gc/tok-gc-0000000000/registration", { gc_user_id: "79" });
    await browser.post("/console/act/bookmark", { id });
    const { person_id } = (await env.DB.prepare("SELECT person_id FROM events WHERE id = ?1").bind(id).first<{
      person_id: string;
    }>()) ?? { person_id: "" };
    await browser.post("/console/act/erase", { person: person_id });
    expect(await env.DB.prepare("SELECT COUNT(*) AS n FROM bookmarks WHERE event_id = ?1").bind(id).first()).toEqual({ n: 0 });
  });
});

describe("«Отправить ещё раз в…»", () => {
  it("makes one new delivery by the chosen action, marked as a replay, though no rule fired", async () => {
    const id = await idOf("bot/tok-bot-0000000000", { event: "bot_start", telegram_id: "3001", client_id: "31" });
    expect(await browser.text(`/console/events/${id}`)).toContain("Отправить ещё раз в…");
    const sent = await browser.post("/console/act/resend", { id, place: "0.0" });
    expect(sent.headers.get("location")).toContain("done=1");
    const { items } = await (await operator("GET", "/v1/deliveries?limit=10")).json<{ items: Record<string, unknown>[] }>();
    expect(items.map(({ event_id, connection, action }) => [event_id, connection, action])).toEqual([[id, "out", "request"]]);
  });

  it("refuses an action that is gone from the rules, an event of nobody, and somebody who withdrew her consent", async () => {
    const bound = await idOf("bot/tok-bot-0000000000", { event: "bot_start", telegram_id: "3002", client_id: "32" });
    const nobody = await idOf("gc/tok-gc-0000000000/sale", { order: "O1", amount: "5" });
    await env.DB.prepare(
      "UPDATE persons SET consent_withdrawn_at = 1 WHERE person_id = (SELECT person_id FROM events WHERE id = ?1)",
    )
      .bind(bound)
      .run();
    const answers = await Promise.all(
      [
        { id: bound, place: "7.0" },
        { id: nobody, place: "0.0" },
        { id: bound, place: "0.0" },
        { id: "evt_none", place: "0.0" },
      ].map(async (fields) => (await browser.post("/console/act/resend", fields)).status),
    );
    expect(new Set(answers)).toEqual(new Set([422]));
  });
});

describe("«Повторить»", () => {
  const twice = {
    ...CONFIG,
    rules: [
      {
        on: "login",
        do: [
          { to: "out", action: "request", with: { body: { step: "first" } } },
          { to: "out", action: "request", with: { body: { step: "second" } } },
        ],
      },
    ],
  };
  const replay = (id: string): Promise<Response> => browser.post("/console/act/replay-event", { id });

  it("sends what was sent again, in the order in which it was sent", async () => {
    await configure(twice);
    const steps: string[] = [];
    vi.spyOn(globalThis, "fetch").mockImplementation(async (_input, init) => {
      steps.push(typeof init?.body === "string" ? init.body : "");
      return new Response("ok");
    });
    const id = await idOf("bot/tok-bot-0000000000", { event: "login", telegram_id: "3010", client_id: "310" });
    const lane = env.LANE.get(env.LANE.idFromName("out"));
    await runDurableObjectAlarm(lane);
    await vi.waitFor(() => expect(steps).toEqual(['{"step":"first"}', '{"step":"second"}']));
    await vi.waitFor(async () =>
      expect(
        await env.DB.prepare("SELECT COUNT(*) AS n FROM deliveries WHERE event_id = ?1 AND status = 'delivered'")
          .bind(id)
          .first(),
      ).toEqual({ n: 2 }),
    );
    steps.length = 0;
    expect((await replay(id)).status).toBe(303);
    await vi.waitFor(() => expect(steps).toEqual(['{"step":"first"}', '{"step":"second"}']));
    vi.restoreAllMocks();
    await configure(CONFIG);
  });

  it("says so when nothing of it can be sent again", async () => {
    const [id = ""] = await rowsOf("type=login");
    await env.DB.prepare("UPDATE deliveries SET work = NULL, replayed_at = NULL, status = 'delivered' WHERE event_id = ?1")
      .bind(id)
      .run();
    expect(await refusalOf(await replay(id))).toContain("срок хранения");
  });
});

describe("filters of the list", () => {
  it("«Что не доставлено» of a connection lists what was to be sent there, whoever told of it", async () => {
    const id = await idOf("bot/tok-bot-0000000000", { event: "login", telegram_id: "3011", client_id: "311" });
    await env.DB.prepare("UPDATE deliveries SET status = 'dead' WHERE event_id = ?1").bind(id).run();
    const card = await browser.text("/console/connections/out");
    const link = /href="\/console\/events\?([^"]*)">Что не доставлено/.exec(card)?.[1]?.replaceAll("&amp;", "&") ?? "none";
    expect(await rowsOf(link)).toEqual([id]);
    expect(await rowsOf(link.replace("out", "bot"))).toEqual([]);
    expect(await browser.text(`/console/events?${link}`)).toContain("куда: out");
  });

  it("find a word of the delivery as it came, a person by key or id, and what was sent by the reply's HTTP code", async () => {
    const id = await idOf("bot/tok-bot-0000000000", {
      event: "message",
      telegram_id: "3003",
      client_id: "33",
      note: "Нестандартное-Поле",
    });
    expect(await rowsOf("q=нестандартное")).toEqual([id]);
    const { person_id, key } = (await env.DB.prepare(
      "SELECT e.person_id, p.key FROM events e JOIN persons p ON p.id = e.person_id WHERE e.id = ?1",
    )
      .bind(id)
      .first<{ person_id: string; key: string }>()) ?? { person_id: "", key: "" };
    expect(await rowsOf(`person=${person_id}`)).toEqual([id]);
    expect(await rowsOf(`person=${key}`)).toEqual([id]);
    expect(await rowsOf("person=k_nobody")).toEqual([]);
    expect(await rowsOf("code=599")).toEqual([]);
    expect((await rowsOf("when=today")).includes(id)).toBe(true);
  });
});

describe("the filters of the list", () => {
  const chosen = async (query: string): Promise<string[]> =>
    [...(await browser.text(`/console/events?${query}`)).matchAll(/<option value="([^"]+)"\s+selected>([^<]+)/g)].map(
      ([, value, text]) => `${value} ${text}`,
    );

  it.each([
    ["connection=gone", "gone gone"],
    ["type=webinar_visit", "webinar_visit webinar_visit"],
    ["type=withdrawal", "withdrawal Вывод"],
    ["status=erased", "erased Стёрто"],
  ])("show what is filtered by, %s", async (query, told) => expect(await chosen(query)).toContain(told));
});

describe("a link", () => {
  it.each([
    ["telegram", "@my_bot", "https://t.me/my_bot?start={click}", "18/64"],
    ["max", "my_bot", "https://max.ru/my_bot?start={click}", "18/128"],
    ["telegram", "t.me/my_bot", "https://t.me/my_bot?start={click}", "18/64"],
    ["vk", "club", "https://vk.me/club?ref={click}", "18/512"],
    ["vk", "my.group", "https://vk.me/my.group?ref={click}", "18/512"],
    ["whatsapp", "8 (916) 123-45-67", "https://wa.me/79161234567?text={click}", "18/1000"],
    ["whatsapp", "+7 916 123-45-67", "https://wa.me/79161234567?text={click}", "18/1000"],
    ["site", "school.example/course", "https://school.example/course?tl={click}", null],
    ["offer", "https://offer.example/?a=1", "https://offer.example/?a=1&tl={click}", null],
  ])("to %s is made of what a marketer types: %s", async (target, to, address, size) => {
    await browser.post("/console/act/delete-link", { slug: `to-${target}` });
    const answer = await browser.post("/console/act/add-link", { slug: `to-${target}`, target, to, utm_source: "vk" });
    expect(answer.headers.get("location")).toBe(`/console/links/to-${target}?done=1`);
    const { links } = await (await browser.get("/v1/config")).json<{ links: Record<string, { to: string }> }>();
    expect(links[`to-${target}`]?.to).toBe(address);
    const page = await browser.text(`/console/links/to-${target}`);
    expect(page).toContain(`https://go.example/r/to-${target}`);
    expect(page).toContain('class="qr"');
    if (size !== null) expect(page).toContain(`<b>${size}</b>`);
    const file = await browser.get(`/console/qr/to-${target}`);
    expect([file.headers.get("content-type"), (await file.text()).startsWith("<svg")]).toEqual(["image/svg+xml", true]);
  });

  it.each([
    ["telegram", "мой бот"],
    ["telegram", "school.example"],
    ["max", "my bot"],
    ["vk", "моя группа"],
    ["whatsapp", "my_bot"],
  ])("to %s is not made of what leads nowhere: %s", async (target, to) => {
    const answer = await browser.post("/console/act/add-link", { slug: "nowhere", target, to });
    expect(await refusalOf(answer)).toContain("адрес целиком");
    expect((await browser.get("/console/links/nowhere")).status).toBe(404);
  });

  it("is not overwritten by a new one of the same name, is changed by its own form, and goes when deleted", async () => {
    const again = await browser.post("/console/act/add-link", { slug: "to-vk", target: "vk", to: "other" });
    expect(again.status).toBe(422);
    await browser.post("/console/act/add-link", { slug: "to-vk", new: "0", to: "https://vk.me/club2", utm_source: "" });
    const saved = async () => (await (await browser.get("/v1/config")).json<{ links: Record<string, unknown> }>()).links["to-vk"];
    expect(await saved()).toEqual({ to: "https://vk.me/club2?ref={click}" });
    await browser.post("/console/act/delete-link", { slug: "to-vk" });
    expect(await saved()).toBeUndefined();
    expect((await browser.get("/console/links/to-vk")).status).toBe(404);
  });
});

describe("why an event is nobody's is told with what to do about it", () => {
  const told = async (body: object): Promise<string> => {
    const id = await idOf("bot/tok-bot-0000000000", body);
    const page = (await browser.text(`/console/events/${id}`)).replaceAll(/<[^>]+>/g, "").replaceAll(/\s+/g, " ");
    expect(page).not.toContain("в это поле");
    return page;
  };

  it("nobody is known by its identifiers yet: who should tell them", async () => {
    expect(await told({ event: "payment", clickid: "nobody-1", amount: "5", tid: "n-1" })).toContain(
      "Не привязано: такого человека ещё не знаем. Событие найдёт его само",
    );
  });

  it("it has none: which there may be", async () => {
    expect(await told({ event: "bot_start", client_id: "", tg: "" })).toContain(
      "Не привязано: нет ни одного идентификатора. Проверьте, что отправитель подставляет ID",
    );
  });

  it("it is our own test: nothing is wrong", async () => {
    const { id } = await (await operator("POST", "/v1/connections/bot/test")).json<{ id: string }>();
    await inboxOf(env).drain();
    const page = await browser.text(`/console/events/${id}`);
    expect(page).not.toContain("в это поле");
    expect(page).not.toContain("note bad");
  });
});
