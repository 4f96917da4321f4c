/** Subscribing to GetCourse's own webhooks by `POST /set-uri` (vendors.md §1.5): one address per event and developer key, unsigned, so the address
 *  holds the connection's token. How to list or remove a subscription is not documented. */
import type { Plan, PrepareInput } from "../connector.ts";
import { jsonRequest } from "../requests.ts";
import { baseUrl } from "./legacy.ts";
import { judgeTech, proof } from "./tech.ts";

/** `event`: the vendor's object and event numbers, e.g. 2 and 3 for a paid order. */
export function subscribePlan(
  input: Pick<PrepareInput<"getcourse">, "connection" | "person" | "now">,
  uri: string,
  event: { readonly object: number; readonly id: number },
): Plan {
  const body = { uri, event_object_id: event.object, event_id: event.id };
  return {
    request: jsonRequest(`${baseUrl(input)}/pl/api/v1/set-uri`, body, proof(input)),
    judge: (reply) => judgeTech(input, reply, "not_found"),
  };
}
