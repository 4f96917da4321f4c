import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Delivery, MAX_BODY_BYTES, readDelivery, contentText } from "../../src/lib/body.ts";
import { maskText, maskValue } from "../../src/lib/mask.ts";
import { maskedRaw } from "../../src/lib/mask/raw.ts";

const FORM = "application/x-www-form-urlencoded";
const URL_BASE = "https://go.example/webhook/bot/token";

type Sent = { readonly query?: string; readonly body?: string | Uint8Array; readonly type?: string };

async function deliver({ query = "", body, type }: Sent): Promise<Delivery> {
  const headers = type === undefined ? {} : { "content-type": type };
  const init = body === undefined ? { method: "GET" } : { method: "POST", body, headers };
  const read = await readDelivery(new Request(`${URL_BASE}${query === "" ? "" : `?${query}`}`, init));
  if (!read.ok) throw new Error(read.error.reason);
  return read.value;
}

async function fieldsOf(sent: Sent): Promise<Record<string, string>> {
  const { content } = await deliver(sent);
  if (!content.ok) throw new Error(content.error.detail);
  return { ...content.value.fields };
}

/** Windows-1251 bytes of Cyrillic and ASCII text. */
const cp1251 = (text: string): Uint8Array =>
  Uint8Array.from(text, (char) => {
    const code = char.codePointAt(0) ?? 0;
    return code >= 0x410 && code <= 0x44f ? code - 0x350 : code;
  });
const utf16 = (text: string, littleEndian: boolean): Uint8Array => {
  const view = new DataView(new ArrayBuffer(text.length * 2));
  for (let at = 0; at < text.length; at += 1) view.setUint16(at * 2, text.charCodeAt(at), littleEndian);
  return new Uint8Array(view.buffer);
};
const percent = (bytes: Uint8Array): string =>
  [...bytes].map((byte) => `%${byte.toString(16).padStart(2, "0").toUpperCase()}`).join("");

