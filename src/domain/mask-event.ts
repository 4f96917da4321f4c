/** An event without the secrets that its texts may carry: a message quotes a link with a token, a name field holds a pasted key. What is
 *  matched or counted (identifiers, ids, amounts) is left alone: it was read by stricter rules. Pure. */
import type { NewEvent } from "./event.ts";

/** Identifiers, money, order and tid stay: they are what the event is about, and are sealed as they are. */
export function maskEvent(event: NewEvent, mask: (text: string) => string): NewEvent {
  const text = (value: string | null): string | null => (value === null ? null : mask(value));
  return {
    ...event,
    status: text(event.status),
    link: text(event.link),
    start: text(event.start),
    userAgent: text(event.userAgent),
    message: text(event.message),
    utm: masked(event.utm, mask),
    profile: masked(event.profile, mask),
    fields: masked(event.fields, mask),
    tracker: masked(event.tracker, mask),
  };
}

/** Keeps the record where nothing is hidden: almost always. */
function masked(texts: Readonly<Record<string, string>>, mask: (text: string) => string): Readonly<Record<string, string>> {
  const entries = Object.entries(texts);
  const hidden = entries.map(([name, value]) => [name, mask(value)] as const);
  return hidden.every(([, value], at) => value === entries[at]?.[1]) ? texts : Object.fromEntries(hidden);
}
