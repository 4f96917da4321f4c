import { describe, expect, it } from "vitest";
import { renderParameters } from "../../src/domain/render-parameters.ts";
import { renderDeep, renderTemplate, templateMistake } from "../../src/domain/template.ts";
import type { Landing } from "../../src/domain/template-encode.ts";
import { templateScope } from "../../src/domain/template-scope.ts";
import { configOf, factsOf, personOf } from "../kit/facts.ts";

const config = configOf({
  connections: { onewin: { kind: "network", network: "1win", currency: "eur" }, out: { kind: "http" }, tg: { kind: "telegram" } },
  variables: {
    reg_link: "https://pp.example?clickid={{tracker.clickid}}",
    host: "pp.example/ru",
    nested: "→ {{variables.reg_link}}",
    loop_a: "{{variables.loop_b}}",
    loop_b: "{{variables.loop_a}}",
    self: "{{variables.self}}",
    json: '{"t":"{{fields.title}}"}',
    "variables.x": "never",
  },
});

const event = factsOf({
  fields: { last: "50", refID: "r 1", stepKey: "FD", title: 'a"b\n</b>&' },
  tracker: { ad: "spring&sale" },
  message: "привет",
  profile: { username: "ivan_t" },
});
const person = personOf(
  [
    ["telegram_id", "1227280"],
    ["clickid", "old", "other", 1],
    ["clickid", "abc&d", "chat", 5],
    ["user_id", "31", "site", 9],
    ["user_id", "30", "shop", 2],
    ["email", "ivan@example.com"],
  ],
  { first_name: "Иван", last_name: "Т", "fields.remembered": "yes", "tracker.ad_name": "test" },
);
const scope = templateScope({ event, person, config });
const render = (text: string, landing: Landing = "plain"): string => {
  const rendered = renderTemplate(text, scope, landing);
  return rendered.ok ? rendered.value : `! ${rendered.error.cause} ${rendered.error.macro}`;
};

describe("macros", () => {
  it.each([
    ["{{event.amount}} {{ event.currency }}", "50 USD"],
    ["{{event.type}}/{{event.label}}/{{event.tid}}/{{event.utm_campaign}}", "payment/sale/tx-77/spring"],
    ["{{event.at}}", "2026-03-01T11:00:00.000Z"],
    ["{{event.message}}", "привет"],
    ["{{event.cost}} {{event.transaction_id}}", "50 tx-77"],
    ["{{person.telegram_id}} {{person.email}} {{person.user_id}} {{person.key}}", "1227280 ivan@example.com 31 k_1"],
    ["{{person.first_name}} {{name}} {{username}}", "Иван Иван Т ivan_t"],
    ["{{fields.last}} {{fields.remembered}}", "50 yes"],
    ["{{tracker.ad}} {{tracker.ad_name}}", "spring&sale test"],
    ["{{chatId}} {{stepKey}} {{createdAt}}", "1227280 FD 2026-03-01T11:00:00.000Z"],
    ["{{fields.chatId}}", "1227280"],
    ["{{{event.amount}}}", "{50}"],
    ['{"a":{"b":{{event.amount}}}}', '{"a":{"b":50}}'],
    ["no macros at all {}", "no macros at all {}"],
  ])("%s renders as %s", (text, expected) => {
    expect(render(text)).toBe(expected);
  });

  it.each([
    ["{{event.order}}", "! missing event.order"],
    ["{{person.phone}}", "! missing person.phone"],
    ["{{fields.none}}", "! missing fields.none"],
    ["{{nonsense}}", "! missing nonsense"],
    ["{{variables.none}}", "! missing variables.none"],
    ["{{person.constructor}}", "! missing person.constructor"],
    ["{{fields.__proto__}}", "! missing fields.__proto__"],
    ["{{variables.toString}}", "! missing variables.toString"],
    ["Hi {{event.amount", "! unparsable an unfinished macro: {{event.amount"],
    ["{{ }}", "! unparsable an unfinished macro: {{ }}"],
  ])("%s fails: %s", (text, expected) => {
    expect(render(text)).toBe(expected);
  });

  it("a missing currency is the default of where the event came from", () => {
    const bare = templateScope({ event: factsOf({ money: { amount: "5", paidTotal: null, currency: null } }), person, config });
    expect(bare.value("event.currency")).toBe("EUR");
  });

  it("a click id is the one of the connection written to, else the event's, else the newest", () => {
    const named = factsOf({ tracker: { clickid: "from-event" } });
    const value = (input: Parameters<typeof templateScope>[0]) => templateScope(input).value("tracker.clickid");
    expect(value({ event: named, person, config, to: "other" })).toBe("old");
    expect(value({ event: named, person, config, to: "tracker" })).toBe("from-event");
    expect(value({ event, person, config })).toBe("abc&d");
    expect(value({ event, person: null, config })).toBeNull();
  });
});

