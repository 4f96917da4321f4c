/** Salebot's replies (vendors.md §2.1, the parser of a client that works in production): 4xx and up fail; an object is judged by its `status`, one
 *  without is a success unless it denies it or names an error; the bare text `ok` is a success; anything else is a failure, an empty 200 too. */
import type { PrepareInput, Reply, Verdict } from "../connector.ts";
import { isCutJson, judgingOf, parsedBody, saysNo, wordsOf } from "../replies.ts";
import { textOf } from "../requests.ts";
import { recordOf } from "../../lib/record.ts";

/** The vendor answers 200 with `{"status":"fail"}` (vendors.md §0.1). A wrong key is dead: it stands in the path, the next try has the same one. */
export function judgeSalebot(input: PrepareInput<"salebot">, reply: Reply): Verdict {
  const judging = judgingOf(input);
  const settled = judging.byStatus(reply);
  if (settled) return settled;
  const text = reply.body.trim();
  if (/^"?ok"?$/i.test(text)) return { outcome: "delivered" };
  if (text === "") return judging.dead("empty_reply");
  const parsed = parsedBody(text);
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) {
    return isCutJson(text) ? judging.retry("unreadable_reply") : judging.dead("unreadable_reply", wordsOf(text));
  }
  const body = recordOf(parsed);
  const words = wordsOf(text);
  const status = textOf(body["status"])?.toLowerCase() ?? (saysNo(body) ? "" : "success");
  if (status === "success" || status === "ok" || status === "true") return { outcome: "delivered" };
  if (status === "client_not_found" || /client.{0,5}not.{0,5}found/i.test(words)) return judging.dead("client_not_found", words);
  if (/api.?key|unauthori[sz]ed|access denied/i.test(words)) return judging.dead("auth_failed", words);
  return judging.dead("rejected", words || status);
}
