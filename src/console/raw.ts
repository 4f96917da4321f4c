/** A recorded delivery or reply for reading. */
import { recordOf } from "../lib/record.ts";

/** A JSON body inside the recorded delivery is shown as JSON, not as a quoted line. */
function openNested(value: unknown): unknown {
  const { body, ...rest } = recordOf(value);
  if (typeof body !== "string" || !/^\s*[{[]/.test(body)) return value;
  try {
    return { ...rest, body: JSON.parse(body) as unknown };
  } catch {
    return value;
  }
}

/** The delivery as a value; null when it is no JSON. */
export function openRaw(raw: string): unknown {
  try {
    return openNested(JSON.parse(raw));
  } catch {
    return null;
  }
}

/** Indented JSON; what is no JSON stays as it came. */
export function pretty(raw: string): string {
  const value = openRaw(raw);
  return value === null ? raw : JSON.stringify(value, null, 2);
}
