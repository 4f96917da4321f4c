import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isBlocked } from "../../src/domain/normalise/blocked.ts";
import { readCurrency } from "../../src/domain/normalise/currency.ts";
import { readEmail } from "../../src/domain/normalise/email.ts";
import { knownEvent, readEventName } from "../../src/domain/normalise/event-type.ts";
import { readClick, readMessengerId, readPersonKey, readSiteUser, readVendorId } from "../../src/domain/normalise/ids.ts";
import { readIdentifierValue } from "../../src/domain/normalise/identifier.ts";
import { hasMacro, isMacro } from "../../src/domain/normalise/macro.ts";
import { readMoney } from "../../src/domain/normalise/money.ts";
import { readPhone } from "../../src/domain/normalise/phone.ts";
import { parseTime, readTime } from "../../src/domain/normalise/time.ts";
import { readUtm } from "../../src/domain/normalise/utm.ts";
import { isPreview } from "../../src/domain/preview.ts";

const value = (reading: { ok: boolean }): unknown =>
  "value" in reading ? reading.value : `! ${"error" in reading ? String(reading.error) : ""}`;

describe("phones", () => {
  const same = [
    "8 (900) 111-22-33",
    "+7 900 111 22 33",
    "79001112233",
    "9001112233",
    "8-900-111-22-33",
    "007 900 111 22 33",
    " 79001112233",
    "+7\u00A0900\u00A0111\u201122\u201033",
    "79001112233.0",
    "+79001112233.0",
    "tel:+79001112233",
    "тел.: +7 900 111-22-33",
    "Моб. 8 900 111 22 33",
    "+8 (900) 111-22-33",
  ];
  it.each(same)("N-01 phones: %s is +79001112233", (text) => {
    expect(value(readPhone(text))).toBe("+79001112233");
  });

  it.each([
    ["+380501234567", "+380501234567"],
    [" 380501234567", "+380501234567"],
    ["+77011234567", "+77011234567"],
    ["+1 202 555 0146", "+12025550146"],
    [" 12025550146", "+12025550146"],
    ["+84 912 345 678", "+84912345678"],
    ["+81 3 1234 5678", "+81312345678"],
    [" 84912345678", "+84912345678"],
    [" 89001112233", "+79001112233"],
    ["0012025550146", "+12025550146"],
  ])("N-01 phones abroad: %s is %s", (text, phone) => {
    expect(value(readPhone(text))).toBe(phone);
  });

  it.each([
    ["123", "! invalid"],
    ["+70000000000", "! blocked"],
    ["0", "! blocked"],
    ["{phone}", "! unresolved_macro"],
    ["77777777777", "! blocked"],
    ["+7 900 111 22 33 доб. 5", "! invalid"],
    ["+1234567890123456", "! invalid"],
    ["", null],
  ])("N-02 bad phones: %s → %s", (text, outcome) => {
    expect(value(readPhone(text))).toBe(outcome);
  });

  it("a normal form normalises to itself, and no input throws", () => {
    const digits = fc.stringMatching(/^[1-6]\d{9,14}$/);
    fc.assert(
      fc.property(digits, (text) => {
        const phone = readPhone(`+${text}`);
        if (phone.ok) expect(readPhone(phone.value ?? "")).toEqual(phone);
      }),
    );
    fc.assert(fc.property(fc.string({ unit: "binary", maxLength: 60 }), (text) => void readPhone(text)));
  });
});