describe("single braces", () => {
  it.each([
    ["https://k.example/p?subid={tracker.clickid}&u={username}", "https://k.example/p?subid=abc%26d&u=ivan_t"],
    ["https://x.example/?chat={chatId}&ref={refID}&s={stepKey}", "https://x.example/?chat=1227280&ref=r%201&s=FD"],
    ["https://x.example/?cost={cost}&click={clickid}", "https://x.example/?cost=50&click=abc%26d"],
    ["https://x.example/?sub={sub9}", "! missing sub9"],
    ["Hello {username}, chat {chatId}", "Hello ivan_t, chat 1227280"],
    ["{tracker.ad}", "spring&sale"],
    ["css {color} and {refID}", "css {color} and {refID}"],
    ['{"chat":{"id":"{{chatId}}"},"e":{}}', '{"chat":{"id":"1227280"},"e":{}}'],
  ])("%s → %s", (text, expected) => {
    expect(render(text)).toBe(expected);
  });
});

describe("variables", () => {
  it("may be named with the prefix of their macro, as Chatterfy's own settings name them", () => {
    const named = {
      ...config,
      variables: { "variables.regLink": "https://pp.com?clickid={{tracker.clickid}}", "variables.a": "1", a: "2" },
    };
    const told = (text: string) => renderTemplate(text, templateScope({ event, person, config: named }), "plain");
    expect(told("{{variables.regLink}}")).toEqual({ ok: true, value: "https://pp.com?clickid=abc%26d" });
    expect(told("{{variables.a}}")).toEqual({ ok: true, value: "2" });
  });

  it.each([
    ["{{variables.reg_link}}", "plain", "https://pp.example?clickid=abc%26d"],
    ["{{variables.nested}}", "plain", "→ https://pp.example?clickid=abc%26d"],
    ["{{variables.reg_link}}&ad={{tracker.ad}}", "plain", "https://pp.example?clickid=abc%26d&ad=spring%26sale"],
    ["https://{{variables.host}}/x", "plain", "https://pp.example/ru/x"],
    [
      "https://x.example?to={{variables.reg_link}}",
      "plain",
      "https://x.example?to=https%3A%2F%2Fpp.example%3Fclickid%3Dabc%2526d",
    ],
    ["to={{variables.reg_link}}", "form", "to=https%3A%2F%2Fpp.example%3Fclickid%3Dabc%2526d"],
    ['<a href="{{variables.reg_link}}&b">', "html", '<a href="https://pp.example?clickid=abc%26d&b">'],
    ["{{variables.loop_a}}", "plain", "! cycle variables.loop_a"],
    ["{{variables.self}}", "plain", "! cycle variables.self"],
  ] as const)("%s in %s → %s", (text, landing, expected) => {
    expect(render(text, landing)).toBe(expected);
  });

  it("a tower of doubling variables costs one rendering each and ends at the size limit", () => {
    const variables = Object.fromEntries(
      Array.from({ length: 60 }, (_, level) => [`v${level}`, `{{variables.v${level + 1}}}{{variables.v${level + 1}}}`]),
    );
    const tower = { ...scope, variable: (name: string) => ({ ...variables, v60: "x" })[name] ?? null };
    expect(renderTemplate("{{variables.v0}}", tower)).toMatchObject({ ok: false, error: { cause: "too_long" } });
  });
});

