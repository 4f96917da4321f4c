import * as fc from "fast-check";
import { expect, it } from "vitest";
import { type Labelled, type Payment, byTime, labelNext, newStanding, triggersOf } from "../../src/domain/labels.ts";

let seq = 0;
const pay = (given: Partial<Payment> & { at: number }): Payment => {
  seq += 1;
  return {
    id: `evt_${seq}`,
    seq,
    order: null,
    conversion: null,
    named: null,
    amountE4: 500_000,
    paidTotalE4: null,
    counted: true,
    ...given,
  };
};
function labelPayments(payments: readonly Payment[]): Labelled[] {
  const standing = newStanding();
  return payments.toSorted(byTime).map((payment) => labelNext(standing, payment, 0));
}
const labels = (payments: readonly Payment[]): (string | null)[] =>
  labelPayments(payments).map(({ label, ordinal }) => (ordinal === null ? label : `${label ?? ""}#${ordinal}`));

it("the first paid order is the sale, later ones are resales in order of event time", () => {
  expect(labels([pay({ at: 3, order: "O3" }), pay({ at: 1, order: "O1" }), pay({ at: 2, order: "O2" })])).toEqual([
    "sale",
    "resale#1",
    "resale#2",
  ]);
});

it("D-03 a replaced tid leaves one sale, and the history keeps both", () => {
  const result = labelPayments([
    pay({ at: 1, conversion: "1", counted: false, amountE4: 500_000 }),
    pay({ at: 2, conversion: "1", amountE4: 700_000 }),
  ]);
  expect(result.map(({ label }) => label)).toEqual([null, "sale"]);
  expect(result.map(({ amountE4 }) => amountE4)).toEqual([500_000, 700_000]);
});

it("D-04 resale#N: the third repeat tid is resale#2 exactly once", () => {
  const given = [
    pay({ at: 1, conversion: "t1", named: "sale" }),
    pay({ at: 2, conversion: "t2", named: "resale" }),
    pay({ at: 3, conversion: "t3", named: "resale" }),
  ];
  expect(labels(given)).toEqual(["sale", "resale#1", "resale#2"]);
});

it("two clicks of one person may number their deposits alike: each is a purchase of its own", () => {
  expect(labels([pay({ at: 1, conversion: "click A 1" }), pay({ at: 2, conversion: "click B 1" })])).toEqual([
    "sale",
    "resale#1",
  ]);
});

it("D-06 a free order is neither a sale nor in the way of one", () => {
  expect(labels([pay({ at: 1, order: "O4", amountE4: 0 }), pay({ at: 2, order: "O5" })])).toEqual([null, "sale"]);
});

it("D-07 part payments are one sale on the first day's money", () => {
  expect(
    labels([
      pay({ at: 1, order: "O3", conversion: "O3-1" }),
      pay({ at: 2, order: "O3", conversion: "O3-2" }),
      pay({ at: 3, order: "O9" }),
    ]),
  ).toEqual(["sale", null, "resale#1"]);
});

it("reported totals become differences in event time, whatever came first", () => {
  const second = pay({ at: 2, order: "O3", amountE4: null, paidTotalE4: 300_000_000 });
  const first = pay({ at: 1, order: "O3", amountE4: null, paidTotalE4: 100_000_000 });
  expect(labelPayments([second, first]).map(({ amountE4, label }) => [amountE4, label])).toEqual([
    [100_000_000, "sale"],
    [200_000_000, null],
  ]);
});

it("a rejected payment gives its ordinal to the next one", () => {
  const rejected = pay({ at: 1, conversion: "t1", counted: false });
  expect(labels([rejected, pay({ at: 2, conversion: "t2" }), pay({ at: 3, conversion: "t3" })])).toEqual([
    null,
    "sale",
    "resale#1",
  ]);
});

it("a sale named by its sender is one, even when it is not the first", () => {
  expect(labels([pay({ at: 1, conversion: "a" }), pay({ at: 2, conversion: "b", named: "sale" })])).toEqual(["sale", "sale"]);
  expect(labels([pay({ at: 1, conversion: "a", named: "resale" })])).toEqual(["resale#1"]);
});

it("a sender that calls every deposit a sale tells repeats by their tid or order", () => {
  const sales = ["t1", "t2", "t3"].map((conversion, index) => pay({ at: index + 1, conversion, named: "sale" }));
  expect(labels(sales)).toEqual(["sale", "resale#1", "resale#2"]);
  expect(labels([pay({ at: 1, order: "1", named: "sale" }), pay({ at: 2, order: "2", named: "sale" })])).toEqual([
    "sale",
    "resale#1",
  ]);
  expect(labels([pay({ at: 0, conversion: "d" }), ...sales])).toEqual(["sale", "sale", "resale#1", "resale#2"]);
  expect(labels([pay({ at: 1, named: "sale" }), pay({ at: 2, named: "sale" })])).toEqual(["sale", "sale"]);
});

it("a payment that names no amount is labelled, an unreadable one is not", () => {
  expect(labels([pay({ at: 1, conversion: "a", amountE4: null })])).toEqual(["sale"]);
  expect(labels([pay({ at: 1, conversion: "a", amountE4: null, counted: false })])).toEqual([null]);
});

it("labels do not depend on the order of arrival", () => {
  const given = [1, 2, 3, 4, 5].map((at) => pay({ at: at * 10, order: `O${at % 3}`, amountE4: at === 4 ? 0 : 10_000 }));
  const picture = (payments: readonly Payment[]): string =>
    JSON.stringify(labelPayments(payments).toSorted((a, b) => (a.id < b.id ? -1 : 1)));
  fc.assert(
    fc.property(fc.shuffledSubarray(given, { minLength: given.length }), (shuffled) => picture(shuffled) === picture(given)),
  );
});

it("a resale fires its type, its label and its ordinal; a custom type named like a label fires once", () => {
  expect(triggersOf("payment", "resale", 2).map(({ name }) => name)).toEqual(["*", "payment", "resale", "resale#2"]);
  expect(triggersOf("sale", "sale", null).map(({ name }) => name)).toEqual(["*", "sale"]);
});
