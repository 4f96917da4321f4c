/** The lane at work: as long as something is due it loads, sends, concludes and tells D1, each beside the others. It ends when nothing is due
 *  soon, and never lives longer than an alarm may (15 minutes); the alarm set afterwards carries on. Whatever stops it in the middle (a crash, a
 *  deploy) leaves only rows marked as out, which the next start finds. */
import type { Context } from "../../context.ts";
import { allowedInFlight } from "../../domain/breaker.ts";
import type { Connection } from "../../domain/config.ts";
import { loadConfig } from "../../store/config.ts";
import { land } from "./conclude.ts";
import { fly } from "./fly.ts";
import { type Ready, loadWork } from "./load-work.ts";
import { dueHeads, nextDueAt } from "./queue.ts";
import type { Recoverer } from "./recovery.ts";
import { openConnection } from "./standing.ts";
import type { LaneState } from "./state.ts";

/** No new request after this long; those out end within their timeouts, well before the platform's 15 minutes. */
const LONGEST_RUN_MS = 8 * 60_000;
/** Subrequests of one invocation are limited; the next alarm has its own. */
const MOST_SENDS = 400;
const CONFIG_AGE_MS = 1_000;
/** Waits up to this long are slept through, so that a rate is used to the full; longer ones are left to the alarm. */
const SOON_MS = 1_300;
/** How many are prepared ahead at most. One read of D1 serves all that are prepared together, so it is made for half a supply, not for every place
 *  that falls free. */
const AHEAD = 48;
const HELD_MS = 30_000;
/** While the circuit is open the alarm is never further away: a process that starts anew rings by it, and then probes at once. */
const LOOK_MS = 2_000;

type Run = {
  ctx: Context;
  connection: Connection | null;
  configAt: number;
  ready: Ready[];
  sends: number;
  /** The platform refused a request: this invocation is over. */
  spent: boolean;
  /** Nobody looks at `ready` any more. */
  over: boolean;
  readonly startedAt: number;
  readonly chores: Set<string>;
};

/** One look around: what may be out at this moment. */
type Turn = {
  readonly lane: LaneState;
  readonly run: Run;
  readonly stopping: boolean;
  readonly cap: number;
  readonly now: number;
};

/** Runs until nothing is due soon; answers when to run again, null = when there is new work. */
export async function pump(lane: LaneState, ctx: Context, id: string, recoverer: Recoverer): Promise<number | null> {
  const startedAt = ctx.clock();
  const run: Run = {
    ctx,
    connection: null,
    configAt: startedAt,
    ready: [],
    sends: 0,
    spent: false,
    over: false,
    startedAt,
    chores: new Set(),
  };
  try {
    return await turns(lane, run, id, recoverer);
  } finally {
    run.over = true;
    putBack(run.ready, lane.inHand);
  }
}

/** One look after another at everything: what landed, the configuration, what may leave, what to load, what to tell D1. Ends when
 *  nothing is out and nothing is due soon, or when this invocation has sent or lasted enough; the time it answers is the next
 *  alarm's. */
async function turns(lane: LaneState, run: Run, id: string, recoverer: Recoverer): Promise<number | null> {
  for (;;) {
    await refreshConfig(run, lane);
    // Nothing is awaited until what leaves in their place is marked: one transaction.
    for (const landed of lane.flights.land()) land(lane, run.ctx, landed);
    const now = run.ctx.clock();
    run.connection = openConnection(lane, run.ctx, id, now);
    const stopping = run.spent || run.sends >= MOST_SENDS || now - run.startedAt > LONGEST_RUN_MS;
    const cap = run.connection && !stopping ? allowedInFlight(lane.breaker, run.connection.in_flight, now) : 0;
    const turn: Turn = { lane, run, stopping, cap, now };
    if (run.connection) {
      launch(turn, run.connection);
      load(turn, run.connection);
      if (!stopping && recoverer.isDue(now)) start(turn, "recover", () => recoverer.step(run.ctx, id));
    }
    if (now >= (lane.outbox.dueAt() ?? Number.POSITIVE_INFINITY)) start(turn, "flush", () => lane.outbox.flush(run.ctx));
    const at = nextAt(turn, recoverer);
    if (lane.flights.out() === 0 && run.chores.size === 0 && (stopping || at === null || at - now > SOON_MS)) {
      if (stopping) return now;
      return at !== null && lane.breaker.openUntil !== null ? Math.min(at, now + LOOK_MS) : at;
    }
    await lane.signal.wait(at === null ? SOON_MS : Math.min(SOON_MS, Math.max(1, at - now)));
  }
}

