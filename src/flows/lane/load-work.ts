/** Opens the heads whose turn has come and prepares their requests: one read of D1 for all the persons among them. D1 is needed only by those that
 *  were never rendered; when it does not answer, those wait two seconds without losing a try and the others go on. */
import type { Plan } from "../../connectors/connector.ts";
import type { Context } from "../../context.ts";
import type { Connection } from "../../domain/config.ts";
import type { Rendered, WorkOrder } from "../../domain/delivery.ts";
import { rememberEchoes } from "../../store/echoes.ts";
import { type PersonLookup, loadPersonViews } from "../../store/person-view.ts";
import { prepareAttempt } from "../attempt-delivery.ts";
import { codeOf } from "../tally.ts";
import { conclude } from "./conclude.ts";
import { nextWay } from "./next-way.ts";
import { type WorkRow, freeze, postpone } from "./queue.ts";
import type { LaneState } from "./state.ts";

/** A head whose request is built and may leave as soon as there is a place. */
export type Ready = {
  readonly row: WorkRow;
  readonly plan: Plan;
  readonly order: WorkOrder;
  /** Sealed; told to D1 with the first outcome. */
  readonly rendered: ArrayBuffer;
};

type Opened = { readonly row: WorkRow; readonly order: WorkOrder; readonly frozen: Rendered | null };

const D1_PAUSE_MS = 2_000;
/** Long enough not to fill the log, short enough to go on soon after the key is given back. */
const UNREADABLE_PAUSE_MS = 30_000;

/** Prepared requests in the given order; what cannot be sent is concluded on the way, by a mistake of ours too: nothing has left, and its line goes on.
 *  A row that cannot even be opened keeps its line waiting and says so in the log: a lost seal key must not turn into lost deliveries. */
export async function loadWork(
  lane: LaneState,
  ctx: Context,
  connection: Connection,
  rows: readonly WorkRow[],
): Promise<Ready[]> {
  const place: Place = { lane, ctx, connection };
  const opened = (await Promise.all(rows.map((row) => open(place, row)))).filter((item) => item !== null);
  const persons = await personsOf(ctx, opened);
  const prepared = await Promise.all(
    opened.map(async (item) => {
      const { personId } = item.order;
      const known = item.frozen !== null || personId === null;
      if (!known && persons === null) return giveBack(lane, item.row, ctx.clock() + D1_PAUSE_MS);
      try {
        return await prepare(place, item, known ? null : (persons?.get(personId) ?? "gone"));
      } catch (failure) {
        return fallen(place, item.row, failure);
      }
    }),
  );
  return prepared.filter((ready) => ready !== null);
}

/** What was rendered before is sent again as it was, whatever is known of the person now: a retry must not say something else
 *  than the try before it. */
async function open({ lane, ctx, connection }: Place, row: WorkRow): Promise<Opened | null> {
  try {
    const order = JSON.parse(await ctx.seal.open(row.sealed)) as WorkOrder;
    const frozen = row.rendered ? (JSON.parse(await ctx.seal.open(row.rendered)) as Rendered) : order.rendered;
    return { row, order, frozen };
  } catch (failure) {
    ctx.log("error", "lane.open.threw", { connection: connection.id, delivery: row.id, error: String(failure) });
    return giveBack(lane, row, ctx.clock() + UNREADABLE_PAUSE_MS);
  }
}

/** Dead where an operator sees it. */
function fallen({ lane, ctx, connection: { id } }: Place, row: WorkRow, failure: unknown): null {
  ctx.log("error", "lane.prepare.threw", { connection: id, delivery: row.id, error: String(failure) });
  const { attempts, rendered } = row;
  const settlement = { state: "dead", reason: "internal_error" } as const;
  conclude(lane, row, { connection: id, settlement, attempts, attempt: null, rendered, reply: null, now: ctx.clock() });
  return null;
}

