/** The customer's own endpoint inside GetCourse (Chatium), as the seed article built it: `{email, telegram_id, sb_id}`, always HTTP 200, the failure
 *  named in `error`. */
import type { Plan, PrepareInput, Reply, Verdict } from "../connector.ts";
import { isCutJson, isTrue, judgingOf, parsedBody } from "../replies.ts";
import { jsonRequest, rebased, textOf } from "../requests.ts";
import { recordOf } from "../../lib/record.ts";

type Input = PrepareInput<"getcourse">;

/** `url` is the customer's own: `base_url` moves it like any other address of the connection. */
export function chatiumPlan(input: Input, url: string, body: Readonly<Record<string, string>>): Plan {
  return {
    request: jsonRequest(rebased(url, input.connection.base_url), body),
    judge: (reply) => judgeChatium(input, reply),
  };
}

/** The seed's words are passed on as they are (`user_not_found`, `field_…_not_found`): its author's bots branch on them (vendors.md §1.7). Only its
 *  `internal_error` and a cut body are worth another try. */
function judgeChatium(input: Input, reply: Reply): Verdict {
  const judging = judgingOf(input);
  const settled = judging.byStatus(reply);
  if (settled) return settled;
  const body = recordOf(parsedBody(reply.body));
  if (isTrue(body["success"])) return { outcome: "delivered" };
  const error = textOf(body["error"]);
  if (error === "internal_error" || isCutJson(reply.body)) return judging.retry(error ?? "unreadable_reply");
  if (error === null) return judging.dead("unreadable_reply");
  return /^[\w-]{1,80}$/.test(error) ? judging.dead(error) : judging.dead("rejected", error);
}
