/** One call of the inbox for what several requests of this isolate bring at the same moment (docs/decisions/0011).
 *  Guarantees: every answer comes after the durable write of its own arrival; nobody waits for company longer than GATHER_MS, and only while another
 *  call is out; nobody's answer hangs on somebody else's request. Forced by: a call costs more than all the rest of accepting an event, the inbox is
 *  one object that takes about a thousand calls a second, and a client may leave in the middle of the call that carries others. So requests share
 *  data and never a promise (the runtime drops what waits for a request that is over): each looks for its answer by its own timer, and one that
 *  finds none in time asks for itself under the id it already has, as the same arrival once more. */
import { type Context, inboxOf } from "../../context.ts";
import type { Acceptance, Arrival } from "../../rpc.ts";
import { packArrivals } from "./packed-arrivals.ts";

/** About a call to an object in the next city. */
const GATHER_MS = 20;
const PATIENCE_MS = 2_000;
/** A call carries 32 MiB at most, and one arrival may hold a whole body twice. */
const MOST_BYTES = 2 * 1024 * 1024;
const MOST_SEATS = 64;

type Call = { readonly since: number; readonly seats: readonly Seat[] };
/** `call` carries it, null while it waits for one. `answer` null once `done`: the call failed. */
type Seat = { readonly arrival: Arrival; readonly since: number; call: Call | null; done: boolean; answer: Acceptance | null };

/** In order of arrival, of all requests of the isolate; some of them may have ended. */
let waiting: Seat[] = [];
/** The newest call that is out. One that never comes back (its request was ended) is forgotten with the next one. */
let out: Call | null = null;
/** How long the last call took. */
let tookMs = 0;

/** Answers in the order of the arrivals. Throws when the inbox cannot store them. */
export async function callInbox(ctx: Context, arrivals: readonly Arrival[]): Promise<readonly Acceptance[]> {
  const [arrival] = arrivals;
  if (arrivals.length !== 1 || !arrival) return inboxOf(ctx.env).accept(packArrivals(arrivals));
  const answer = await answerInCompany(ctx, arrival);
  return answer ? [answer] : inboxOf(ctx.env).accept(packArrivals([{ ...arrival, again: true }]));
}

/** Null when a shared call failed or was lost. Throws when a call failed that carried nobody else. */
async function answerInCompany(ctx: Context, arrival: Arrival): Promise<Acceptance | null> {
  const since = ctx.clock();
  const seat: Seat = { arrival, since, call: null, done: false, answer: null };
  waiting.push(seat);
  for (let now = since; now - since < PATIENCE_MS; now = ctx.clock()) {
    while (seat.call === null && (out === null || now - since >= GATHER_MS)) await callTogether(ctx, takeGroup(now), seat);
    if (seat.done) break;
    const pause = pauseOf(seat.call ?? out, now);
    await scheduler.wait(seat.call ? pause : Math.min(pause, GATHER_MS - (now - since)));
  }
  return seat.answer;
}

/** Until a call has been out as long as the last one was; the longer it is overdue, the rarer it is looked at. */
function pauseOf(call: Call | null, now: number): number {
  const overdue = now - (call?.since ?? now) - tookMs;
  return Math.ceil(overdue < 0 ? Math.min(-overdue, GATHER_MS) : Math.max(1, overdue / 4));
}

/** Lives on by `waitUntil` when its own client leaves, for those it carries. Waited for, and its failure thrown, only by one that is carried. */
async function callTogether(ctx: Context, seats: readonly Seat[], mine: Seat): Promise<void> {
  const call: Call = { since: ctx.clock(), seats };
  out = call;
  for (const seat of seats) seat.call = call;
  const isAlone = seats.every((seat) => seat === mine);
  const answered = inboxOf(ctx.env)
    .accept(packArrivals(seats.map(({ arrival }) => arrival)))
    .then((answers) => {
      tookMs = ctx.clock() - call.since;
      settle(call, answers);
    })
    .catch((failure: unknown) => {
      settle(call, []);
      if (isAlone) throw failure;
    });
  if (!isAlone) ctx.waitUntil(answered);
  if (seats.includes(mine)) await answered;
}

function settle(call: Call, answers: readonly Acceptance[]): void {
  if (out === call) out = null;
  for (const [index, seat] of call.seats.entries()) {
    seat.answer = answers[index] ?? null;
    seat.done = true;
  }
}

/** The oldest that wait, as many as one call carries. Whoever has waited for so long has ended, or asks for itself by now: stored so late it would
 *  come after what its sender sent since. */
function takeGroup(now: number): readonly Seat[] {
  waiting = waiting.filter(({ since }) => now - since < PATIENCE_MS);
  let bytes = 0;
  const over = waiting.findIndex(({ arrival }, index) => {
    bytes += arrival.facts.byteLength + (arrival.raw?.byteLength ?? 0);
    return index > 0 && (bytes > MOST_BYTES || index >= MOST_SEATS);
  });
  return waiting.splice(0, over < 0 ? waiting.length : over);
}
