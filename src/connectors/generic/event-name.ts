/** Which event a delivery reports: the path, else a naming field, else the network's numeric code, else a `name=true` flag (Binomo), else what the
 *  fields themselves tell. */
import { type EventName, knownEvent, readEventName } from "../../domain/normalise/event-type.ts";
import { clean } from "../../domain/normalise/clean.ts";
import { hasMacro } from "../../domain/normalise/macro.ts";
import { type Sent, drop, peek, use } from "./sent.ts";

/** The first of `names` that names an event. */
export function takeEventName(sent: Sent, names: readonly string[]): EventName | null {
  for (const name of names) {
    const found = peek(sent, name);
    if (!found) continue;
    use(sent, name);
    if (hasMacro(found.value)) drop(sent, found.field, "unresolved_macro");
    const event = readEventName(found.value);
    if (event) return event;
  }
  return null;
}

/** `order=1` is an order's number, `message=yes` what somebody wrote. */
const isValue = (name: string, value: string): boolean => name === "message" || (name === "order" && value === "1");

/** The first parameter that is a known event's name and says yes: `reg=true`. */
export function takeFlagEvent(sent: Sent): EventName | null {
  for (const [name, { value }] of sent.values) {
    if (sent.used.has(name) || isValue(name.toLowerCase(), clean(value))) continue;
    const event = /^(true|1|yes)$/i.test(clean(value)) ? knownEvent(name) : null;
    if (!event) continue;
    use(sent, name);
    return event;
  }
  return null;
}
