/** The durable front door and, being alone, the one writer of identity.
 *  `accept` is one transaction: the arrival and the alarm that will bind it; what is acknowledged cannot be forgotten.
 *  The alarm binds in order of acknowledgement; it never throws (an alarm that fails six times goes silent), it re-arms itself instead.
 *  A crash between D1's batch and the ledger's update repeats the bind, which is idempotent by event id. */
import { DurableObject } from "cloudflare:workers";
import { type Context, newContext } from "./context.ts";
import type { Env } from "./env.ts";
import { bindEvents, changeAllLines } from "./flows/bind-events.ts";
import { decideIdentity } from "./flows/decide-identity.ts";
import { forgetErased } from "./flows/erase-person.ts";
import { type Allowances, newAllowances } from "./flows/intake/allowance.ts";
import * as ledger from "./flows/intake/ledger.ts";
import { unpackArrivals } from "./flows/intake/packed-arrivals.ts";
import { loadConfig } from "./store/config.ts";
import { tellDuplicates } from "./store/intake-counts.ts";
import type { Acceptance, Decision, DecisionResult, InboxRpc, WaitingEvent } from "./rpc.ts";

const RETRY_MS = 1_000;
const LONGEST_GATHER_MS = 200;
const LONGEST_UNHEARD_MS = 200;
/** Binding keeps a ninth of the time at least, however many come. */
const MOST_RESTS = 8;
const LATE_MS = 2;
const HOUR_MS = 3_600_000;

/** Holds what is acknowledged until it is bound, and the memory of facts; D1 is the record. A new object (deploy, crash, eviction) looks at its table
 *  first and arms the alarm for whatever waits, whether or not one was set. */
export class Inbox extends DurableObject<Env> implements InboxRpc {
  readonly #sql: SqlStorage;
  readonly #allowances: Allowances = newAllowances();
  #armed = false;
  /** Binding and operator decisions take turns: there is one writer. */
  #turn: Promise<unknown> = Promise.resolve();
  /** Operators' turns that are taken or waited for. */
  #operators = 0;
  /** Arrivals since the last batch began. */
  #came = 0;
  #heardAt = 0;
  #swept = 0;

