/** what opens something is shown nowhere, wherever in a delivery it stands. */
import { describe, expect, it } from "vitest";
import { connection as connectionSchema } from "../../src/domain/config/connections.ts";
import { configDocument } from "../../src/domain/config/document.ts";
import { resolveConfig } from "../../src/domain/config/resolve.ts";
import { EMPTY_EVENT } from "../../src/domain/event.ts";
import { maskEvent } from "../../src/domain/mask-event.ts";
import { maskSecrets } from "../../src/domain/mask-secrets.ts";
import { readDelivery } from "../../src/lib/body.ts";
import { maskBody, maskText } from "../../src/lib/mask.ts";
import { maskedRaw } from "../../src/lib/mask/raw.ts";

const ADDRESS = "https://go.example/webhook/bot/token";
const rawOf = async (query: string, body?: BodyInit, type?: string): Promise<string> => {
  const headers = type === undefined ? {} : { "content-type": type };
  const init = body === undefined ? {} : { method: "POST", body, headers };
  const read = await readDelivery(new Request(`${ADDRESS}?${query}`, init));
  if (!read.ok) throw new Error(read.error.reason);
  return maskedRaw(read.value);
};
const FORM = "application/x-www-form-urlencoded";
const twice = (text: string): string => encodeURIComponent(encodeURIComponent(text));
const form = (): FormData => {
  const data = new FormData();
  data.set("client_id", "9014");
  data.set("api_key", "sesame1");
  return data;
};

describe("R-05 the raw delivery shows no secret", () => {
  it.each<[where: string, query: string, body?: BodyInit, type?: string]>([
    ["a link inside a parameter", `client_id=9014&link=${encodeURIComponent("https://x.ru/?token=sesame1&a=1&key=sesame2")}`],
    ["a link that nobody encoded", "client_id=9014&page=https://x.ru/?token=sesame1"],
    ["a link encoded twice", `client_id=9014&page=${twice("https://x.ru/?a=1&api_key=sesame1&pin=sesame2")}`],
    ["a link escaped in small letters", "client_id=9014&u=x%3ftoken%3dsesame1%26key%3dsesame2"],
    ["brackets, plain and encoded", "client_id=9014&user[token]=sesame1&user%5Bsecret%5D=sesame2"],
    ["encoded names", "client_id=9014&to%6Ben=sesame1&api%5Fkey=sesame2&p%69n=sesame3"],
    ["parameters joined by &amp;", "client_id=9014&amp;pin=sesame1&amp;token=sesame2"],
    ["a value that holds an encoded &", "client_id=9014&token=sesame1%26sesame2"],
    ["encoded names of a form", "", "client_id=9014&s%65cret=sesame1&url=https%3A%2F%2Fx%2F%3Fkey%3Dsesame2", FORM],
    ["a multipart form", "", form()],
    ["JSON inside a parameter", `client_id=9014&payload=${encodeURIComponent('{"token":"sesame1","x":{"pin":482913}}')}`],
    ["JSON inside a JSON string", "", JSON.stringify({ client_id: 9014, p: JSON.stringify({ x: { secret: "sesame1" } }) })],
    ["JSON in JSON in JSON", "", JSON.stringify({ id: 9014, p: JSON.stringify({ p: JSON.stringify({ token: "sesame1" }) }) })],
    ["a body stringified twice", "", JSON.stringify(JSON.stringify({ client_id: 9014, token: "sesame1" }))],
    [
      "a broken body",
      "",
      '{"client_id":9014,"token":"sesame\\"1","secret":\'sesame2\', api_key: sesame3, "x":"{\\"pin\\":\\"sesame4',
    ],
    ["single quotes", "", "{'client_id':9014,'token':'sesame1'}"],
    ["XML", "", "<a><client_id>9014</client_id><token>sesame1</token><b secret='sesame2'/></a>", "text/xml"],
    ["header lines", "", "9014\nAuthorization: Bearer sesame1\nX-Api-Key: sesame2", "text/plain"],
  ])("in %s", async (_where, query, body, type) => {
    const raw = await rawOf(query, body, type);
    expect(raw).not.toMatch(/sesame|482913/);
    expect(raw).toContain("••••");
    expect(raw).toContain("9014");
  });

  it("a delivery without a secret keeps its bytes", async () => {
    const query = "a=%D0%98&link=https%3A%2F%2Fx.ru%2F%3Futm_source%3Dvk&t=10:30&key=" + `k_${"a".repeat(22)}`;
    const body = '{ "message": "в 10:30, цена: 500", "p": "{\\"a\\": 1}" }';
    expect(JSON.parse(await rawOf(query, body))).toMatchObject({ query, body });
    const doubled = '{"sum": 12.50, "email": "a@x.ru", "email": "b@x.ru"}';
    expect(JSON.parse(await rawOf("", doubled))).toMatchObject({ body: doubled });
    expect(await rawOf("", '{"token": "sesame1", "token": ""}')).not.toContain("sesame1");
    expect(await rawOf("", '{"bu_id": "sesame1", "a": [{"Sign-ature": "sesame2"}]}')).not.toContain("sesame");
    expect(await rawOf("", 'payload={"bu_id": "sesame1"}')).not.toContain("sesame");
    const telegram = "https://api.telegram.org/bot123456789:sesame1vGWJxfSeofSAs0K5PALDsaw1/sendMessage";
    expect(await rawOf(`u=${encodeURIComponent(telegram)}`, JSON.stringify({ telegram }))).not.toContain("sesame");
    expect(maskText("https://x.ru/?bu-id=sesame1")).toBe("https://x.ru/?bu-id=••••");
    expect(maskText("Итог: 20 000 руб., ссылка https://x.ru/?a=1")).toBe("Итог: 20 000 руб., ссылка https://x.ru/?a=1");
  });
});

