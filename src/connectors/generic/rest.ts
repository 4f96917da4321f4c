/** What nobody claimed: profile, UTM, tracker values and plain fields, secrets masked. */
import { clean } from "../../domain/normalise/clean.ts";
import { readUtm } from "../../domain/normalise/utm.ts";
import { isSecret, MASK, maskText } from "../../lib/mask.ts";
import { type Sent, drop, peek, take, use } from "./sent.ts";
import { readText } from "./text.ts";

const PROFILE = ["first_name", "last_name", "username", "name", "locale"] as const;

/** What a console calls the person by; personal, so it lives in the profile and is erased with it. */
export function takeProfile(sent: Sent): Record<string, string> {
  const profile: Record<string, string> = {};
  for (const name of PROFILE) {
    const value = take(sent, [name], readText);
    if (value !== null) profile[name] = value;
  }
  return profile;
}

/** `utm_*`, also nested as `utm.source`. Where lower-casing changed a value the original stays readable as a field. */
export function takeUtm(sent: Sent): { readonly utm: Record<string, string>; readonly originals: Record<string, string> } {
  const utm: Record<string, string> = {};
  const originals: Record<string, string> = {};
  for (const name of sent.values.keys()) {
    const match = /^utm[_.]([a-z0-9_]{1,40})(?:\.0)?$/i.exec(name);
    const found = match && peek(sent, name);
    if (!match || !found) continue;
    use(sent, name);
    const reading = readUtm(found.value);
    const label = `utm_${(match[1] ?? "").toLowerCase()}`;
    if (!reading.ok) drop(sent, found.field, reading.error);
    else if (reading.value !== null) {
      utm[label] = reading.value;
      if (clean(found.value) !== reading.value) originals[label] = clean(found.value);
    }
  }
  return { utm, originals };
}

/** Everything else: `tracker.x` and `fields.x` by their own names, unknown names as they are. */
export function takeRest(sent: Sent): { readonly fields: Record<string, string>; readonly tracker: Record<string, string> } {
  const fields: Record<string, string> = {};
  const tracker: Record<string, string> = {};
  for (const name of sent.values.keys()) {
    if (sent.used.has(name)) continue;
    const group = /^(fields|tracker)\.(.+)$/.exec(name);
    const value = take(sent, [name], readText);
    if (value === null) continue;
    const label = group?.[2] ?? name;
    const shown = isSecret(label, value) ? MASK : maskText(value);
    if (group?.[1] === "tracker") tracker[label] = shown;
    else fields[label] = shown;
  }
  return { fields, tracker };
}