describe("a body is understood whatever its label says", () => {
  const json = '{"a":"1","b":{"c":2}}';
  it.each([
    ["JSON labelled JSON", { body: json, type: "application/json" }, { a: "1", "b.c": "2" }],
    ["JSON labelled text", { body: json, type: "text/plain" }, { a: "1", "b.c": "2" }],
    ["JSON labelled form", { body: json, type: "application/x-www-form-urlencoded" }, { a: "1", "b.c": "2" }],
    ["JSON after a byte order mark", { body: `\uFEFF${json}`, type: "application/json" }, { a: "1", "b.c": "2" }],
    ["JSON inside a JSON string", { body: JSON.stringify(json), type: "application/json" }, { a: "1", "b.c": "2" }],
    ["a form inside a JSON string", { body: JSON.stringify("a=1&b=x%20y"), type: "application/json" }, { a: "1", b: "x y" }],
    ["JSON inside an envelope's string", { body: JSON.stringify({ json }) }, { a: "1", "b.c": "2" }],
    ["a form labelled JSON", { body: "a=1&b=2", type: "application/json" }, { a: "1", b: "2" }],
    ["a form labelled text", { body: "a=1&b=x%20y", type: "text/plain" }, { a: "1", b: "x y" }],
    ["JSON percent-encoded as a whole", { body: encodeURIComponent(json), type: FORM }, { a: "1", "b.c": "2" }],
    ["JSON as a form's only field", { body: `payload=${encodeURIComponent(json)}`, type: FORM }, { a: "1", "b.c": "2" }],
    ["JSON that a person wrote", { body: `message=${encodeURIComponent(json)}`, type: FORM }, { message: json }],
    ["JSON that a person wrote, in JSON", { body: JSON.stringify({ text: json }) }, { text: json }],
    [
      "JSON in one field among others",
      { body: `x=1&payload=${encodeURIComponent(json)}`, type: FORM },
      { x: "1", payload: json },
    ],
    ["one event in a list", { body: `[${json}]` }, { a: "1", "b.c": "2" }],
    ["a raw line break inside a JSON string", { body: '{"a":"1",\n"m":"x\ny\tz"}' }, { a: "1", m: "x\ny\tz" }],
    [
      "variables that came out unset, outside quotation marks",
      { body: '{"a":1,"b":#{b},"c":,"d": {{c.d}} ,"m":"x:#{y},","e": }' },
      { a: "1", b: "#{b}", c: "", d: "{{c.d}}", m: "x:#{y},", e: "" },
    ],
    ["UTF-16 without a byte order mark", { body: utf16('{"a":"Иван"}', true) }, { a: "Иван" }],
    ["UTF-16, the other way round", { body: utf16('{"a":"Иван"}', false) }, { a: "Иван" }],
    ["plain text", { body: " hello ", type: "text/plain" }, { text: "hello" }],
    ["nothing at all", { body: "", type: "application/json" }, {}],
    ["white space only", { body: " \n", type: "application/json" }, {}],
    ["null", { body: "null", type: "application/json" }, {}],
    [
      "arrays by index",
      { body: '{"a":[{"b":1},"x"],"c":[],"d":null,"e":false}' },
      { "a.0.b": "1", "a.1": "x", d: "", e: "false" },
    ],
  ])("%s", async (_name, sent, fields) => {
    expect(await fieldsOf(sent)).toEqual(fields);
  });

  it("reads multipart fields and only the name of a file, also when the label is wrong", async () => {
    const body =
      '--xx\r\nContent-Disposition: form-data; name="email"\r\n\r\nivan@mail.ru\r\n--xx\r\nContent-Disposition: form-data; name="f"; filename="a.txt"\r\n\r\nbytes\r\n--xx--\r\n';
    expect(await fieldsOf({ body, type: "multipart/form-data; boundary=xx" })).toEqual({ email: "ivan@mail.ru", f: "a.txt" });
    expect(await fieldsOf({ body, type: "text/plain" })).toEqual({ email: "ivan@mail.ru", f: "a.txt" });
  });

  it.each([
    ['{"a":', "application/json"],
    ['{"a":1,}', "text/plain"],
    ["hello", "application/json"],
    ["[".repeat(50_000), "application/json"],
    [`{"a":${"[".repeat(100_000)}1.5${"]".repeat(100_000)}}`, "application/json"],
    ['[{"a":1},{"a":2}]', "application/json"],
    [`payload=${encodeURIComponent('[{"a":1},{"a":2}]')}`, FORM],
  ])("broken JSON and a list of several events are unparsable and their bytes are kept (%#)", async (body, type) => {
    const { content, bytes } = await deliver({ body, type });
    expect(content).toMatchObject({ ok: false, error: { reason: "unparsable" } });
    expect(bytes.byteLength).toBe(body.length);
  });

  it("merges query and body, the body wins, the last of a repeated parameter wins", async () => {
    expect(await fieldsOf({ query: "a=1&a=2&b=3", body: '{"b":"4"}' })).toEqual({ a: "2", b: "4" });
  });

  it("an empty value takes the place of none that was told", async () => {
    expect(await fieldsOf({ query: "a=1&a=&b=3&c=&d=5", body: '{"b":null,"c":"x","d":" "}' })).toEqual({
      a: "1",
      b: "3",
      c: "x",
      d: "5",
    });
    expect(await fieldsOf({ query: "a=&a=" })).toEqual({ a: "" });
  });
});

