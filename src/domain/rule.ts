/** Rules: which actions a fact runs. Triggers are computed by the binder: the event's type, `*`, and its label's `sale`, `resale`, `resale#n`,
 *  less those that fired for this fact, person or connection before. A rule runs once per fact however many of its triggers hold. */
import type { Config, Rule, RuleAction } from "./config.ts";
import { knownEvent } from "./normalise/event-type.ts";
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

/** A rule's triggers under our names, worked out once per configuration and not once per event. */
function triggersOf(rule: Rule): ReadonlySet<string> {
  const triggers = known.get(rule) ?? new Set(listOf(rule.on).map(canonical));
  known.set(rule, triggers);
  return triggers;
}

type Scalar = string | number | boolean;

/** By text, exactly; amounts by their number, since "50", "50.0" and 50 are one sum; UTM without case, since they are kept so. */
function equal(name: string, value: string, wanted: Scalar): boolean {
  if (value === String(wanted)) return true;
  if (name.startsWith("event.utm_")) return value.toLowerCase() === String(wanted).trim().toLowerCase();
  if (!AMOUNTS.has(name) || typeof wanted === "boolean") return false;
  const [left, right] = [decimalOf(value), decimalOf(String(wanted))];
  return left !== null && left === right;
}

const AMOUNTS: ReadonlySet<string> = new Set(
  ["amount", "paid_total", "cost", "sum", "payout", "revenue"].map((name) => `event.${name}`),
);

/** One spelling of a decimal, without going through a float; null when it is none. */
function decimalOf(text: string): string | null {
  const match = /^([+-]?)0*(\d*)(?:\.(\d*?)0*)?$/.exec(text.trim());
  if (!match || !/\d/.test(text)) return null;
  const [, sign = "", whole = "", fraction = ""] = match;
  const number = `${whole || "0"}${fraction === "" ? "" : `.${fraction}`}`;
  return sign === "-" && /[1-9]/.test(number) ? `-${number}` : number;
}

/** A trigger under our name: "FTD" is `sale`, "rebill" is `resale`, "reg" is `registration`, as the events themselves are folded. */
function canonical(name: Scalar): string {
  const event = knownEvent(String(name));
  return event ? (event.named ?? event.type) : String(name).trim().toLowerCase();
}

const listOf = (value: Scalar | readonly Scalar[]): readonly Scalar[] => (typeof value === "object" ? value : [value]);