describe("identifiers", () => {
  it.each([
    "{sub1}",
    "{{tracker.clickid}}",
    "#{client_id}",
    "%7Bclickid%7D",
    "[CLICK_ID]",
    "{clickid}",
    "%clickid%",
    "%ad_id%",
    "%257Bsub1%257D",
    "x{sub}y",
    "${click}",
    "__CLICK_ID__",
    "{object.email}",
    "%5BCLICK_ID%5D",
    "%255BCLICK_ID%255D",
    "%25clickid%25",
    "%25affid%25",
    "#EMAIL#",
    "##CLICK_ID##",
    "$ob_click_id$",
  ])("N-03 macros: %s is a placeholder", (text) => {
    expect(hasMacro(text)).toBe(true);
    expect(value(readVendorId(text))).toBe("! unresolved_macro");
  });

  it.each([
    "abc",
    "100%",
    "%D0%BF%D1%80",
    "%25D0%25BF",
    "a%20b%20c",
    "[small]",
    "%5Bsmall%5D",
    "CLICK_ID",
    "50%-60%",
    "#sale",
    "#5#",
    "$100",
    "a#B#c",
  ])("%s is no placeholder", (text) => {
    expect(hasMacro(text)).toBe(false);
  });

  it("free text may hold braces, but not be a placeholder", () => {
    expect(isMacro("hello {name}")).toBe(false);
    expect(isMacro(" {name} ")).toBe(true);
    expect(isMacro("#{name}")).toBe(true);
    expect(isMacro('{"name": "x"}')).toBe(false);
  });

  it.each([
    ["123456@telegram", "! technical_email"],
    ["79001112233@phone", "! technical_email"],
    ["5551@vk.com", "! technical_email"],
    ["77@facebook.com", "! technical_email"],
    ["ivan@vk.com", "ivan@vk.com"],
    [" Ivan@Mail.ru ", "ivan@mail.ru"],
    ["mailto:Ivan@Mail.ru.", "ivan@mail.ru"],
    ["ivan%40mail.ru", "ivan@mail.ru"],
    ["mailto:ivan@mail.ru?subject=Привет", "ivan@mail.ru"],
    ["ivan@mail.ru?utm_source=vk", "ivan@mail.ru"],
    ["Иван Петров <Ivan@Mail.ru>", "ivan@mail.ru"],
    ["«ivan@mail.ru»…", "ivan@mail.ru"],
    ["ivan@mail.ru/", "ivan@mail.ru"],
    ["a@x.ru, b@x.ru", "! invalid"],
    ["i.v.a.n+tag@gmail.com", "i.v.a.n+tag@gmail.com"],
    ["почта@пример.рф", "почта@пример.рф"],
    ["ivan@mail", "! invalid"],
    ["ivan mail@ya.ru", "! invalid"],
    ["iv\u0000an@mail.ru", "! invalid"],
    ["ivan@ma\u007Fil.ru", "! invalid"],
    ["none", "! blocked"],
    ["test", "! blocked"],
    ["-", "! blocked"],
    ["", null],
  ])("N-04 e-mails: %s → %s", (text, outcome) => {
    expect(value(readEmail(text))).toBe(outcome);
  });

  it.each(["-100123456", "@ivan", "12345678901234567", "1.5", "null"])("N-05 not a person: messenger id %s", (text) => {
    expect(readMessengerId(text).ok).toBe(false);
  });
  it.each(["null", "undefined", "000", "None", " NULL ", "[object Object]", "нет", "0-0", "N/A"])(
    "N-05 not a person: click id %s",
    (text) => {
      expect(isBlocked(text)).toBe(true);
      expect(value(readVendorId(text))).toBe("! blocked");
    },
  );

  it("an id that somebody before us decoded wrongly is none: others look the same", () => {
    expect(value(readVendorId("\uFFFDfid%"))).toBe("! invalid");
  });

  it("a site's user may be named in words, as its own sign-in lets her be; a placeholder or a stop-word is nobody", () => {
    for (const user of ["Иван Петров", "user+1@school.example", 'u é/"<>&%+#?', "000123"])
      expect(value(readSiteUser(user))).toBe(user);
    expect(value(readSiteUser(" anna\u00a0m "))).toBe("anna m");
    expect(["guest", "user-{id}", "a\nb", "x".repeat(256), " "].map((text) => value(readSiteUser(text)))).toEqual([
      "! blocked",
      "! unresolved_macro",
      "! invalid",
      "! invalid",
      null,
    ]);
    expect(readIdentifierValue("user_id", "Иван Петров")).toBe("Иван Петров");
  });

  it("ids keep their case and are at most 255 characters", () => {
    expect(value(readVendorId(" aBc-1 "))).toBe("aBc-1");
    expect(value(readVendorId("x".repeat(256)))).toBe("! invalid");
    expect(value(readMessengerId("9007199254740993"))).toBe("9007199254740993");
    expect(value(readMessengerId("1234567890.0"))).toBe("1234567890");
    for (const text of ["1234567890.5", "0.0", ".0", "-5.0"]) expect(readMessengerId(text).ok, text).toBe(false);
    expect(value(readClick("c_AbCdEfGh12345678"))).toBe("c_AbCdEfGh12345678");
    expect(value(readPersonKey("some-api-key"))).toBeNull();
    expect(value(readPersonKey(`k_${"A1".repeat(11)}`))).toBe(`k_${"A1".repeat(11)}`);
  });
});