describe("text survives the way senders mangle it", () => {
  it.each([
    ["UTF-8", `name=${encodeURIComponent("Иван")}`, { name: "Иван" }],
    ["Windows-1251 escapes", `name=${percent(cp1251("Иван"))}`, { name: "Иван" }],
    ["encoded twice", `name=${encodeURIComponent(encodeURIComponent("Иван Ё"))}`, { name: "Иван Ё" }],
    ["old JavaScript escapes", "name=%u0418%u0432%u0430%u043D", { name: "Иван" }],
    ["joined by &amp;", "a=1&amp;b=2", { a: "1", b: "2" }],
    ["a plus lost in a phone", "phone=+79001112233", { phone: " 79001112233" }],
    ["PHP brackets", "user[email]=a%40b.ru&tags[]=x", { "user.email": "a@b.ru", tags: "x" }],
    ["UTF-8 whose last letter was cut in two", "name=%D0%98%D0%B2%D0%B0%D0%BD%D0&b=%D0", { name: "Иван\uFFFD", b: "Р" }],
    ["a broken escape", "a=100%&b=%zz", { a: "100%", b: "%zz" }],
    [
      "an escape inside a link is left alone",
      `u=${encodeURIComponent("https://x.ru/?q=%D0%98")}`,
      { u: "https://x.ru/?q=%D0%98" },
    ],
    ["ASCII escapes are decoded once", "utm_content=100%2525off", { utm_content: "100%25off" }],
  ])("%s", async (_name, query, fields) => {
    expect(await fieldsOf({ query })).toEqual(fields);
  });

  it("reads a Windows-1251 body, form or JSON", async () => {
    expect(await fieldsOf({ body: cp1251('{"name":"Иван"}'), type: "application/json; charset=utf-8" })).toEqual({
      name: "Иван",
    });
    expect(await fieldsOf({ body: cp1251("name=Иван"), type: "application/x-www-form-urlencoded" })).toEqual({ name: "Иван" });
  });

  it("keeps numbers exactly as they are written", async () => {
    const body = '{"telegram_id":9007199254740993,"amount":12.50,"big":1e3,"n":-0,"list":[123456789012345678901]}';
    const fields = { telegram_id: "9007199254740993", amount: "12.50", big: "1e3", n: "-0", "list.0": "123456789012345678901" };
    expect(await fieldsOf({ body })).toEqual(fields);
  });

  it("a whole number that a program printed as a float is the whole number, a hex id that looks like one is itself", async () => {
    const body = '{"gson":1.23456789E9,"pandas":500.0,"php":-1.5e+3,"hex":12e5,"huge":1.5E30,"part":1.25E-1,"sum":0.10}';
    const fields = { gson: "1234567890", pandas: "500", php: "-1500", hex: "12e5", huge: "1.5E30", part: "1.25E-1", sum: "0.10" };
    expect(await fieldsOf({ body })).toEqual(fields);
  });

  it("a placeholder whose name begins like an escape stays one", async () => {
    const query = "clickid=%affid%&utm_campaign=%campaign%&a=%D0%90%D0%B1&b=%D0%";
    const told = { clickid: "%affid%", utm_campaign: "%campaign%", a: "Аб", b: "%D0%" };
    expect(await fieldsOf({ query })).toEqual(told);
    expect(await fieldsOf({ body: query, type: FORM })).toEqual(told);
  });

  it("a second question mark is no part of the first name", async () => {
    expect(await fieldsOf({ query: "?click_id=abc&reg=true" })).toEqual({ click_id: "abc", reg: "true" });
  });

  it("gives back any text that was properly encoded, in a query, a form and JSON", async () => {
    const text = fc
      .string({ unit: "grapheme", maxLength: 40 })
      .filter((value) => !/%[89a-f]/i.test(value) && value.isWellFormed());
    await fc.assert(
      fc.asyncProperty(text, async (value) => {
        const encoded = new URLSearchParams({ v: value }).toString();
        const read = [
          { query: encoded },
          { body: encoded, type: "application/x-www-form-urlencoded" },
          { body: JSON.stringify({ v: value }) },
        ];
        for (const sent of read) expect((await fieldsOf(sent))["v"]).toBe(value);
      }),
      { numRuns: 60 },
    );
  });
});

it("a bare plus inside an e-mail is the address's own, at its ends and elsewhere a space", async () => {
  const query = "email=ivan+shop%40x.ru&user[email]=+a+b@x.ru+&phone=+79001112233&text=call+me@x.ru&e-mail=i%2Bp@x.ru";
  expect(await fieldsOf({ query })).toEqual({
    email: "ivan+shop@x.ru",
    "user.email": " a+b@x.ru ",
    phone: " 79001112233",
    text: "call me@x.ru",
    "e-mail": "i+p@x.ru",
  });
});

