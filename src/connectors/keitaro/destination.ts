/** Keitaro: conversions by postback (docs.keitaro.io, read 2026-11; vendors.md §6.1). The key in the path is the proof. A postback without an
 *  explicit standard status is ignored, and a repeated sale without its own `tid` replaces the first, so both always come along. Processing is
 *  asynchronous: a 200 says that it was received, not that the click was found. */
import { err, ok } from "../../lib/result.ts";
import { clickOf } from "../click.ts";
import type { Action, Destination, PrepareInput } from "../connector.ts";
import { undocumentedPlan } from "../replies.ts";
import { endpoint, getRequest, textsOf } from "../requests.ts";

type Input = PrepareInput<"keitaro">;

/** A repeated deposit that nobody numbered goes by our event: without a `tid` of its own it would replace the sale, and the next one this one
 *  (vendors.md §6.1: "rebill needs unique tid"). Retries and replays repeat the same event, so they count once. */
function tidOf({ event }: Input, status: string | undefined): string | null {
  const isRepeat = status === "rebill" || event.label?.startsWith("resale") === true;
  return event.tid ?? (isRepeat && event.id !== "" ? event.id : null);
}

/** `with` overrides everything we know, `status` included, which a rule must give. `return=OK` sets the body that
 *  Keitaro answers with, otherwise it differs by version (vendors.md §6.1). */
const postback: Action<"keitaro"> = (input) => {
  const { connection, parameters, event } = input;
  if (!connection.postback_key) return err({ reason: "not_configured: postback_key" });
  const given = Object.fromEntries(textsOf(parameters));
  const subid = given["subid"] ?? clickOf(input);
  if (subid === null) return err({ reason: "no_address: the person has no click id of this tracker" });
  const tid = tidOf(input, given["status"]);
  const query = {
    subid,
    status: "",
    ...(event.amount === null ? {} : { payout: event.amount, ...(event.currency === null ? {} : { currency: event.currency }) }),
    ...(tid === null ? {} : { tid }),
    ...given,
    return: given["return"] ?? "OK",
  };
  const url = endpoint(connection.base_url ?? connection.url, connection.postback_key, "postback");
  return ok(undocumentedPlan(input, getRequest(url, Object.entries(query))));
};

/** A GET without a cookie or a header: the key in the path is all the proof there is (vendors.md §6.1). */
export const keitaroDestination = { postback } satisfies Destination<"keitaro">;