/** A save made in this isolate holds from the next turn on; another isolate's is seen within CONFIG_AGE_MS of KV showing it. What was prepared by an
 *  older version carries its address and secrets, so it is put back and prepared again; what one says that has left before, or whose echoes are told,
 *  is frozen and stays. */
async function refreshConfig(run: Run, { inHand }: LaneState): Promise<void> {
  const now = run.ctx.clock();
  const isAskedAgain = now - run.configAt > CONFIG_AGE_MS;
  if (isAskedAgain) run.configAt = now;
  try {
    const maxAge = isAskedAgain ? CONFIG_AGE_MS : Number.POSITIVE_INFINITY;
    const config = await loadConfig(run.ctx.env, run.ctx.settings, maxAge);
    if (config === run.ctx.config) return;
    if (config.version !== run.ctx.config.version) putBack(run.ready.splice(0), inHand);
    run.ctx = { ...run.ctx, config };
  } catch (failure) {
    run.ctx.log("error", "lane.config.failed", { error: String(failure) });
  }
}

function putBack(ready: readonly Ready[], inHand: LaneState["inHand"]): void {
  for (const { row } of ready) inHand.delete(row.seq);
}

/** Sends what is ready, within the cap and the rate. */
function launch({ lane, run, cap, now }: Turn, connection: Connection): void {
  while (run.ready.length > 0 && lane.flights.out() < cap && lane.pace.waitMs(connection.rate?.per_second ?? null, now) === 0) {
    const next = run.ready.shift();
    if (!next) return;
    if (lane.inHand.get(next.row.seq)?.forgotten) {
      lane.inHand.delete(next.row.seq);
      continue;
    }
    lane.flights.left();
    run.sends += 1;
    void fly(lane, run.ctx, connection, next).then((flown) => {
      if (flown !== "budget_spent") return lane.flights.cameBack(flown);
      run.spent = true;
      lane.flights.stayed();
    });
  }
}

/** Prepares the next heads while others are out. */
function load(turn: Turn, connection: Connection): void {
  const { lane, run, cap, now } = turn;
  const perSecond = connection.rate?.per_second ?? null;
  const ahead = Math.min(AHEAD, cap * 8, Math.ceil(perSecond ?? AHEAD), MOST_SENDS - run.sends);
  const room = ahead - run.ready.length;
  if (room <= 0 || (run.ready.length > 0 && room < ahead / 2) || run.chores.has("load")) return;
  const rows = dueHeads(lane.sql, now, room, lane.inHand);
  if (rows.length === 0) return;
  for (const { seq } of rows) lane.inHand.set(seq, { cancelled: false, forgotten: false });
  start(turn, "load", async () => {
    const { version } = run.ctx.config;
    const ready = await loadWork(lane, run.ctx, connection, rows);
    if (run.ctx.config.version === version && !run.over) run.ready.push(...ready);
    else putBack(ready, lane.inHand);
  });
}

/** Runs a chore beside the others, one of each name at a time. */
function start({ lane, run }: Turn, name: string, chore: () => Promise<unknown>): void {
  if (run.chores.has(name)) return;
  run.chores.add(name);
  void chore()
    .catch((failure: unknown) => run.ctx.log("error", `lane.${name}.threw`, { error: String(failure) }))
    .finally(() => {
      run.chores.delete(name);
      lane.signal.raise();
    });
}

/** The earliest moment at which there is something to do that no signal will tell of; null = none. */
function nextAt({ lane, run, stopping, cap, now }: Turn, recoverer: Recoverer): number | null {
  const times: number[] = [];
  const { connection } = run;
  const flushAt = run.chores.has("flush") ? null : lane.outbox.dueAt();
  if (flushAt !== null) times.push(Math.max(now, flushAt));
  const recoverAt = run.chores.has("recover") ? null : recoverer.nextAt();
  // A recovery has nothing queued in D1 yet that a save would wake this lane for. Of a connection that was removed nobody waits for it.
  if (recoverAt !== null && lane.missingSince === null) times.push(connection ? recoverAt : now + HELD_MS);
  const busy = stopping || (cap > 0 && lane.flights.out() >= cap) || run.chores.has("load");
  const waits = busy ? null : run.ready.length > 0 ? now : nextDueAt(lane.sql, lane.inHand);
  if (waits !== null && !connection) times.push(now + HELD_MS);
  else if (waits !== null) {
    const paceAt = now + lane.pace.waitMs(connection?.rate?.per_second ?? null, now);
    times.push(Math.max(waits, lane.breaker.openUntil ?? 0, paceAt));
  }
  return times.length === 0 ? null : Math.min(...times);
}