describe("encoding by where a value lands", () => {
  it.each([
    ["json", '{"t":"{{fields.title}}"}', String.raw`{"t":"a\"b\n</b>&"}`],
    ["json", String.raw`{"t":"https://x.ru/?r={{fields.refID}}\n{{name}}"}`, String.raw`{"t":"https://x.ru/?r=r%201\nИван Т"}`],
    ["html", "<b>{{fields.title}}</b>", "<b>a&quot;b\n&lt;/b&gt;&amp;</b>"],
    ["form", "t={{fields.title}}&n={{name}}", "t=a%22b%0A%3C%2Fb%3E%26&n=%D0%98%D0%B2%D0%B0%D0%BD+%D0%A2"],
    ["query", "t={{tracker.ad}} {{name}}", "t=spring%26sale %D0%98%D0%B2%D0%B0%D0%BD%20%D0%A2"],
    ["header", "x {{fields.title}}", 'x a"b </b>&'],
    ["markdown", "*{{event.at}}*", String.raw`*2026\-03\-01T11:00:00\.000Z*`],
    ["plain", "{{fields.title}}", 'a"b\n</b>&'],
  ] as const)("%s: %s → %s", (landing, text, expected) => {
    expect(render(text, landing)).toBe(expected);
  });

  it("strings inside arrays and objects are rendered, names included, everything else stays", () => {
    expect(renderDeep({ a: ["{{event.amount}}", 1, null], b: { c: true, d: "{{chatId}}" } }, scope)).toEqual({
      ok: true,
      value: { a: ["50", 1, null], b: { c: true, d: "1227280" } },
    });
    expect(renderDeep({ "{{event.type}}_sum": "{{event.amount}}" }, scope)).toEqual({ ok: true, value: { payment_sum: "50" } });
    expect(renderDeep({ "{{event.none}}": 1 }, scope)).toMatchObject({ ok: false, error: { macro: "event.none" } });
    expect(renderDeep([{ x: "{{event.none}}" }], scope)).toMatchObject({ ok: false, error: { macro: "event.none" } });
  });

  it("http.request: address, headers and body are each encoded as what they are", () => {
    const out = config.connections.get("out");
    if (!out) throw new Error("no connection");
    const rendered = renderParameters(
      out,
      {
        url: "https://api.example/{{fields.refID}}?t={fields.title}",
        headers: { "Content-Type": "application/json", "x-title": "{{fields.title}}" },
        body: '{"t":"{{fields.title}}"}',
      },
      scope,
    );
    expect(rendered).toEqual({
      ok: true,
      value: {
        url: "https://api.example/r%201?t=a%22b%0A%3C%2Fb%3E%26",
        headers: { "Content-Type": "application/json", "x-title": 'a"b </b>&' },
        body: String.raw`{"t":"a\"b\n</b>&"}`,
      },
    });
  });

  it.each([
    ['[{"t":"{{fields.title}}"}]', String.raw`[{"t":"a\"b\n</b>&"}]`],
    ['["{{fields.title}}", {{event.amount}}]', String.raw`["a\"b\n</b>&", 50]`],
    ['[note] "{{fields.title}}"', '[note] "a"b\n</b>&"'],
    ["[{{fields.title}}] came", '[a"b\n</b>&] came'],
    ["{{variables.json}}", String.raw`{"t":"a\"b\n</b>&"}`],
  ])("http.request: values in the body %s are escaped when it is JSON, a list as well as an object", (body, expected) => {
    const out = config.connections.get("out");
    if (!out) throw new Error("no connection");
    expect(renderParameters(out, { body }, scope)).toEqual({ ok: true, value: { body: expected } });
  });

  it.each([
    ["/hook/{{fields.refID}}?t={fields.title}&r={refID}", "/hook/r%201?t=a%22b%0A%3C%2Fb%3E%26&r=r%201"],
    ["{{variables.host}}/x?s={{tracker.ad}}", "pp.example/ru/x?s=spring%26sale"],
  ])("http.request: values in the address %s are encoded though it names no scheme", (url, expected) => {
    const out = config.connections.get("out");
    if (!out) throw new Error("no connection");
    expect(renderParameters(out, { url }, scope)).toEqual({ ok: true, value: { url: expected } });
  });

  it.each([
    ["HTML", "&lt;b&gt; spring&amp;sale"],
    [undefined, "<b> spring&sale"],
  ])("telegram with parse mode %s escapes values, not the author's text", (mode, expected) => {
    const tg = config.connections.get("tg");
    if (!tg) throw new Error("no connection");
    const bold = { ...scope, value: (name: string) => (name === "fields.b" ? "<b>" : scope.value(name)) };
    const parameters = { text: "{{fields.b}} {{tracker.ad}}", ...(mode === undefined ? {} : { parse_mode: mode }) };
    expect(renderParameters(tg, parameters, bold)).toMatchObject({ ok: true, value: { text: expected } });
  });
});

describe("the form of a template", () => {
  it.each([
    ["{{event.x}}", null],
    ['{"a":{"b":1}}', null],
    ["{chatId} {", null],
    ["}} closing first {{event.x}}", null],
    ["{{event.x} and on", "an unfinished macro: {{event.x} and on"],
  ])("%s: %s", (text, expected) => {
    expect(templateMistake(text)).toBe(expected);
  });
});
