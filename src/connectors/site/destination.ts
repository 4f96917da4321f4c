/** A site's own backend: one JSON body, signed as Standard Webhooks say (standardwebhooks.com, read 2026-11; vendors.md §7, vector 47). While a
 *  secret is being rotated both live ones sign, so the site may switch at any moment. The id is the delivery's, the same in every retry and
 *  replay; the body is the same too, which is why the time in it is the event's and not now. Only the signed timestamp is fresh. */
import { err, ok } from "../../lib/result.ts";
import { signMessage, signingKey } from "../../lib/standard-webhooks.ts";
import type { Action, Destination } from "../connector.ts";
import { judgingOf } from "../replies.ts";
import { rebased, textOf } from "../requests.ts";

/** `signature` lists one value per live secret (vendors.md §7), space-separated; a site accepts any of them. A body that changed between retries
 *  would make the same `webhook-id` mean two things. */
const webhook: Action<"site"> = async (input) => {
  const { connection, parameters, event, deliveryId, now } = input;
  if (!connection.webhook_url) return err({ reason: "not_configured: webhook_url" });
  const keys = await Promise.all((connection.secret ?? []).map((secret) => signingKey(secret.trim())));
  const live = keys.filter((key) => key !== null);
  if (live.length === 0) return err({ reason: "not_configured: secret" });
  const body = JSON.stringify({
    type: textOf(parameters["type"]) ?? event.type,
    ...(event.at === null ? {} : { timestamp: event.at }),
    data: parameters["data"] ?? {},
  });
  const seconds = Math.floor(now / 1_000);
  const signatures = await Promise.all(live.map((key) => signMessage(key, deliveryId, seconds, body)));
  const headers = {
    "content-type": "application/json",
    "webhook-id": deliveryId,
    "webhook-timestamp": String(seconds),
    "webhook-signature": signatures.join(" "),
  };
  const url = rebased(connection.webhook_url, connection.base_url);
  return ok({
    request: { method: "POST", url, headers, body },
    judge: (reply) => judgingOf(input).byStatus(reply) ?? { outcome: "delivered" },
  });
};

/** The one destination that gets a signature: its owner's code can verify it, the vendors' own does not. */
export const siteDestination = { webhook } satisfies Destination<"site">;