describe("money", () => {
  it.each([
    ["20 000 руб.", "20000", "RUB"],
    ["20 000,50", "20000.5", null],
    ["20000.00", "20000", null],
    ["1 500 RUB", "1500", "RUB"],
    ["1,500.00", "1500", null],
    ["1.500,00", "1500", null],
    ["0", "0", null],
    ["12,5", "12.5", null],
    ["12.50", "12.5", null],
    ["12\u00A0000,00", "12000", null],
    ["12\u202F000 ₽", "12000", "RUB"],
    ["1,500,000", "1500000", null],
    ["1,500", "1500", null],
    ["0,500", "0.5", null],
    ["1.234", "1.234", null],
    ["$50", "50", "USD"],
    ["50 usd", "50", "USD"],
    ["руб.100", "100", "RUB"],
    ["р. 1 500,50", "1500.5", "RUB"],
    ["-руб.100", "-100", "RUB"],
    ["$.50", "0.5", "USD"],
    ["-10", "-10", null],
    ["−10,5", "-10.5", null],
    ["-$10", "-10", "USD"],
    [".5", "0.5", null],
    ["007", "7", null],
    ["0.12345", "0.1235", null],
    ["1'500.00", "1500", null],
    ["1.25E7", "12500000", null],
    ["1.234567891E7", "12345678.91", null],
    ["1.5e+3", "1500", null],
    ["1E+3", "1000", null],
    ["5e1", "50", null],
    ["5.0E-4", "0.0005", null],
  ])("N-06 money: %s is %s", (text, amount, currency) => {
    expect(readMoney(text)).toEqual({ ok: true, value: { amount, currency } });
  });

  it.each([
    "NaN",
    "Infinity",
    "abc",
    "12 34",
    "1.5E30",
    "1e-9",
    "12e5",
    "1,2,3",
    "1.2.3",
    "12 puppies",
    "1-2",
    "999999999999",
    "0x10",
    "5 RUB USD",
    "null",
  ])("N-06 money: %s is refused", (text) => {
    expect(readMoney(text)).toEqual({ ok: false, error: "bad_amount" });
  });

  it("any sum is the same however it is written", () => {
    const sum = fc.tuple(fc.integer({ min: 0, max: 99_999_999 }), fc.integer({ min: 0, max: 99 }));
    fc.assert(
      fc.property(sum, ([whole, cents]) => {
        const fraction = String(cents).padStart(2, "0");
        const grouped = (mark: string): string => String(whole).replaceAll(/\B(?=(\d{3})+$)/g, mark);
        const expected = `${whole}${cents === 0 ? "" : `.${fraction.replace(/0$/, "")}`}`;
        const forms = [
          `${whole}.${fraction}`,
          `${grouped(" ")},${fraction}`,
          `${grouped(",")}.${fraction}`,
          `${grouped("\u00A0")}.${fraction} руб.`,
          `$ ${whole}.${fraction}`,
        ];
        for (const form of forms) expect(readMoney(form)).toMatchObject({ ok: true, value: { amount: expected } });
      }),
    );
  });

  it("currency fields become codes", () => {
    expect(["usd", "руб.", "₽", "RUR", "eur", "xyz", "$", "1", ""].map(readCurrency)).toEqual([
      "USD",
      "RUB",
      "RUB",
      "RUB",
      "EUR",
      "XYZ",
      "USD",
      null,
      null,
    ]);
  });

  it.each([
    ["RUB", ["рубли", "рублей", "Ruble", "roubles", "643"]],
    ["USD", ["доллар", "долларов", "Dollars", "US Dollar", "840"]],
    ["EUR", ["евро", "Euro", "euros", "978"]],
    ["UAH", ["гривна", "гривен", "980"]],
    ["KZT", ["тенге", "398"]],
  ])("%s is known by its words and its number: %j", (code, words) => {
    expect(words.map(readCurrency)).toEqual(words.map(() => code));
  });
});