it.each([
  ["+79001112233", "+79001112233"],
  ["8 (900) 111-22-33", "8 (900) 111-22-33"],
  ["1 500,50", "1 500,50"],
  ["12,5", "12,5"],
  ["0123", "0123"],
  [".5", ".5"],
  ["-10", "-10"],
  ["%amount%", "%amount%"],
  ["[AMOUNT]", "[AMOUNT]"],
  ["undefined", "undefined"],
  ["None", "None"],
])("a variable without quotation marks is read in broken JSON: %s", async (bare, value) => {
  const body = `{"x": ${bare} ,"email":"a@b.ru", "note": "сумма: ${bare}, да", "y":${bare}}`;
  expect(await fieldsOf({ body, type: "application/json" })).toEqual({
    x: value,
    email: "a@b.ru",
    note: `сумма: ${bare}, да`,
    y: value,
  });
});

it.each([
  ['ООО "Ромашка"', 'ООО "Ромашка"'],
  ['"Да"', '"Да"'],
  ['он сказал "да", и ушёл: "пока"', 'он сказал "да", и ушёл: "пока"'],
  ["C:\\дом", "C:\\дом"],
  ['\\"уже\\" \\u0434', '"уже" д'],
  ['две\nстроки "и"', 'две\nстроки "и"'],
  ["C:\\\nвторая", "C:\\\nвторая"],
])("a message with its own quotation marks is read in a bot's JSON: %s", async (message, value) => {
  const body = `{"telegram_id":"5", "message":"${message}","list":["a",-1,"b",true], "last":"${message}"}`;
  expect(await fieldsOf({ body, type: "application/json" })).toEqual({
    telegram_id: "5",
    message: value,
    "list.0": "a",
    "list.1": "-1",
    "list.2": "b",
    "list.3": "true",
    last: value,
  });
});

it.each([
  '{"x": 12,50,60}',
  '{"x": broken}',
  '{"x": 5 "y": 6}',
  `{"x": 5${" ".repeat(200_000)}"y"}`,
  '{"m":"скажи "а", "б"","y":1}',
  '{"m":"a" "y":"b"}',
  '{"m":"он сказал "да",","telegram_id":"5"}',
])("what may mean several things is not guessed: %#", async (body) => {
  expect((await deliver({ body, type: "application/json" })).content.ok).toBe(false);
});

describe("a compressed body", () => {
  const zipped = async (bytes: Uint8Array): Promise<Uint8Array> =>
    new Uint8Array(await new Response(new Response(bytes).body?.pipeThrough(new CompressionStream("gzip"))).arrayBuffer());

  it("is read unpacked, while its signature is checked over what was sent", async () => {
    const body = await zipped(new TextEncoder().encode('{"a":"1"}'));
    const delivery = await deliver({ body, type: "application/json" });
    expect(delivery.content).toMatchObject({ ok: true, value: { fields: { a: "1" } } });
    expect(delivery.bytes).toEqual(body);
    expect(maskedRaw(delivery)).toContain('{\\"a\\":\\"1\\"}');
  });

  it("is refused when it unpacks to more than the limit, and unreadable when it is damaged", async () => {
    const bomb = await zipped(new Uint8Array(4 * MAX_BODY_BYTES));
    expect(await readDelivery(new Request(URL_BASE, { method: "POST", body: bomb }))).toMatchObject({ ok: false });
    const half = (await zipped(new TextEncoder().encode('{"a":"1"}'))).subarray(0, 15);
    expect((await deliver({ body: half })).content.ok).toBe(false);
  });
});

