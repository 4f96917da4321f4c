/** Query parameters of the delivery list. A filter that cannot be read is an error, never ignored: an ignored one would show too much. */
import type { DeliveryStatus } from "../domain/delivery.ts";
import { type Result, err, ok } from "../lib/result.ts";
import type { DeliveryFilter, DeliveryRow } from "../store/deliveries.ts";
import type { FieldError } from "../lib/field-errors.ts";
import { pageErrors, pageOf, sinceOf } from "./page.ts";

/** Also the API document's own list (`openapi/operator-calls.ts`). */
export const DELIVERY_STATUSES = [
  "queued",
  "retrying",
  "delivered",
  "dead",
  "cancelled",
] as const satisfies readonly DeliveryStatus[];
const CURSOR = /^(\d{1,16})\.(dlv_\w+)$/;

/** Every mistake at once. `person` is any id or key of hers. */
export function deliveryFilter(query: URLSearchParams): Result<DeliveryFilter, FieldError[]> {
  const errors: FieldError[] = [];
  const given = (name: string): string | null => query.get(name) || null;
  const status = given("status");
  const known = DELIVERY_STATUSES.find((name) => name === status) ?? null;
  if (status !== null && known === null) errors.push({ path: "status", message: `one of ${DELIVERY_STATUSES.join(", ")}` });
  const since = sinceOf(query);
  if (!since.ok) errors.push(since.error);
  errors.push(...pageErrors(query, CURSOR));
  if (errors.length > 0 || !since.ok) return err(errors);
  const place = CURSOR.exec(given("cursor") ?? "");
  return ok({
    status: known,
    connection: given("connection"),
    event: given("event"),
    person: given("person"),
    since: since.value,
    before: place ? { seq: Number(place[1]), id: place[2] ?? "" } : null,
    limit: pageOf(query, 50, 200),
  });
}

/** `seq` alone is not unique between deliveries of one millisecond, hence the id beside it. */
export function nextCursor(page: readonly DeliveryRow[]): string | null {
  const last = page.at(-1);
  return last ? `${last.seq}.${last.id}` : null;
}