describe("time", () => {
  const receivedAt = Date.UTC(2026, 2, 10);
  const at = Date.UTC(2026, 2, 1, 7, 0, 0);
  it.each([
    ["2026-03-01T07:00:00Z"],
    ["2026-03-01T10:00:00+03:00"],
    ["2026-03-01T10:00:00 03:00"],
    ["2026-03-01 10:00:00 +0300"],
    ["2026-03-01T10:00"],
    ["2026-03-01 10:00:00"],
    ["01.03.2026 10:00"],
    ["01.03.2026, 10:00:00"],
    ["1772348400"],
    ["1772348400000"],
    ["1772348400.000"],
    ["Sun, 01 Mar 2026 07:00:00 GMT"],
    ["Sun Mar 01 2026 10:00:00 GMT+0300 (Москва, стандартное время)"],
    ["Sun Mar 01 2026 10:00:00 GMT 0300"],
    ["01.03.26 10:00"],
  ])("%s is one instant", (text) => {
    expect(readTime(text, "Europe/Moscow", receivedAt)).toEqual({ ok: true, value: at });
  });

  it("D-09 midnight: a time without a zone is the connection's, a time with one is not", () => {
    expect(parseTime("2026-03-03 23:30", "Europe/Moscow")).toBe(Date.UTC(2026, 2, 3, 20, 30));
    expect(parseTime("2026-03-03T22:30:00Z", "Europe/Moscow")).toBe(Date.UTC(2026, 2, 3, 22, 30));
    expect(parseTime("2026-03-03", "Asia/Almaty")).toBe(Date.UTC(2026, 2, 2, 19));
    expect(parseTime("2026-02-28T24:00:00Z", "Europe/Moscow")).toBe(Date.UTC(2026, 2, 1));
    expect(parseTime("2026-03-03 24:00", "Europe/Moscow")).toBe(Date.UTC(2026, 2, 3, 21));
    for (const text of ["2026-03-03T24:00:01Z", "2026-03-03T24:01", "2026-02-30T24:00Z"])
      expect(parseTime(text, "UTC")).toBeNull();
  });

  it("clock changes: the skipped hour is read later, the repeated hour earlier", () => {
    expect(parseTime("2026-03-29 02:30", "Europe/Berlin")).toBe(Date.UTC(2026, 2, 29, 1, 30));
    expect(parseTime("2026-10-25 02:30", "Europe/Berlin")).toBe(Date.UTC(2026, 9, 25, 0, 30));
  });

  it.each([
    "2026-02-31 10:00",
    "2026-03-01 25:00",
    "yesterday",
    "1999-12-31T23:59:59Z",
    "5",
    "2026-03-10T00:10:01Z",
    "9999-01-01",
    "2026-03-01T10:00:00+99:00",
    "2026-03-01 10:00:00 -1430",
    "2026-03-01T10:00:00+03:75",
  ])("%s is a bad time", (text) => {
    expect(readTime(text, "UTC", receivedAt)).toEqual({ ok: false, error: "bad_time" });
  });

  it("a clock ten minutes fast is still believed; absent and placeholder times are told apart", () => {
    expect(readTime("2026-03-10T00:10:00Z", "UTC", receivedAt).ok).toBe(true);
    expect(readTime("", "UTC", receivedAt)).toEqual({ ok: true, value: null });
    expect(readTime("{createdAt}", "UTC", receivedAt)).toEqual({ ok: false, error: "unresolved_macro" });
  });

  it("printing an instant as local time and reading it back gives the instant", () => {
    const zones = fc.constantFrom("Europe/Moscow", "Asia/Kolkata", "America/New_York", "UTC", "Asia/Almaty");
    const instants = fc.integer({ min: Date.UTC(2001, 0, 1) / 1000, max: Date.UTC(2035, 0, 1) / 1000 });
    fc.assert(
      fc.property(zones, instants, (zone, seconds) => {
        const local = new Date(seconds * 1000).toLocaleString("sv-SE", { timeZone: zone });
        const read = parseTime(local, zone) ?? 0;
        expect(new Date(read).toLocaleString("sv-SE", { timeZone: zone })).toBe(local);
        expect(Math.abs(read - seconds * 1000)).toBeLessThanOrEqual(3_600_000);
      }),
      { numRuns: 60 },
    );
  });
});