describe("hostile bodies", () => {
  it.each([
    ["bytes that are no text", { body: Uint8Array.from([0, 1, 2, 255, 254, 0, 9]) }],
    ["a broken document", { body: '{"a":1,}', type: "application/json" }],
    ["half a document", { body: '{"a":"x\ny' }],
  ])("%s are unreadable, not an event", async (_name, sent) => {
    expect((await deliver(sent)).content).toMatchObject({ ok: false, error: { reason: "unparsable" } });
  });

  it("a body over the limit is refused while it streams and not followed for ever, whatever Content-Length says", async () => {
    const chunk = new Uint8Array(64 * 1024);
    let pulled = 0;
    const stream = new ReadableStream<Uint8Array>({
      pull(controller) {
        pulled += 1;
        if (pulled > 1_000) controller.close();
        else controller.enqueue(chunk);
      },
    });
    const read = await readDelivery(new Request(URL_BASE, { method: "POST", body: stream }));
    expect(read).toEqual({ ok: false, error: { reason: "too_large" } });
    expect(pulled).toBeLessThan(200);
    const exact = await readDelivery(new Request(URL_BASE, { method: "POST", body: new Uint8Array(MAX_BODY_BYTES) }));
    expect(exact.ok).toBe(true);
    const over = await readDelivery(new Request(URL_BASE, { method: "POST", body: new Uint8Array(MAX_BODY_BYTES + 1) }));
    expect(over.ok).toBe(false);
  });

  it("a field cannot reach a prototype", async () => {
    const fields = await fieldsOf({
      query: "__proto__=x&__proto__[polluted]=1",
      body: '{"__proto__":{"polluted":"1"},"constructor":"c"}',
    });
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
    expect(fields["constructor"]).toBe("c");
    const { content } = await deliver({ query: "a=1" });
    expect(content.ok && content.value.fields["constructor"]).toBeUndefined();
  });

  it("never throws on arbitrary bytes, and the canonical text depends on the content only", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 300 }),
        fc.constantFrom("application/json", "text/plain", "multipart/form-data"),
        async (body, type) => {
          expect((await deliver({ body, type })).bytes).toEqual(body);
        },
      ),
      { numRuns: 80 },
    );
    const textOf = async (sent: Parameters<typeof deliver>[0]): Promise<string> => {
      const { content } = await deliver(sent);
      return content.ok ? contentText(content.value) : "unreadable";
    };
    const first = await textOf({ query: "a=1&b=2" });
    expect(await textOf({ body: '{"b":2,"a":"1"}' })).toBe(first);
    expect(await textOf({ query: "a=1&b=3" })).not.toBe(first);
  });
});

describe("R-05 secrets are masked at the door", () => {
  const names = [
    "token",
    "api_key",
    "secret",
    "key",
    "SecretKey",
    "Authorization",
    "secret_token",
    "dev_key",
    "password",
    "pin",
    "buid",
    "X-Gateway-Token",
  ];
  it.each(names)("%s in fields, a query, nested JSON and a broken body", async (name) => {
    const secret = "S3CRETvalue";
    expect(maskValue(name, secret)).toBe("••••");
    const raw = [
      maskedRaw(await deliver({ query: `a=1&${name}=${secret}&b=2` })),
      maskedRaw(await deliver({ body: JSON.stringify({ a: { [name]: secret, list: [{ [name]: { x: secret } }] } }) })),
      maskedRaw(await deliver({ body: `{"a":1,"${name}":"${secret}",`, type: "application/json" })),
      maskedRaw(await deliver({ body: JSON.stringify({ url: `https://x.ru/?${name}=${secret}&b=2` }) })),
    ];
    for (const text of raw) expect(text).not.toContain(secret);
    expect(raw[0]).toContain("b=2");
  });

  it("a person's key is not a secret, other values under that name are", () => {
    const key = `k_${"a".repeat(22)}`;
    expect([maskValue("key", key), maskValue("stepKey", "s1")]).toEqual([key, "s1"]);
    expect(maskText(`key=${key}&x=1`)).toBe(`key=${key}&x=1`);
    expect(maskText("key=abc")).toBe("key=••••");
  });

  it("telling values are masked under any name", () => {
    const values = ["Bearer abcdef0123456789", `123456789:${"A".repeat(35)}`, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"];
    for (const value of values) expect(maskText(`note ${value} end`)).toBe("note •••• end");
  });
});
