/** Rules: which actions a fact runs. Triggers are computed by the binder: the event's type, `*`, and its label's `sale`, `resale`, `resale#n`,
 *  less those that fired for this fact, person or connection before. A rule runs once per fact however many of its triggers hold. */
import type { Config, Rule, RuleAction } from "./config.ts";
import { isIdentifierType } from "./identifier.ts";
import { clean } from "./normalise/clean.ts";
import { readCurrency } from "./normalise/currency.ts";
import { readEventName } from "./normalise/event-type.ts";
import { readIdentifierValue } from "./normalise/identifier.ts";
import { readMoney } from "./normalise/money.ts";
import type { TemplateScope } from "./template.ts";

export type MatchedAction = {
  /** Places in the configuration, for the decision trace and for stable delivery keys. */
  readonly rule: number;
  readonly action: number;
  readonly name: string | null;
  readonly do: RuleAction;
};

/** `connection` is where the event came from, not where the action goes. */
export type RuleInput = {
  readonly connection: string;
  /** Names that fire now. */
  readonly triggers: readonly string[];
  /** Names that fired for this fact before (a late event moved its ordinal): a rule that also listens to one of them has run already. */
  readonly fired?: readonly string[];
  readonly scope: Pick<TemplateScope, "value">;
};

/** The actions to run, in the order of the rules and of the actions inside each. */
export function matchRules(config: Pick<Config, "rules">, input: RuleInput): MatchedAction[] {
  return config.rules.flatMap((rule, index) => {
    if (!matches(rule, input)) return [];
    return rule.do.map((action, place) => ({ rule: index, action: place, name: rule.name ?? null, do: action }));
  });
}

/** Whether matching reads anything about the person, so that a binder decrypts a person only for a configuration that asks. Fields and tracker
 *  values count: they fall back to what is remembered of the person. */
export const rulesReadPerson = (config: Pick<Config, "rules">): boolean =>
  config.rules.some((rule) => !rule.disabled && Object.keys(rule.if ?? {}).some((name) => !name.startsWith("event.")));

/** All conditions hold; a value that is not known matches nothing. Triggers in `fired` ran for this fact before: a rule that
 *  listens to one of them is not run again. */
function matches(rule: Rule, input: RuleInput): boolean {
  if (rule.disabled) return false;
  const on = triggersOf(rule);
  if (!input.triggers.some((name) => on.has(name))) return false;
  if (input.fired?.some((name) => on.has(name))) return false;
  if (rule.from !== undefined && !listOf(rule.from).includes(input.connection)) return false;
  return Object.entries(rule.if ?? {}).every(([name, expected]) => {
    const value = input.scope.value(name);
    return value !== null && listOf(expected).some((wanted) => equal(name, value, wanted));
  });
}

const known = new WeakMap<Rule, ReadonlySet<string>>();

/** A rule's triggers under our names ("FTD" is `sale`), worked out once per configuration and not once per event. */
export function triggersOf(rule: Rule): ReadonlySet<string> {
  const triggers = known.get(rule) ?? new Set(listOf(rule.on).map(canonical));
  known.set(rule, triggers);
  return triggers;
}

type Scalar = string | number | boolean;

/** By text, exactly. What an event tells is kept in one spelling ("50", "USD", "a@b.ru", "+7900…"), so the author's is read as a sender's would be. */
function equal(name: string, value: string, wanted: Scalar): boolean {
  const text = String(wanted);
  if (value === text) return true;
  if (/^(?:event|person)\.utm_/.test(name)) return value.toLowerCase() === text.trim().toLowerCase();
  return value === kept(name, text);
}

/** A text in the spelling in which the value of that name is kept; null when it can be no such value. */
function kept(name: string, text: string): string | null {
  if (AMOUNTS.has(name)) {
    const money = readMoney(text);
    return money.ok ? (money.value?.amount ?? null) : null;
  }
  if (name === "event.currency") return readCurrency(text);
  if (name === "event.type") return readEventName(text)?.type ?? null;
  const [subject, type = ""] = name.split(".");
  const isIdentifier = (subject === "event" || subject === "person") && isIdentifierType(type);
  return isIdentifier ? readIdentifierValue(type, text) : clean(text);
}

const AMOUNTS: ReadonlySet<string> = new Set(
  ["amount", "paid_total", "cost", "sum", "payout", "revenue"].map((name) => `event.${name}`),
);

/** A trigger under our name: "FTD" is `sale`, "rebill" is `resale`, "reg" is `registration`, as the events themselves are folded. */
function canonical(name: string): string {
  const event = readEventName(name);
  return event ? (event.named ?? event.type) : name;
}

const listOf = <T extends Scalar>(value: T | readonly T[]): readonly T[] => (typeof value === "object" ? value : [value]);
