/** What a macro or a condition may read: the event, the person, their fields and tracker values, under the names the wire uses.
 *  The event's own word goes first for `event`, `fields` and `tracker`; what the event does not say is taken from what is remembered of the
 *  person (traits named `fields.x` and `tracker.x`), so "ask and switch" can look at yesterday's answer. Of several values of one identifier
 *  type, whatever their scope, the newest is read. */
import type { Config } from "./config.ts";
import type { Addressee, EventFacts } from "./delivery.ts";
import { eventValue } from "./event-value.ts";
import { newestOf } from "./person-value.ts";
import { isIdentifierType } from "./identifier.ts";
import type { TemplateScope } from "./template.ts";

/** What a scope looks things up in; held, not copied. */
export type ScopeInput = {
  readonly event: EventFacts | null;
  /** null = not loaded or nobody: everything about a person is then absent, but for what the event itself carries. */
  readonly person: Addressee | null;
  readonly config: Pick<Config, "workspace" | "connections" | "variables">;
  /** The connection written to: its own click id of the person is the one it understands. */
  readonly to?: string;
};

/** Nothing is read until a macro asks: most rules read the event only, and a person need not be decrypted for them. */
export function templateScope(input: ScopeInput): TemplateScope {
  return {
    value: (name) => lookUp(input, name),
    // Chatterfy's page names a variable with the prefix its macro has: `variables.regLink`.
    variable: (name) => own(input.config.variables, name) ?? own(input.config.variables, `variables.${name}`),
  };
}

const own = (values: Readonly<Record<string, string>> | undefined, name: string): string | null =>
  values !== undefined && Object.hasOwn(values, name) ? (values[name] ?? null) : null;

/** null for a name nobody knows: whoever asks decides whether that is a mistake. */
function lookUp(input: ScopeInput, name: string): string | null {
  const dot = name.indexOf(".");
  if (dot === -1) return bareValue(input, name);
  const rest = name.slice(dot + 1);
  switch (name.slice(0, dot)) {
    case "event":
      return input.event && eventValue(input.event, input.config, rest);
    case "person":
      return personValue(input, rest);
    case "fields":
      return fieldValue(input, rest);
    case "tracker":
      return trackerValue(input, rest);
    default:
      return null;
  }
}

/** Names without a dot: Chatterfy's own, then its custom and tracker keys, then the event's. */
function bareValue(input: ScopeInput, name: string): string | null {
  switch (name) {
    case "chatId":
      return personValue(input, "telegram_id");
    case "createdAt":
      return (
        fieldOnly(input, "createdAt") ??
        fieldOnly(input, "created_at") ??
        (input.event && eventValue(input.event, input.config, "at"))
      );
    case "stepKey":
      return fieldOnly(input, "stepKey") ?? fieldOnly(input, "step_key") ?? fieldOnly(input, "step");
    case "username":
    case "name":
      return personValue(input, name);
    default:
      return (
        fieldOnly(input, name) ??
        trackerValue(input, name) ??
        (input.event && eventValue(input.event, input.config, name)) ??
        personValue(input, name)
      );
  }
}

/** What is remembered of the person before what this event says; an identifier's newest value. */
function personValue({ event, person }: ScopeInput, name: string): string | null {
  if (name === "id") return person?.id ?? null;
  if (name === "key") return person?.key ?? null;
  if (isIdentifierType(name)) {
    return (person && newestOf(person, name)) ?? event?.identifiers.find(({ type }) => type === name)?.value ?? null;
  }
  const told = own(person?.traits, name) ?? own(event?.profile, name);
  if (told !== null || name !== "name") return told;
  const names = ["first_name", "last_name"].map((part) => own(person?.traits, part) ?? own(event?.profile, part) ?? "");
  return names.join(" ").trim() || null;
}

const fieldOnly = ({ event, person }: ScopeInput, name: string): string | null =>
  own(event?.fields, name) ?? own(person?.traits, `fields.${name}`);

/** Chatterfy's page writes `{fields.chatId}` where it means `{chatId}`. */
const fieldValue = (input: ScopeInput, name: string): string | null =>
  fieldOnly(input, name) ?? (name === "chatId" ? bareValue(input, name) : null);

/** A clickid is asked of the destination's own scope first: another tracker's would be a stranger's number there. */
function trackerValue({ event, person, to }: ScopeInput, name: string): string | null {
  const remembered = own(event?.tracker, name) ?? own(person?.traits, `tracker.${name}`);
  if (name !== "clickid") return remembered;
  return (
    (person && to !== undefined ? newestOf(person, "clickid", to) : null) ??
    own(event?.tracker, name) ??
    event?.identifiers.find(({ type }) => type === "clickid")?.value ??
    (person && newestOf(person, "clickid")) ??
    remembered
  );
}
