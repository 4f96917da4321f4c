/** The deal of `upsert_deal`: GetCourse's own field names, at the top of `with` or under `deal`, or without their `deal_` prefix. */
import { recordOf } from "../../lib/record.ts";

const ENVELOPE: ReadonlySet<string> = new Set(["deal", "user", "session", "system", "fields"]);
const PREFIXED: ReadonlySet<string> = new Set([
  "number",
  "status",
  "cost",
  "is_paid",
  "currency",
  "comment",
  "created_at",
  "finished_at",
]);

/** Empty values are left out: what GetCourse makes of one is not documented, and it might clear what a manager wrote on the order's card. */
export function dealOf(parameters: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const given = parameters["deal"] === undefined ? parameters : recordOf(parameters["deal"]);
  const named = Object.entries(given).flatMap(([name, value]): [string, unknown][] => {
    if (value === null || value === "" || (given === parameters && ENVELOPE.has(name))) return [];
    return [[PREFIXED.has(name) ? `deal_${name}` : name, value]];
  });
  return Object.fromEntries(named);
}