  constructor(state: DurableObjectState, env: Env) {
    super(state, env);
    this.#sql = state.storage.sql;
    ledger.createLedger(this.#sql);
    if (ledger.countWaiting(this.#sql) > 0 || ledger.isDeciding(this.#sql)) this.#arm(Date.now());
  }

  async accept(packed: ArrayBuffer): Promise<Acceptance[]> {
    const now = Date.now();
    const answers = unpackArrivals(packed).map((arrival): Acceptance => {
      const waitSeconds = arrival.again ? 0 : this.#allowances.take(arrival.connection, arrival.perSecond, now);
      if (waitSeconds > 0) return { id: arrival.id, outcome: "limited", retryAfterSeconds: waitSeconds };
      return ledger.record(this.#sql, arrival);
    });
    this.#came += answers.length;
    if (!this.#armed) this.#arm(now);
    return answers;
  }

  async waiting(before: number | null, limit: number): Promise<WaitingEvent[]> {
    return ledger.newestWaiting(this.#sql, before, limit);
  }

  async decide(decision: Decision): Promise<DecisionResult> {
    return this.#inOperatorsTurn(async (ctx) => {
      await this.#bindAll(ctx);
      ledger.noteDeciding(this.#sql, true);
      const result = await decideIdentity(ctx, decision).catch((failure: unknown) => {
        this.#arm(Date.now() + RETRY_MS);
        throw failure;
      });
      ledger.noteDeciding(this.#sql, false);
      return result;
    });
  }

  async drain(): Promise<{ left: number }> {
    ledger.retrySetAside(this.#sql);
    await this.#inOperatorsTurn((ctx) => this.#bindAll(ctx));
    return { left: ledger.countWaiting(this.#sql) };
  }

  override async alarm(): Promise<void> {
    this.#armed = false;
    try {
      await this.#inTurn((ctx) => this.#bindStream(ctx));
    } catch (failure) {
      const ctx = await newContext(this.env, this.ctx).catch(() => null);
      ctx?.log("error", "inbox.bind.failed", { message: failure instanceof Error ? failure.message : "unknown" });
      this.#arm(Date.now() + RETRY_MS);
    }
  }

  #arm(at: number): void {
    this.#armed = true;
    void this.ctx.storage.setAlarm(at);
  }

  async #inTurn<T>(act: (ctx: Context) => Promise<T>): Promise<T> {
    const mine = this.#turn.then(async () => {
      const ctx = await newContext(this.env, this.ctx);
      this.#heardAt = ctx.clock();
      await this.#endDecision(ctx);
      return act(ctx);
    });
    this.#turn = mine.catch(() => null);
    return mine;
  }

  async #inOperatorsTurn<T>(act: (ctx: Context) => Promise<T>): Promise<T> {
    this.#operators += 1;
    return this.#inTurn(act).finally(() => (this.#operators -= 1));
  }

  /** A decision that died after its write may have left the lanes behind. Its persons are not known any more: all lines are looked at. While D1 does not
   *  answer everything waits; a lane that does not is asked again in the next turn, and holds up nobody. */
  async #endDecision(ctx: Context): Promise<void> {
    if (!ledger.isDeciding(this.#sql)) return;
    try {
      await Promise.all([changeAllLines(ctx), forgetErased(ctx)]);
      ledger.noteDeciding(this.#sql, false);
    } catch (failure) {
      await ctx.env.DB.prepare("SELECT 1").run();
      ctx.log("error", "inbox.lines.failed", { message: failure instanceof Error ? failure.message : "unknown" });
    }
  }

  /** What waits now; what comes meanwhile may wait on. */
  async #bindAll(ctx: Context): Promise<void> {
    const { batch } = ctx.config.workspace;
    for (let bound = batch; bound >= batch;) {
      const rows = ledger.oldestWaiting(this.#sql, batch);
      bound = rows.length;
      if (bound > 0) await this.#bindRows(ctx, rows);
      await this.#hear(ctx);
    }
    await this.#tidy(ctx);
  }

  /** Until nothing comes any more, or an operator waits for the turn. While events keep coming, a batch that is not full waits for more of them as long
   *  as the last one took, so that what costs as much for one event as for many is paid for many; and a full one waits as well when about as many came
   *  as were bound, so that senders get their answers while what they sent is bound (docs/decisions/0012). */
  async #bindStream(ctx: Context): Promise<void> {
    const { batch } = ctx.config.workspace;
    for (let tookMs = 0; ;) {
      let rows = ledger.oldestWaiting(this.#sql, batch);
      if (rows.length === 0) break;
      if (tookMs > 0 && this.#operators > 0) return this.#arm(Date.now());
      if (tookMs > 0 && (rows.length < batch || this.#came >= rows.length / 2)) {
        await this.#giveWay(ctx, Math.min(tookMs, LONGEST_GATHER_MS), rows.length);
        rows = ledger.oldestWaiting(this.#sql, batch);
      }
      this.#came = 0;
      const since = ctx.clock();
      await this.#bindRows(ctx, rows);
      tookMs = Math.max(1, ctx.clock() - since);
      await this.#hear(ctx);
    }
    await this.#tidy(ctx);
  }

  /** One rest, and another as long as about as many came in it as are to be bound and it ended late: the thread has no moment of leisure, and it is
   *  senders who wait for it. What they sent is bound later either way; an answer that comes too late is sent again. */
  async #giveWay(ctx: Context, ms: number, due: number): Promise<void> {
    for (let rests = 0; rests < MOST_RESTS && this.#operators === 0; rests += 1) {
      const [came, end] = [this.#came, ctx.clock() + ms];
      await this.#rest(ctx, ms);
      if (this.#came - came < due / 2 || ctx.clock() - end < LATE_MS) return;
    }
  }

  /** Binding asks only what lives beside it, so a backlog alone never lets the thread rest; and what comes over the network, calls and vendors'
   *  replies alike, is read only when it does. */
  async #hear(ctx: Context): Promise<void> {
    if (ctx.clock() - this.#heardAt >= LONGEST_UNHEARD_MS) await this.#rest(ctx, 0);
  }

  async #rest(ctx: Context, ms: number): Promise<void> {
    await scheduler.wait(ms);
    this.#heardAt = ctx.clock();
  }

  async #tidy(ctx: Context): Promise<void> {
    const duplicates = ledger.duplicateCounts(this.#sql);
    if (duplicates.length > 0) {
      await tellDuplicates(ctx.env.DB, duplicates);
      ledger.settleDuplicates(this.#sql, duplicates);
    }
    if (ctx.clock() - this.#swept > HOUR_MS) {
      this.#swept = ctx.clock();
      ledger.forgetFacts(this.#sql, this.#swept);
    }
  }

  /** A batch that fails while D1 answers is tried one by one, so that one unreadable event does not stop the others; what keeps failing is set
   *  aside until the next drain. When D1 does not answer nothing is counted against anybody: everything waits. */
  async #bindRows(turn: Context, rows: readonly ledger.WaitingArrival[]): Promise<void> {
    // A turn lasts as long as events keep coming; a save holds for the next batch.
    const ctx = { ...turn, config: await loadConfig(turn.env, turn.settings) };
    try {
      await bindEvents(ctx, rows);
      ledger.settleBound(
        this.#sql,
        rows.map(({ seq }) => seq),
      );
    } catch (failure) {
      await ctx.env.DB.prepare("SELECT 1").run();
      const [first] = rows;
      if (rows.length === 1 && first) {
        ledger.countFailure(this.#sql, first.seq);
        ctx.log("error", "inbox.bind.failed", {
          event: first.id,
          message: failure instanceof Error ? failure.message : "unknown",
        });
      } else {
        for (const row of rows) await this.#bindRows(ctx, [row]);
      }
    }
  }
}
