/** «Что отправили» of an event: every way a delivery can end, told in words, with what can be done about it. */
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { type Browser, signIn } from "../kit/console.ts";
import { feed } from "../kit/feed.ts";
import { run, vendor } from "../kit/lane.ts";
import { configure } from "../kit/operator.ts";

const OUT = { kind: "http", name: "CRM", url: "https://crm.example/in" };
const rule = (on: string, to: string, body: unknown) => ({ on, do: [{ to, action: "request", with: { body } }] });
const CONFIG = {
  workspace: { locale: "ru" },
  connections: {
    bot: { kind: "salebot", project: "P1", token: "tok-bot-0000000000" },
    ...Object.fromEntries(["ok", "busy", "refusing", "gone", "silent", "off"].map((id) => [id, { ...OUT, timeout_ms: 20 }])),
  },
  rules: [
    ...["ok", "busy", "refusing", "gone", "silent"].map((to) => rule(`to_${to}`, to, { id: "{{person.telegram_id}}" })),
    rule("to_off", "off", 1),
    rule("unresolved", "ok", "{{person.phone}}"),
  ],
};

let browser: Browser;
let people = 700;

beforeAll(async () => {
  await configure(CONFIG);
  browser = await signIn();
});
afterEach(() => vi.restoreAllMocks());

const plain = (page: string): string =>
  page
    .replaceAll(/<(script|style)[\s\S]*?<\/\1>/g, "")
    .replaceAll(/<[^>]+>/g, " ")
    .replaceAll("&quot;", '"')
    .replaceAll(/\s+/g, " ");

/** The event's page after its delivery was tried once. */
async function tried(type: string, to: string): Promise<string> {
  const [id = ""] = await feed({ type, ids: { tg: (people += 1) } });
  await run(to);
  return browser.text(`/console/events/${id}`);
}
async function told(type: string, to: string, answer: () => Response): Promise<string> {
  vendor(answer);
  return tried(type, to);
}

describe("a delivery", () => {
  it("that arrived shows its attempt, the reply as JSON, and may be sent again", async () => {
    const page = await told("to_ok", "ok", () => Response.json({ done: { id: 5 } }));
    expect(plain(page)).toContain("Доставлено CRM request");
    expect(plain(page)).toMatch(/Попыток: 1 .* · HTTP 200 · Доставлено \{ "done": \{ "id": 5 \} \}/);
    expect(page).toContain('action="/console/act/replay-delivery"');
    expect(page).not.toContain('action="/console/act/cancel-delivery"');
  });

  it.each([
    [
      "busy",
      () => new Response("", { status: 503 }),
      "Повторим CRM request получатель ответил ошибкой 503 (http_503)",
      "cancel",
      "Проверьте, работает ли получатель",
    ],
    [
      "refusing",
      () => new Response("нет такого", { status: 400 }),
      "Не доставлено CRM request получатель отказал (rejected): нет такого",
      "replay",
      null,
    ],
    [
      "gone",
      () => new Response("", { status: 404 }),
      "Не доставлено CRM request по этому адресу у получателя ничего нет (not_found)",
      "replay",
      "Укажите в подключении конечный публичный адрес.",
    ],
  ] as const)("to %s says what happened and what to do", async (to, answer, sentence, act, advice) => {
    const page = await told(`to_${to}`, to, answer);
    expect(plain(page)).toContain(sentence);
    expect(page).toContain(`action="/console/act/${act}-delivery"`);
    if (advice !== null) expect(plain(page)).toContain(advice);
    expect(plain(page).includes("следующая попытка")).toBe(act === "cancel");
  });

  it("that nobody answered has no status, and is told apart from one that was refused", async () => {
    vi.spyOn(globalThis, "fetch").mockImplementation(
      (_input, init) =>
        new Promise((_resolve, reject) => {
          init?.signal?.addEventListener("abort", () => reject(new Error("aborted")));
        }),
    );
    const page = await tried("to_silent", "silent");
    expect(plain(page)).toMatch(/Повторим CRM request получатель не ответил вовремя \(timeout\)/);
    expect(plain(page)).toMatch(/HTTP — · получатель не ответил вовремя/);
  });

  it("whose macro has no value names the macro and leads to the rules", async () => {
    const page = await told("unresolved", "ok", () => new Response());
    expect(plain(page)).toContain("Не доставлено CRM request для макроса нет значения (template_unresolved): person.phone");
    expect(plain(page)).toContain("Добавьте правилу условие или передавайте это значение.");
    expect(plain(page)).not.toContain("Попыток");
  });

  it("that is held back says by what, and has no next try", async () => {
    await configure({ ...CONFIG, connections: { ...CONFIG.connections, off: { ...OUT, disabled: true } } });
    const page = await told("to_off", "off", () => new Response());
    expect(plain(page)).toContain("подключение выключено, ждёт (connection_disabled)");
    expect(plain(page)).not.toContain("следующая попытка");
    expect(page).toContain('action="/console/act/cancel-delivery"');
  });

  it("is told in English to an English reader, the code in brackets", async () => {
    vendor(() => new Response("no such lead", { status: 400 }));
    const [id = ""] = await feed({ type: "to_refusing", ids: { tg: (people += 1) } });
    await run("refusing");
    const page = await (await browser.get(`/console/events/${id}`, { cookie: `${browser.cookie}; tl_lang=en` })).text();
    expect(plain(page)).toContain("Not delivered CRM request the destination refused (rejected): no such lead");
    expect(plain(page).replace("По-русски", "")).not.toMatch(/[а-яё]{4}/i);
  });
});

it("an event that fired no rule says so", async () => {
  const [id = ""] = await feed({ type: "quiet", ids: { tg: (people += 1) } });
  expect(plain(await browser.text(`/console/events/${id}`))).toContain("Ничего: ни одно правило не сработало.");
});
