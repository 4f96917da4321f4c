/** Values that forms, scripts and trackers send instead of "nothing". They would glue strangers together, so they never identify anyone. */
import { clean } from "./clean.ts";

/** One such "id" shared by a thousand leads would merge them all. */
const BLOCKED = new Set([
  "null",
  "undefined",
  "none",
  "nan",
  "-",
  "-1",
  "0",
  "true",
  "false",
  "anonymous",
  "guest",
  "test",
  "id",
  "email",
  "distinct_id",
  "distinctid",
  "not_authenticated",
  "[object object]",
  "n/a",
  "нет",
]);

/** Zeros and dashes of any length too: `000000`, `00000000-0000-0000-0000-000000000000`. */
export function isBlocked(text: string): boolean {
  const value = clean(text).toLowerCase();
  return BLOCKED.has(value) || /^[0-]+$/.test(value);
}
