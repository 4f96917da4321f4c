import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { EventFacts } from "../../src/domain/delivery.ts";
import { eventValue } from "../../src/domain/event-value.ts";
import { configOf, factsOf } from "../kit/facts.ts";

const config = configOf({
  workspace: { currency: "RUB" },
  connections: { onewin: { kind: "network", network: "1win", currency: "eur" }, chat: { kind: "chatterfy" } },
});
const value = (name: string, changes: Partial<EventFacts> = {}): string | null => eventValue(factsOf(changes), config, name);

const FACTS: Partial<EventFacts> = {
  type: "payment",
  label: "resale#3",
  connection: "onewin",
  money: { amount: "50", paidTotal: "170.5", currency: "USD" },
  tid: "tx-77",
  order: "1001",
  status: "payed",
  link: "vk1",
  start: "c_1",
  message: "привет",
  userAgent: "Mozilla/5.0",
  eventTime: Date.UTC(2026, 2, 1, 11),
  receivedAt: Date.UTC(2026, 2, 1, 12),
};

describe("what a condition or a macro reads of an event", () => {
  it.each([
    ["id", "evt_1"],
    ["type", "payment"],
    ["label", "resale#3"],
    ["ordinal", "3"],
    ["connection", "onewin"],
    ["amount", "50"],
    ["cost", "50"],
    ["sum", "50"],
    ["payout", "50"],
    ["revenue", "50"],
    ["paid_total", "170.5"],
    ["currency", "USD"],
    ["tid", "tx-77"],
    ["transaction_id", "tx-77"],
    ["order", "1001"],
    ["number", "1001"],
    ["deal_number", "1001"],
    ["status", "payed"],
    ["link", "vk1"],
    ["start", "c_1"],
    ["message", "привет"],
    ["user_agent", "Mozilla/5.0"],
    ["at", "2026-03-01T11:00:00.000Z"],
    ["received_at", "2026-03-01T12:00:00.000Z"],
  ])("%s is %s", (name, expected) => {
    expect(value(name, FACTS)).toBe(expected);
  });

  it.each(["label", "ordinal", "paid_total", "order", "status", "link", "start", "message", "user_agent", "email", "utm_source"])(
    "%s of an event that has none is absent",
    (name) => {
      expect(value(name, { label: null, utm: {} })).toBeNull();
    },
  );

  it("a first sale has no ordinal", () => {
    expect(value("ordinal", { label: "sale" })).toBeNull();
  });

  it.each([
    ["its own", { amount: "5", paidTotal: null, currency: "KZT" }, "onewin", "KZT"],
    ["its connection's", { amount: "5", paidTotal: null, currency: null }, "onewin", "EUR"],
    ["the workspace's", { amount: "5", paidTotal: null, currency: null }, "chat", "RUB"],
    ["the workspace's, of a connection that is gone", { amount: "5", paidTotal: null, currency: null }, "gone", "RUB"],
    ["absent beside no amount", { amount: null, paidTotal: null, currency: null }, "onewin", null],
  ])("the currency is %s", (_, money, connection, expected) => {
    expect(value("currency", { money, connection })).toBe(expected);
  });

  it("an identifier is read by its type, a campaign with or without its prefix, and all else by its own name", () => {
    const identifiers = [{ type: "email", scope: "", value: "a@b.ru", proof: "claimed" }] as const;
    const told = {
      identifiers,
      utm: { source: "vk" },
      profile: { first_name: "Иван" },
      fields: { step: "2" },
      tracker: { ad: "9" },
    };
    expect(
      ["email", "phone", "utm_source", "source", "utm_term", "first_name", "step", "ad"].map((name) => value(name, told)),
    ).toEqual(["a@b.ru", null, "vk", "vk", null, "Иван", "2", "9"]);
  });

  it("an id whose owner nobody could tell, and which is a field therefore, is read by its name", () => {
    expect(["user_id", "player_id"].map((name) => value(name, { fields: { user_id: "77", player_id: "987" } }))).toEqual([
      "77",
      "987",
    ]);
  });

  it("no field, tracker value, profile or campaign a sender may choose hides a fact of the event", () => {
    const bare = factsOf({ ...FACTS });
    fc.assert(
      fc.property(
        fc.constantFrom("id", "type", "label", "amount", "cost", "currency", "tid", "order", "status", "at", "received_at"),
        fc.constantFrom("fields", "tracker", "profile", "utm"),
        fc.string(),
        (name, where, lie) => {
          expect(eventValue({ ...bare, [where]: { [name]: lie } }, config, name)).toBe(eventValue(bare, config, name));
        },
      ),
    );
  });

  it("no name of JavaScript's own is a value", () => {
    fc.assert(
      fc.property(fc.constantFrom(...Object.getOwnPropertyNames(Object.prototype)), (name) => {
        expect(value(name, FACTS)).toBeNull();
      }),
    );
  });
});