describe("R-05 the event shows no secret", () => {
  it("its texts are masked, what is counted and matched stays", () => {
    const link = "https://x.ru/?token=sesame1&a=1";
    const event = {
      ...EMPTY_EVENT,
      message: `see ${link} and Bearer sesame2abcdef`,
      link,
      start: "token=sesame3",
      utm: { utm_source: link },
      profile: { first_name: "pin: sesame4" },
      fields: { note: "ok", page: link },
      tid: "tx-1",
    };
    const shown = maskEvent(event, maskBody);
    expect(JSON.stringify(shown)).not.toContain("sesame");
    expect(shown).toMatchObject({ tid: "tx-1", fields: { note: "ok", page: "https://x.ru/?token=••••&a=1" } });
  });

  it("a connection's own secret is masked under any name", () => {
    const bot = { ...connectionSchema.parse({ kind: "salebot", project: "P1", api_key: "bot-api-key-1" }), id: "bot" };
    expect(maskSecrets(bot, '{"k":"bot-api-key-1"}')).toBe('{"k":"••••"}');
  });

  it("a connection's own secret is masked in the spelling of an address, of PHP's JSON, and without the scheme before it", () => {
    const bot = { ...connectionSchema.parse({ kind: "salebot", project: "P1", api_key: "key/with+odd=signs" }), id: "bot" };
    expect(maskSecrets(bot, "no route /api/key%2Fwith%2Bodd%3Dsigns/callback")).toBe("no route /api/••••/callback");
    expect(maskSecrets(bot, String.raw`{"m":"no key\/with+odd=signs"}`)).toBe('{"m":"no ••••"}');
    const headers = { authorization: "Bearer very-secret-token", "x-key": "very-secret-token-2" };
    const out = { ...connectionSchema.parse({ kind: "http", headers }), id: "out" };
    expect(maskSecrets(out, "invalid token very-secret-token")).toBe("invalid token ••••");
    expect(maskSecrets(out, "invalid token very-secret-token-2")).toBe("invalid token ••••");
  });

  it("credentials of a header are masked also as their vendor reads them", () => {
    const headers = { Authorization: `Basic ${btoa("shop:sesame-77")}` };
    const out = { ...connectionSchema.parse({ kind: "http", headers }), id: "out" };
    expect(maskSecrets(out, "no user shop:sesame-77")).toBe("no user ••••");
    expect(maskSecrets(out, "wrong password sesame-77 of shop")).toBe("wrong password •••• of shop");
  });

  it("an address that is a Worker secret is masked by what comes after its host; one that stands in the document is shown", () => {
    const document = configDocument.parse({
      connections: {
        hook: { kind: "http", url: "$HOOK" },
        shop: { kind: "site", origin: "https://shop.ru", webhook_url: "$HOOK" },
        open: { kind: "http", url: "https://api.example/v1/hook" },
        host: { kind: "http", url: "$HOST" },
        flow: { kind: "http", url: "$FLOW" },
      },
    });
    const secrets: Readonly<Record<string, string>> = {
      HOOK: "https://hook.example/sesame88abc?k=1",
      HOST: "https://api.example/",
      FLOW: "https://n8n.example/webhook/0b9f6c1e",
    };
    const { connections } = resolveConfig(document, 1, (name) => secrets[name] ?? null);
    const shown = (id: string, text: string): string => {
      const connection = connections.get(id);
      return connection ? maskSecrets(connection, text) : "";
    };
    expect(shown("hook", "POST https://hook.example/sesame88abc?k=1")).toBe("POST https://hook.example/••••");
    expect(shown("shop", "no route sesame88abc?k=1")).toBe("no route ••••");
    expect(shown("shop", "no route /sesame88abc")).toBe("no route /••••");
    expect(shown("flow", 'The requested webhook "POST 0b9f6c1e" is not registered.')).toBe(
      'The requested webhook "POST ••••" is not registered.',
    );
    expect(shown("open", "Cannot POST /v1/hook")).toBe("Cannot POST /v1/hook");
    expect(shown("host", "Cannot POST https://api.example/")).toBe("Cannot POST https://api.example/");
  });

  it("a secret with many backslashes in a row is looked for at once", () => {
    const [slash, key] = ["\\", `bot${"\\".repeat(24)}key`];
    const bot = { ...connectionSchema.parse({ kind: "salebot", project: "P1", api_key: key }), id: "bot" };
    expect(maskSecrets(bot, `${key} ${JSON.stringify(key)} ${encodeURIComponent(key)}`)).toBe('•••• "••••" ••••');
    const hostile = `bot${slash.repeat(36)}kex`.repeat(50);
    expect(maskSecrets(bot, hostile)).toBe(hostile);
  }, 5_000);

  it.each([
    ["a form", "key=Gc+Key%7E%21%27%2B%2F%22%26%D0%AF&x=1", "key=••••&x=1"],
    ["an address in small letters", "/api/Gc%20Key~!'%2b%2f%22%26%d0%af/x", "/api/••••/x"],
    ["an escape of an escape", "?u=Gc%2520Key~!'%252B%252F%2522%2526%25D0%25AF", "?u=••••"],
    ["JSON", JSON.stringify({ key: `Gc Key~!'+/"&Я` }), '{"key":"••••"}'],
    [
      "JSON inside JSON",
      JSON.stringify({ body: JSON.stringify({ x: `Gc Key~!'+/"&Я` }) }),
      String.raw`{"body":"{\"x\":\"••••\"}"}`,
    ],
    [
      "JSON in ASCII inside JSON",
      String.raw`{"body":"{\"x\":\"Gc Key~!'+\\/\\\"\\u0026\\u042f\"}"}`,
      String.raw`{"body":"{\"x\":\"••••\"}"}`,
    ],
    ["JSON in ASCII", String.raw`{"key":"Gc Key~!'+\/\"\u0026\u042f"}`, '{"key":"••••"}'],
    ["a page", "<b>Gc Key~!&#39;+/&quot;&amp;Я</b>", "<b>••••</b>"],
    ["a page by numbers", "<b>Gc&#32;Key~&#x21;&#x27;+/&#34;&#38;&#1071;</b>", "<b>••••</b>"],
    ["base64", "basic R2MgS2V5fiEnKy8iJtCv", "basic ••••"],
    ["capitals", `GC KEY~!'+/"&Я`, "••••"],
  ])("a connection's own secret is masked as %s writes it", (_where, text, expected) => {
    const bot = { ...connectionSchema.parse({ kind: "salebot", project: "P1", api_key: `Gc Key~!'+/"&Я` }), id: "bot" };
    expect(maskSecrets(bot, text)).toBe(expected);
  });
});

