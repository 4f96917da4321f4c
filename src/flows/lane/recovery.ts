/** Recovery: every dead delivery of the connection since a time, replayed oldest first at a set rate. The lane runs it itself, because its alarm
 *  and SQLite already survive crashes: the bookmark is written after each slice, a slice interrupted half-way is found again by the sweep, and
 *  while one recovery runs a second request for one is answered with the first. It stands back while much else is due: live traffic goes first, and
 *  what a slice brings leaves one by one: a dozen at once would hold up whatever else the thread does. */
import type { Context } from "../../context.ts";
import { randomBase62 } from "../../lib/ids.ts";
import type { Recovery, RecoveryState } from "../../rpc.ts";
import { requeueDead } from "../../store/replays.ts";
import { silencedConnections } from "../bind/deliveries.ts";
import { laneWorkOf } from "../lane-work.ts";
import { countDue, put } from "./queue.ts";
import { readMark, setMark } from "./schema.ts";
import type { LaneState } from "./state.ts";

/** The lane's one recovery, running or ended. Times in epoch ms; `nextAt` null = none runs. */
export type Recoverer = {
  /** The running job, or a new one. */
  begin(recovery: Recovery, now: number): RecoveryState;
  isDue(now: number): boolean;
  nextAt(): number | null;
  step(ctx: Context, connection: string): Promise<void>;
};

/** `afterSeq` is the bookmark in the order of D1's rows; `nextAt` also paces: at most `perSecond`, in slices. */
type Job = RecoveryState & { readonly afterSeq: number; readonly nextAt: number };

const SLICE_MS = 250;
const MOST_WAITING = 200;
const FAILED_PAUSE_MS = 5_000;

/** A crash between D1 and the lane leaves rows `queued` in D1, which the sweep hands over; the bookmark does not move past a slice that failed. */
export function openRecoverer(lane: Pick<LaneState, "sql">): Recoverer {
  const { sql } = lane;
  let job = readJob(sql);
  const save = (next: Job): Job => {
    job = next;
    setMark(sql, "recovery", JSON.stringify(next));
    return next;
  };
  const running = (): Job | null => (job && job.finishedAt === null ? job : null);
  return {
    begin(recovery, now) {
      const fresh = { ...recovery, id: `rec_${randomBase62(22)}`, replayed: 0, finishedAt: null, afterSeq: 0, nextAt: now };
      return stateOf(running() ?? save(fresh));
    },
    isDue: (now) => (running()?.nextAt ?? Number.POSITIVE_INFINITY) <= now,
    nextAt: () => running()?.nextAt ?? null,
    async step(ctx, connection) {
      const current = running();
      if (!current) return;
      const now = ctx.clock();
      if (countDue(sql, now, MOST_WAITING) === MOST_WAITING) return void save({ ...current, nextAt: now + SLICE_MS });
      save({ ...current, nextAt: now + FAILED_PAUSE_MS });
      const limit = Math.max(1, Math.round((current.perSecond * SLICE_MS) / 1_000));
      const rows = await requeueDead(ctx.env.DB, { connection, silenced: silencedConnections(ctx), ...current, limit }, now);
      const items = await Promise.all(rows.map((row) => laneWorkOf(ctx, row)));
      const everyMs = 1_000 / current.perSecond;
      put(sql, items, ctx.clock(), everyMs);
      const afterSeq = rows.at(-1)?.seq ?? current.afterSeq;
      const finishedAt = rows.length === 0 ? ctx.clock() : null;
      const nextAt = now + Math.max(1, rows.length) * everyMs;
      save({ ...current, afterSeq, replayed: current.replayed + rows.length, finishedAt, nextAt });
    },
  };
}

function readJob(sql: SqlStorage): Job | null {
  const text = readMark(sql, "recovery");
  return text === null ? null : (JSON.parse(text) as Job);
}

/** Without the bookmark and the next time, which are the lane's own. */
const stateOf = ({ afterSeq: _afterSeq, nextAt: _nextAt, ...state }: Job): RecoveryState => state;