/** null = D1 did not answer. */
async function personsOf(ctx: Context, opened: readonly Opened[]): Promise<Map<string, PersonLookup> | null> {
  const ids = opened.flatMap(({ order, frozen }) => (frozen || order.personId === null ? [] : [order.personId]));
  try {
    return await loadPersonViews(ctx, ids);
  } catch (failure) {
    ctx.log("error", "lane.persons.failed", { count: ids.length, error: String(failure) });
    return null;
  }
}

/** To its place in its line, its tries uncounted, unless an erasure took it meanwhile. */
export function giveBack(lane: LaneState, row: WorkRow, dueAt: number): null {
  if (!lane.inHand.get(row.seq)?.forgotten) postpone(lane.sql, row.seq, row.attempts, dueAt);
  lane.inHand.delete(row.seq);
  return null;
}

type Place = { readonly lane: LaneState; readonly ctx: Context; readonly connection: Connection };

/** From an order to a request that may leave, or to an end: what cannot be sent is dead or cancelled here, what repeats in a loop
 *  is dead with a problem. The loop breaker lets a replay by: an operator's word outranks it. */
async function prepare(
  { lane, ctx, connection }: Place,
  { row, order, frozen }: Opened,
  person: PersonLookup | null,
): Promise<Ready | null> {
  const attempt = await prepareAttempt(ctx, { connection, id: row.id, action: row.action, order, frozen, person });
  const kept = attempt.ok ? attempt.value.rendered : null;
  const rendered = row.rendered ?? (kept && (await ctx.seal.seal(JSON.stringify(kept))));
  const end = { connection: connection.id, attempts: row.attempts, attempt: null, reply: null, rendered, now: ctx.clock() };
  if (!attempt.ok) {
    tellUnsent(ctx, connection, row, attempt.error.reason);
    const next = attempt.error.state === "dead" ? await nextWay(ctx, row, order) : null;
    conclude(lane, row, { ...end, settlement: attempt.error, next });
    return null;
  }
  const { plan, content, echoes } = attempt.value;
  if (!rendered) throw new Error("lane: a prepared attempt has no rendering");
  if (content !== null && !order.replay && !lane.loops.admits(row, content, ctx.clock())) {
    const from = order.event?.connection ?? "";
    tellUnsent(ctx, connection, row, "loop_suspected");
    const pair = [from, connection.id].toSorted().join(" ");
    conclude(lane, row, {
      ...end,
      settlement: { state: "dead", reason: "loop_suspected" },
      problem: {
        kind: "loop",
        dedupe: `${pair}:${kept?.person.id ?? ""}`,
        cause: `${from} ⇄ ${connection.id}`,
        connection: connection.id,
        persons: kept?.person.id ? [kept.person.id] : [],
        eventId: order.event?.id ?? null,
        at: ctx.clock(),
      },
    });
    return null;
  }
  if (row.rendered === null && echoes.length > 0) await expectEchoes({ lane, ctx }, row, { rendered, echoes });
  return { row: { ...row, rendered, echoes }, plan, order, rendered };
}

function tellUnsent(ctx: Context, connection: Connection, { id, action }: WorkRow, reason: string): void {
  ctx.log("warn", "delivery.unsent", { connection: connection.id, delivery: id, action, reason: codeOf(reason) });
}

/** Echoes are remembered before the request leaves: the platform may report the change before it answers us. What they are echoes of is frozen
 *  first, so that nothing else is sent after a crash; a rendering without any is frozen as it leaves. */
async function expectEchoes(
  { lane, ctx }: Omit<Place, "connection">,
  row: WorkRow,
  { rendered, echoes }: { readonly rendered: ArrayBuffer; readonly echoes: readonly string[] },
): Promise<void> {
  if (!lane.inHand.get(row.seq)?.forgotten) freeze(lane.sql, row.seq, rendered, echoes);
  try {
    await rememberEchoes(ctx.env.DB, row.id, echoes, ctx.clock()).run();
  } catch (failure) {
    ctx.log("error", "lane.echoes.failed", { delivery: row.id, error: String(failure) });
  }
}
