/** Finding the client of a project by e-mail, then by phone (`find_client_id_by_*`, vendors.md §2.1). What "none" looks like is not documented:
 *  a 404, a `client_not_found` and an answer without an id all mean it. */
import { newestOf } from "../../domain/person-value.ts";
import type { Plan, PrepareInput, Reply, Verdict } from "../connector.ts";
import { judgingOf, parsedBody } from "../replies.ts";
import { endpoint, getRequest, jsonRequest, textOf } from "../requests.ts";
import { recordOf } from "../../lib/record.ts";
import { judgeSalebot } from "./judge.ts";

type Input = PrepareInput<"salebot">;

const BASE = "https://chatter.salebot.pro";

/** The documentation's address ends in `/api`, which is part of every call: at the vendor's own host it is not taken twice. */
function actionUrl({ connection }: Input, action: string): string {
  const base = (connection.base_url ?? BASE).replace(/^(https:\/\/chatter\.salebot\.(?:pro|ai))\/api\/?$/, "$1");
  return endpoint(base, "api", connection.api_key ?? "", action);
}

/** A POST of JSON to one of the project's addresses. */
export const salebotPlan = (input: Input, action: string, body: Readonly<Record<string, unknown>>): Plan => ({
  request: jsonRequest(actionUrl(input, action), body),
  judge: (reply) => judgeSalebot(input, reply),
});

/** Looks the client up and goes on with `planFor`; null when the person has neither e-mail nor phone. */
export function planByLookUp(input: Input, planFor: (client: string) => Plan): Plan | null {
  const contacts = (["email", "phone"] as const).flatMap((type) => {
    const value = newestOf(input.person, type);
    return value === null ? [] : [{ type, value }];
  });
  return lookUpPlan(input, contacts, planFor);
}

type Contact = { readonly type: "email" | "phone"; readonly value: string };

/** One contact after another, until Salebot knows one; any other refusal than «no such client» ends the search. null = there is
 *  nothing to ask by. */
function lookUpPlan(input: Input, [contact, ...others]: readonly Contact[], planFor: (client: string) => Plan): Plan | null {
  if (!contact) return null;
  const next = lookUpPlan(input, others, planFor);
  return {
    request: getRequest(actionUrl(input, `find_client_id_by_${contact.type}`), [[contact.type, contact.value]]),
    judge: (reply) => {
      const found = foundClient(reply);
      if (found !== null) return { outcome: "next", plan: planFor(found) };
      const verdict = noneOr(input, reply);
      return next && verdict.outcome === "dead" && verdict.reason.startsWith("client_not_found")
        ? { outcome: "next", plan: next }
        : verdict;
    },
  };
}

/** null for what a 2xx says «none» by: no id, 0 or false. */
function foundClient({ status, body }: Reply): string | null {
  if (status < 200 || status >= 300) return null;
  const id = textOf(recordOf(parsedBody(body))["client_id"]);
  return id === null || id === "0" || id === "false" ? null : id;
}

/** A failure of the call itself is told as such; everything that answers without an id is "none". */
function noneOr(input: Input, reply: Reply): Verdict {
  const verdict = judgeSalebot(input, reply);
  const none =
    verdict.outcome === "delivered" || (verdict.outcome === "dead" && /^(client_)?not_found|^empty_reply/.test(verdict.reason));
  return none ? judgingOf(input).dead("client_not_found", "no client with this contact") : verdict;
}
