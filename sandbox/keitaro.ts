/** Keitaro, `/{postback_key}/postback` (vendors.md §6.1, vector 35). It queues and answers 200 whatever becomes of the postback: only its log tells that a
 *  subid is unknown, a status was ignored, or a rebill without a tid of its own has overwritten the sale. */
import { demo } from "./demo.ts";
import { fieldsOf, listOf, sentFields, textOf } from "./kit/values.ts";
import type { Fields } from "./kit/values.ts";
import { text } from "./kit/wire.ts";
import type { SandboxReply, SandboxRequest, Vendor } from "./kit/wire.ts";

type Conversion = { subid: string; tid: string; status: string; payout: string; currency: string };
type Tracker = { subids: Set<string>; conversions: Map<string, Conversion>; log: string[] };

const STATUSES = ["lead", "sale", "rejected", "rebill"];
const MOVES = new Set([
  "lead>sale",
  "lead>rejected",
  "sale>rejected",
  "rebill>rejected",
  ...STATUSES.map((status) => `${status}>${status}`),
]);

/** `sale_status=approved,confirmed` in the address renames; an unknown or missing status is null: ignored. */
function standardStatus(sent: Fields): string | null {
  const status = textOf(sent["status"]);
  const lists = (name: string) => textOf(sent[name]).split(",").includes(status);
  if (status === "" || lists("ignore_status") || lists("ignore")) return null;
  const renamed = STATUSES.find((standard) => lists(`${standard}_status`));
  return renamed ?? (STATUSES.includes(status) ? status : null);
}

function convert(tracker: Tracker, sent: Fields): string {
  const subid = textOf(sent["subid"]) || textOf(sent["sub_id"]);
  if (!tracker.subids.has(subid)) return `SubID not found: ${subid}`;
  const status = standardStatus(sent);
  if (status === null) return `Subid ${subid} ignored: status «${textOf(sent["status"])}»`;
  const tid = textOf(sent["tid"]);
  const key = `${subid}:${tid}`;
  const before = tracker.conversions.get(key);
  if (before !== undefined && !MOVES.has(`${before.status}>${status}`))
    return `Subid ${subid} ignored: ${before.status} cannot become ${status}, tid «${tid}»`;
  tracker.conversions.set(key, {
    subid,
    tid,
    status,
    payout: textOf(sent["payout"]) || textOf(sent["revenue"]),
    currency: textOf(sent["currency"]),
  });
  return `Subid ${subid} complete: ${before === undefined ? "new" : "updated"} ${status}`;
}

function answer(request: SandboxRequest, tracker: Tracker): SandboxReply {
  if (request.path !== `/${demo.keitaro.postback_key}/postback`) return text("Not Found", 404);
  const sent = sentFields(request);
  tracker.log.push("Received postback. Postback added to queue", convert(tracker, sent));
  return text(textOf(sent["return"]));
}

export const keitaro: Vendor<Tracker> = {
  open: () => ({ subids: new Set<string>([demo.person.clickid]), conversions: new Map(), log: [] }),
  answer,
  /** `{subids: ["…"]}`: clicks that the tracker has issued. */
  seed: (input, tracker) => {
    for (const subid of listOf(fieldsOf(input)["subids"])) tracker.subids.add(textOf(subid));
  },
};