describe("start tokens of ours", () => {
  const token = "m_abcdefghijklmnopqrstu1";
  it.each([
    ["in a deep link", `https://t.me/my_bot?start=${token}`],
    ["in a command", `/start ${token}`],
    ["behind an escape", `text=%2Fstart%20${token}`],
    ["behind an escape of an escape", `text=%252Fstart%2520${token.replace("m_", "t_")}`],
    ["in JSON", JSON.stringify({ message: { text: `/start ${token}` } })],
  ])("are masked %s", (_where, text) => {
    expect(maskBody(text)).not.toMatch(/abcdefghijklmnopqrstu1/);
  });
  it.each(["evt_abcdefghijklmnopqrstu1", "k_abcdefghijklmnopqrstu1", "c_abcdefghijklmnop", "m_abcdefghijklmnopqrstu12", "m_abc"])(
    "are not taken for other words of ours: %s",
    (text) => {
      expect(maskBody(`start=${text}`)).toBe(`start=${text}`);
    },
  );
});

describe("hostile text costs no more than a pass", () => {
  it.each([
    ["backslashes", `x:\\"${"\\".repeat(250_000)}`],
    ["labels within labels", "a:".repeat(120_000)],
    ["signs within signs", "a=".repeat(120_000)],
    ["a long label", "a".repeat(250_000)],
    ["escapes of escapes", `m_${"a".repeat(22)} ${"25".repeat(120_000)}`],
    ["openings", "<a ".repeat(80_000)],
    ["quotes", '"a":"'.repeat(50_000)],
    ["parts without an end", `--x\r\n${';name="a'.repeat(30_000)}`],
  ])("%s", async (_name, text) => {
    expect(typeof maskBody(text)).toBe("string");
    expect(await rawOf("", text, "text/plain")).toContain("text/plain");
  });
});
