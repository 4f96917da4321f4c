/** Running a vendor's action without sending anything: builders for pure tests of destinations. */
import { actionOf } from "../../src/connectors/actions.ts";
import type { EventView, OutgoingRequest, Plan, Reply, Verdict } from "../../src/connectors/connector.ts";
import type { Addressee } from "../../src/domain/delivery.ts";
import type { Connection } from "../../src/domain/config.ts";
import { configOf, personOf } from "./facts.ts";
import { NO_EVENT } from "../../src/connectors/event-view.ts";

export const NOW = 1_614_265_330_000;

export const eventOf = (changes: Partial<EventView> = {}): EventView => ({
  ...NO_EVENT,
  id: "evt_1",
  type: "payment",
  label: "sale",
  at: "2026-03-01T11:00:00.000Z",
  ...changes,
});

export function connectionOf(id: string, body: Readonly<Record<string, unknown>>): Connection {
  const found = configOf({ connections: { [id]: body } }).connections.get(id);
  if (!found) throw new Error(`no connection ${id}`);
  return found;
}

export type ActionInput = {
  readonly connection: Connection;
  readonly action: string;
  readonly parameters?: Readonly<Record<string, unknown>>;
  readonly person?: Addressee;
  readonly event?: EventView;
  readonly deliveryId?: string;
};

/** The plan of an action; throws with the reason when there is none. */
export async function planOf(input: ActionInput): Promise<Plan> {
  const prepared = await prepare(input);
  if (!prepared.ok) throw new Error(prepared.error.reason);
  return prepared.value;
}

/** Why an action cannot be prepared. */
export async function refusalOf(input: ActionInput): Promise<string | null> {
  const prepared = await prepare(input);
  return prepared.ok ? null : prepared.error.reason;
}

function prepare(input: ActionInput) {
  const action = actionOf(input.connection.kind, input.action);
  if (!action) throw new Error(`no action ${input.action}`);
  return action({
    connection: input.connection,
    parameters: input.parameters ?? {},
    person: input.person ?? personOf(),
    event: input.event ?? eventOf(),
    deliveryId: input.deliveryId ?? "dlv_1",
    now: NOW,
  });
}

export const replyOf = (status: number, body: unknown = "", headers: Readonly<Record<string, string>> = {}): Reply => ({
  status,
  headers,
  body: typeof body === "string" ? body : JSON.stringify(body),
  failure: status === 0 ? "timeout" : null,
});

/** "delivered", "next", "dead reason" or "retry reason +seconds": a verdict as one text for tables. */
export function told(verdict: Verdict): string {
  switch (verdict.outcome) {
    case "delivered":
    case "next":
      return verdict.outcome;
    case "dead":
      return `dead ${verdict.reason}`;
    case "retry":
      return `retry ${verdict.reason}${verdict.afterSeconds === undefined ? "" : ` +${verdict.afterSeconds}`}`;
  }
}

/** The plan that follows a reply. */
export function nextOf(plan: Plan, reply: Reply): Plan {
  const verdict = plan.judge(reply);
  if (verdict.outcome !== "next") throw new Error(`expected another request, got ${told(verdict)}`);
  return verdict.plan;
}

export const lineOf = ({ method, url, body }: OutgoingRequest): string =>
  [method, url, body].filter((part) => part !== null).join(" ");
