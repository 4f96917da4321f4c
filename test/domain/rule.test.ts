import { describe, expect, it } from "vitest";
import { matchRules, rulesReadPerson } from "../../src/domain/rule.ts";
import { templateScope } from "../../src/domain/template-scope.ts";
import { configOf, factsOf, personOf } from "../kit/facts.ts";

const action = { to: "bot", action: "callback", with: { message: "x" } };
const event = factsOf({ fields: { vip: "true", level: "3" }, tracker: { ad: "a1" } });
const person = personOf(
  [
    ["email", "ivan@example.com"],
    ["phone", "+79001112233"],
  ],
  { "fields.city": "Москва", utm_campaign: "spring" },
);

const matched = (rule: Readonly<Record<string, unknown>>, triggers = ["payment", "*", "sale"], fired: string[] = []): number => {
  const config = configOf({ rules: [{ do: [action], ...rule }] });
  const scope = templateScope({ event, person, config });
  return matchRules(config, { connection: "onewin", triggers, fired, scope }).length;
};

describe("which rules a fact runs", () => {
  it.each([
    [{ on: "sale" }, 1],
    [{ on: "payment" }, 1],
    [{ on: "Payment" }, 1],
    [{ on: "*" }, 1],
    [{ on: ["registration", "sale"] }, 1],
    [{ on: "FTD" }, 1],
    [{ on: "deposit" }, 1],
    [{ on: "rebill" }, 0],
    [{ on: "resale" }, 0],
    [{ on: "resale#2" }, 0],
    [{ on: "registration" }, 0],
    [{ on: "sale", disabled: true }, 0],
    [{ on: "sale", from: "onewin" }, 1],
    [{ on: "sale", from: ["bot", "onewin"] }, 1],
    [{ on: "sale", from: "bot" }, 0],
    [{ on: "*", if: { "event.utm_campaign": "spring" } }, 1],
    [{ on: "*", if: { "event.utm_campaign": "Spring" } }, 1],
    [{ on: "*", if: { "event.utm_campaign": ["autumn", "spring"] } }, 1],
    [{ on: "*", if: { "event.utm_campaign": "spring", "fields.vip": false } }, 0],
    [{ on: "*", if: { "fields.vip": true, "fields.level": 3 } }, 1],
    [{ on: "*", if: { "fields.level": "3.0" } }, 0],
    [{ on: "*", if: { "event.amount": 50 } }, 1],
    [{ on: "*", if: { "event.amount": "50.00" } }, 1],
    [{ on: "*", if: { "event.amount": "050" } }, 1],
    [{ on: "*", if: { "event.amount": [49, 51] } }, 0],
    [{ on: "*", if: { "event.amount": "" } }, 0],
    [{ on: "*", if: { "fields.city": "Москва" } }, 1],
    [{ on: "*", if: { "person.email": "ivan@example.com" } }, 1],
    [{ on: "*", if: { "person.utm_campaign": " Spring" } }, 1],
    [{ on: "*", if: { "person.utm_campaign": "autumn" } }, 0],
    [{ on: "*", if: { "person.phone": "" } }, 0],
    [{ on: "*", if: { "fields.none": "null" } }, 0],
    [{ on: "*", if: { "tracker.ad": ["a1"] } }, 1],
    [{ on: "*", if: { "event.amount": "50,00" } }, 1],
    [{ on: "*", if: { "event.currency": "usd" } }, 1],
    [{ on: "*", if: { "event.currency": "$" } }, 1],
    [{ on: "*", if: { "event.currency": "eur" } }, 0],
    [{ on: "*", if: { "event.type": "Deposit" } }, 1],
    [{ on: "*", if: { "event.type": "reg" } }, 0],
    [{ on: "*", if: { "person.email": " Ivan@Example.com" } }, 1],
    [{ on: "*", if: { "person.email": "other@example.com" } }, 0],
    [{ on: "*", if: { "person.phone": ["8 (900) 111-22-33"] } }, 1],
    [{ on: "*", if: { "fields.vip": "True" } }, 0],
    [{ on: "*", if: { "fields.city": "Москва " } }, 1],
  ])("%j: %i", (rule, count) => {
    expect(matched(rule)).toBe(count);
  });

  it("resale#n runs for its ordinal only", () => {
    expect(matched({ on: "resale#2" }, ["payment", "*", "resale", "resale#2"])).toBe(1);
    expect(matched({ on: "resale#2" }, ["payment", "*", "resale", "resale#20"])).toBe(0);
  });

  it("a custom event's name is read as the events' own names are", () => {
    expect(matched({ on: "Мой  вебинарный\u00A0день" }, ["мой вебинарный день"])).toBe(1);
    expect(matched({ on: "вебинарны\u0438\u0306" }, ["вебинарный"])).toBe(1);
  });

  it("a rule that has run for a fact does not run again when the fact gains a label", () => {
    expect(matched({ on: ["payment", "sale"] }, ["sale"], ["payment", "*"])).toBe(0);
    expect(matched({ on: "sale" }, ["sale"], ["payment", "*"])).toBe(1);
  });

  it("every action of every matching rule comes in the order it is written", () => {
    const config = configOf({
      rules: [
        { on: "*", do: [action, { ...action, action: "message" }] },
        { on: "registration", do: [action] },
        { on: "sale", name: "third", do: [{ ...action, to: "chat" }] },
      ],
    });
    const scope = templateScope({ event, person, config });
    const found = matchRules(config, { connection: "onewin", triggers: ["*", "sale"], scope });
    expect(found.map((item) => [item.rule, item.action, item.do.to, item.do.action])).toEqual([
      [0, 0, "bot", "callback"],
      [0, 1, "bot", "message"],
      [2, 0, "chat", "callback"],
    ]);
  });
});

describe("whether rules read the person", () => {
  it.each([
    [{ on: "*" }, false],
    [{ on: "*", if: { "event.type": "sale" } }, false],
    [{ on: "*", if: { "person.email": "x" } }, true],
    [{ on: "*", if: { "fields.x": "x" } }, true],
    [{ on: "*", if: { "person.email": "x" }, disabled: true }, false],
  ])("%j: %s", (rule, expected) => {
    expect(rulesReadPerson(configOf({ rules: [{ do: [action], ...rule }] }))).toBe(expected);
  });
});