describe("event names, UTM, user agents", () => {
  it.each([
    ["reg", "registration", null],
    ["signup", "registration", null],
    ["contact/updated", "user_updated", null],
    ["lead", "registration", null],
    ["FTD", "payment", "sale"],
    ["firstDeposit", "payment", "sale"],
    ["first-deposit", "payment", "sale"],
    ["sale", "payment", "sale"],
    ["rebill", "payment", "resale"],
    ["Redeposit", "payment", "resale"],
    ["RD", "payment", "resale"],
    ["Upsell", "payment", "resale"],
    ["deposit", "payment", null],
    ["trash", "rejected", null],
    ["withdraw", "withdrawal", null],
    ["conf", "email_confirmed", null],
    ["Quiz Done", "quiz done", null],
  ])("%s is %s (%s)", (text, type, named) => {
    expect(readEventName(text)).toEqual({ type, named });
  });

  it("a placeholder names no event, a custom name is no known one", () => {
    expect(readEventName("{status}")).toBeNull();
    expect(knownEvent("quiz")).toBeNull();
  });

  it("an e-mail in a UTM never becomes the name of a report line", () => {
    expect(
      ["ivan@mail.ru", "promo|Ivan.P+x@Mail.RU|2", "почта@школа.рф", "a@b", "@vk"].map((text) => value(readUtm(text))),
    ).toEqual(["(e-mail)", "promo|(e-mail)|2", "(e-mail)", "a@b", "@vk"]);
  });

  it("UTM are trimmed and lower-cased; nothing-words and placeholders are absent", () => {
    expect([" VK ", "TGAds", "Весна", "null", "{source}", ""].map((text) => value(readUtm(text)))).toEqual([
      "vk",
      "tgads",
      "весна",
      null,
      "! unresolved_macro",
      null,
    ]);
  });

  it.each([
    "TelegramBot (like TwitterBot)",
    "WhatsApp/2",
    "WhatsApp/2.23.20.0",
    "Mozilla/5.0 (compatible; vkShare; +http://vk.com/dev/Share)",
    "facebookexternalhit/1.1",
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "Slackbot-LinkExpanding 1.0",
    "Mozilla/5.0 (compatible; YandexBot/3.0)",
  ])("K-04 preview robots: %s", (agent) => {
    expect(isPreview(agent)).toBe(true);
  });
  it.each([
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Telegram/11.0",
    "Mozilla/5.0 (Linux; Android 13; CUBOT NOTE 30) VKAndroidApp/8.1",
    "Mozilla/5.0 (Linux) Instagram 300.0",
    "node",
    "curl/8.5.0",
  ])("a human's client is no preview: %s", (agent) => {
    expect(isPreview(agent)).toBe(false);
  });
  it("no user agent is no preview", () => {
    expect(isPreview(null)).toBe(false);
  });
});

it("a value of nothing but encoded openings is judged as soon as any other of its length", () => {
  expect(hasMacro("%7B".repeat(300_000))).toBe(false);
  expect(hasMacro(`${"%7B".repeat(300_000)}%7D`)).toBe(true);
});

it("a mark as long as a delivery is cut without a search through all of it, its address hidden", () => {
  const mark = value(readUtm(`${"a".repeat(480)} ivan@mail.ru ${"b".repeat(1_000_000)}`));
  expect(mark).toBe(`${"a".repeat(480)} (e-mail) ${"b".repeat(10)}`);
});

it("a body of marks that are nothing but encoded signs of an address is read as fast as any other", () => {
  const start = performance.now();
  for (let n = 0; n < 100; n += 1) readUtm("%40".repeat(400));
  expect(performance.now() - start).toBeLessThan(2_000);
});
