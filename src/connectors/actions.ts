/** What can be written to each kind of connection. */
import { ok } from "../lib/result.ts";
import type { Action } from "./connector.ts";
import type { Kind } from "../domain/config.ts";

const request: Action = ({ parameters }) =>
  ok({
    request: {
      method: "POST",
      url: String(parameters["url"]),
      headers: { "content-type": "application/json" },
      body: JSON.stringify(parameters["body"] ?? null),
    },
    judge: ({ status }) =>
      status >= 200 && status < 300
        ? { outcome: "delivered" }
        : status === 0 || status === 429 || status >= 500
          ? { outcome: "retry", reason: status === 0 ? "no_reply" : `http_${status}` }
          : { outcome: "dead", reason: `http_${status}` },
  });

/** The action of that name at a connection of that kind, or null. */
export const actionOf = (kind: Kind, action: string): Action | null => (kind === "http" && action === "request" ? request : null);
