/** The deal of `upsert_deal`: GetCourse's own field names, at the top of `with` or under `deal`, or without their `deal_` prefix. */
import { type Echo, orderEcho } from "../../domain/echo.ts";
import { recordOf } from "../../lib/record.ts";
import type { EventView } from "../connector.ts";
import { isYes } from "../generic/values.ts";
import { textOf } from "../requests.ts";
import { orderStatus, orderStep } from "./status.ts";

const ENVELOPE: ReadonlySet<string> = new Set(["deal", "user", "session", "system", "fields"]);
const PREFIXED: ReadonlySet<string> = new Set([
  "number",
  "status",
  "cost",
  "is_paid",
  "currency",
  "comment",
  "created_at",
  "finished_at",
]);

/** Empty values are left out: what GetCourse makes of one is not documented, and it might clear what a manager wrote on the order's card. */
export function dealOf(parameters: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const given = parameters["deal"] === undefined ? parameters : recordOf(parameters["deal"]);
  const named = Object.entries(given).flatMap(([name, value]): [string, unknown][] => {
    if (value === null || value === "" || (given === parameters && ENVELOPE.has(name))) return [];
    return [[PREFIXED.has(name) ? `deal_${name}` : name, value]];
  });
  return Object.fromEntries(named);
}

/** What the school will report of an order that we write, known by its number. Its creation is no echo: the report brings the link to pay. That it is paid
 *  is one only where another connection told the payment, and its money: else the school's word is the only one. */
export function dealEchoes(deal: Readonly<Record<string, unknown>>, school: string, cause: EventView): Echo[] {
  const { deal_number, deal_status, deal_is_paid } = deal;
  const order = textOf(deal_number);
  const status = isYes(textOf(deal_is_paid) ?? "") ? "payed" : orderStatus(textOf(deal_status) ?? "");
  const step = orderStep(status);
  const isToldElsewhere = cause.type === "payment" && cause.connection !== school && (cause.amount ?? "0") !== "0";
  return order === null || step === "created" || (step === "paid" && !isToldElsewhere) ? [] : [orderEcho(order, status)];
}
