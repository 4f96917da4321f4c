/** The act of erasure as the operator API shows it: date, basis, scope, counts, method, operator. Names nothing of the person but her id. */
import type { Erasure } from "../store/erasures.ts";
import type { Act } from "../ui/erasure-page.ts";
import { iso } from "../lib/iso.ts";

const SCOPE = [
  "identifiers",
  "names and custom fields",
  "event payloads and decision traces",
  "contents of deliveries and replies",
  "log-in accounts, links and mappings",
];
const METHOD = "rows deleted or emptied in one database transaction, then in every delivery queue; anonymous counters stay";
const COPIES = "the platform's point-in-time copies expire by themselves within 30 days";

/** The same words for everybody: what the act names beside them is in the row. The page's translations go by these very texts
 *  (`ui/erasure-page.ts`). */
export const erasureView = (erasure: Erasure): Act => ({
  id: erasure.id,
  person_id: erasure.person_id,
  erased_at: iso(erasure.at),
  basis: erasure.basis,
  operator: erasure.operator,
  scope: SCOPE,
  counts: { ...erasure.counts },
  method: METHOD,
  copies: COPIES,
});
