/** Revenue, deals and return on cost. Money is dated by its own event, never by the cohort; a payment's last touch is the latest one before it
 *  within 90 days; unbound money is a separate line and is inside no campaign. Pure. */
import type { TrackedLink } from "../config.ts";
import { type Exact, type Rates, average, convert, exactOf, moneyText, amountText, percent } from "./amount.ts";
import { type Origin, costLabel, originLabel } from "./origin.ts";
import type { Breakdown } from "./query.ts";

/** Payments or refunds alike in origin and currency, summed. `origin` null = bound to nobody. */
export type MoneyCell = {
  readonly first: Origin | null;
  readonly last: Origin;
  readonly refund: boolean;
  readonly currency: string | null;
  readonly amountE4: number;
};

/** Distinct paid orders and conversions of the range. */
export type DealCell = { readonly bound: boolean; readonly last: Origin; readonly deals: number };

/** Wire names. Decimal texts in the workspace's currency; shares are percent texts, null where nothing was paid. `net` leaves
 *  unbound money out, which stands in `unbound` by itself. */
export type MoneyTotals = {
  readonly gross: string;
  readonly refunds: string;
  readonly net: string;
  readonly unbound: string;
  readonly paid_deals: number;
  readonly bound_deals: number;
  readonly bound_share: string | null;
  readonly known_source_share: string | null;
  readonly average_deal: string | null;
  /** Currencies without a rate: outside every total. */
  readonly no_rate: readonly { readonly currency: string; readonly gross: string; readonly refunds: string }[];
};

type Setting = { readonly by: Breakdown; readonly links: ReadonlyMap<string, TrackedLink>; readonly rates: Rates };

/** Decimal strings with two digits in the workspace's currency. A deal without money in a known currency still counts as a deal; a currency without a
 *  rate is told apart in `no_rate`, since adding it as if it were 1 : 1 would be a lie in the total. */
export function moneyTotals(cells: readonly MoneyCell[], deals: readonly DealCell[], setting: Setting): MoneyTotals {
  const sum = (fits: (cell: MoneyCell) => boolean): Exact =>
    cells.filter(fits).reduce((total, cell) => total + (convert(cell.amountE4, cell.currency, setting.rates) ?? 0n), 0n);
  const gross = sum(({ first, refund }) => first !== null && !refund);
  const refunds = sum(({ first, refund }) => first !== null && refund);
  const unbound = sum(({ first, refund }) => first === null && !refund) - sum(({ first, refund }) => first === null && refund);
  const count = (fits: (deal: DealCell) => boolean): number => deals.filter(fits).reduce((total, deal) => total + deal.deals, 0);
  const paid = count(() => true);
  const bound = count((deal) => deal.bound);
  const known = count((deal) => deal.bound && originLabel("source", deal.last, setting.links) !== "");
  return {
    gross: moneyText(gross),
    refunds: moneyText(refunds),
    net: moneyText(gross - refunds),
    unbound: moneyText(unbound),
    paid_deals: paid,
    bound_deals: bound,
    bound_share: percent(bound, paid),
    known_source_share: percent(known, paid),
    average_deal: average(gross, bound),
    no_rate: withoutRate(cells, setting.rates),
  };
}

/** Beside the totals, in its own currency: left out silently it would look like money nobody earned. */
function withoutRate(cells: readonly MoneyCell[], rates: Rates): MoneyTotals["no_rate"] {
  const strange = cells.filter(({ currency }) => convert(1, currency, rates) === null);
  const total = (own: readonly MoneyCell[], refund: boolean): string =>
    amountText(own.reduce((sum, cell) => (cell.refund === refund ? sum + cell.amountE4 : sum), 0));
  return [...Map.groupBy(strange, ({ currency }) => currency ?? "")].map(([currency, own]) => ({
    currency,
    gross: total(own, false),
    refunds: total(own, true),
  }));
}

/** Net revenue per breakdown line, by first and by last touch; unbound money is on no line. */
export function netByLine(
  cells: readonly MoneyCell[],
  setting: Setting,
): { readonly first: Map<string, Exact>; readonly last: Map<string, Exact> } {
  const [first, last] = [new Map<string, Exact>(), new Map<string, Exact>()];
  for (const cell of cells) {
    const value = convert(cell.amountE4, cell.currency, setting.rates);
    if (cell.first === null || value === null) continue;
    const signed = cell.refund ? -value : value;
    add(first, originLabel(setting.by, cell.first, setting.links), signed);
    add(last, originLabel(setting.by, cell.last, setting.links), signed);
  }
  return { first, last };
}

/** Cost per breakdown line: the links' costs of the days in [from, to). */
export function costByLine(setting: Setting, from: string, to: string): Map<string, Exact> {
  const costs = new Map<string, Exact>();
  for (const [slug, link] of setting.links) {
    const label = costLabel(setting.by, slug, setting.links);
    if (label === null) continue;
    for (const { day, amount } of link.costs) if (day >= from && day < to) add(costs, label, exactOf(amount));
  }
  return costs;
}

/** CPL and CAC: what one registration, one buyer of a line cost; null without cost or people. */
export const costPer = (cost: string, people: number): string | null =>
  Number(cost) === 0 ? null : average(exactOf(cost), people);

/** (net − cost) / cost; null without cost. */
export const romi = (net: Exact, cost: Exact): string | null => percent(net - cost, cost);

function add(sums: Map<string, Exact>, label: string, value: Exact): void {
  sums.set(label, (sums.get(label) ?? 0n) + value);
}
