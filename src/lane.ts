/** One destination connection: order, pace, retries (docs/architecture.md).
 *  What it is given is stored together with the alarm that will send it; before a request leaves it is marked as out; so a killed process loses
 *  nothing and repeats at most what was out, under the same ids. The alarm never throws (one that fails six times goes silent) and is set again
 *  at its start and as its last act. `src/flows/lane/` does the work; this object owns the clockwork. */
import { DurableObject } from "cloudflare:workers";
import { newContext } from "./context.ts";
import { CLOSED, reopened } from "./domain/breaker.ts";
import type { Env } from "./env.ts";
import { newFlights } from "./flows/lane/flights.ts";
import { cancelWork, forgetWork } from "./flows/lane/cancel.ts";
import { resumeInterrupted } from "./flows/lane/interrupted.ts";
import { openLoopBreaker } from "./flows/lane/loop-breaker.ts";
import { openOutbox } from "./flows/lane/outbox.ts";
import { openPace } from "./flows/lane/pace.ts";
import { unpackWork } from "./flows/lane/packed-work.ts";
import { pump } from "./flows/lane/pump.ts";
import { changeLines, countUnsettled, nextDueAt, prune, put } from "./flows/lane/queue.ts";
import { type Recoverer, openRecoverer } from "./flows/lane/recovery.ts";
import { createLaneTables, readMark, setMark } from "./flows/lane/schema.ts";
import { type LaneState, newSignal } from "./flows/lane/state.ts";
import { newTally } from "./flows/tally.ts";
import type { DeliveryId } from "./lib/ids.ts";
import { newLog } from "./lib/log.ts";
import type { LaneKey, LaneRpc, LineChange, Recovery, RecoveryState } from "./rpc.ts";

/** Should this invocation be cut off, the next one follows within a second. */
const CUT_OFF_MS = 1_000;
const FAILED_PAUSE_MS = 1_000;
const PRUNE_EVERY_MS = 600_000;

/** Knows its connection by what it was first given work for; address, secrets and limits come from the configuration at each
 *  turn. What was out when the last object ended is resumed before anything else. */
export class Lane extends DurableObject<Env> implements LaneRpc {
  readonly #lane: LaneState;
  readonly #recoverer: Recoverer;
  #running: Promise<void> | null = null;
  #prunedAt = 0;

  constructor(state: DurableObjectState, env: Env) {
    super(state, env);
    const { storage } = state;
    const { sql } = storage;
    createLaneTables(sql);
    const breaker = readMark(sql, "circuit") === null ? CLOSED : reopened(Date.now());
    const missingSince = readMark(sql, "missing_since");
    const outbox = openOutbox(sql);
    const signal = newSignal();
    this.#lane = {
      storage,
      sql,
      outbox,
      pace: openPace(sql),
      loops: openLoopBreaker(sql),
      tally: newTally("delivery"),
      inHand: new Map(),
      breaker,
      missingSince: missingSince === null ? null : Number(missingSince),
      signal,
      flights: newFlights(signal),
    };
    this.#recoverer = openRecoverer(this.#lane);
    resumeInterrupted(this.#lane, readMark(sql, "connection") ?? "", Date.now());
    void state.blockConcurrencyWhile(async () => {
      if (this.#nextAt() !== null && (await storage.getAlarm()) === null) await storage.setAlarm(Date.now());
    });
  }

  async take(connection: string, packed: ArrayBuffer, sweptTo?: number): Promise<void> {
    const { sql, storage } = this.#lane;
    const now = Date.now();
    const items = unpackWork(packed);
    const added = storage.transactionSync(() => {
      this.#remember(connection);
      if (sweptTo !== undefined) setMark(sql, "swept_to", String(sweptTo));
      return put(sql, items, now);
    });
    if (added > 0) this.#rouse(now);
  }

  async cancel(connection: string, keys: readonly LaneKey[]): ReturnType<LaneRpc["cancel"]> {
    this.#remember(connection);
    const answer = cancelWork(this.#lane, keys, Date.now());
    this.#rouse(Date.now());
    return answer;
  }

  async changeLines(changes: readonly LineChange[]): Promise<void> {
    const { sql, storage } = this.#lane;
    storage.transactionSync(() => changeLines(sql, changes));
    this.#rouse(Date.now());
  }

  async forget(deliveries: readonly DeliveryId[]): Promise<void> {
    forgetWork(this.#lane, deliveries, Date.now());
    this.#rouse(Date.now());
  }

  async admit(perSecond: number, until: number): Promise<boolean> {
    return this.#lane.pace.admit(perSecond, until, () => Date.now());
  }

  async wake(): ReturnType<LaneRpc["wake"]> {
    const nextAt = this.#nextAt();
    if (nextAt !== null) this.#rouse(Date.now());
    const { sql } = this.#lane;
    return { waiting: countUnsettled(sql), nextAt, sweptTo: Number(readMark(sql, "swept_to") ?? 0) };
  }

  async recover(connection: string, recovery: Recovery): Promise<RecoveryState> {
    this.#remember(connection);
    const state = this.#recoverer.begin(recovery, Date.now());
    this.#rouse(Date.now());
    return state;
  }

  override async alarm(): Promise<void> {
    this.#running ??= this.#run();
    await this.#running;
  }

  async #run(): Promise<void> {
    let nextAt: number | null = Date.now() + FAILED_PAUSE_MS;
    try {
      await this.ctx.storage.setAlarm(Date.now() + CUT_OFF_MS);
      const ctx = await newContext(this.env, this.ctx);
      const connection = readMark(this.#lane.sql, "connection");
      nextAt = connection === null ? null : await pump(this.#lane, ctx, connection, this.#recoverer);
      this.#lane.tally.tell(this.env);
      if (ctx.clock() - this.#prunedAt > PRUNE_EVERY_MS) {
        this.#prunedAt = ctx.clock();
        prune(this.#lane.sql, this.#prunedAt);
      }
    } catch (failure) {
      newLog("error")("error", "lane.run.threw", { error: String(failure) });
    }
    // No await between here and the alarm: work taken from now on sets its own.
    this.#running = null;
    if (nextAt === null) await this.ctx.storage.deleteAlarm();
    else await this.ctx.storage.setAlarm(Math.max(nextAt, Date.now()));
  }

  /** A running pump is signalled; otherwise the alarm is set, in the transaction of whatever was just stored. */
  #rouse(now: number): void {
    this.#lane.signal.raise();
    if (this.#running === null) void this.ctx.storage.setAlarm(now);
  }

  #nextAt(): number | null {
    const { sql, outbox } = this.#lane;
    const times = [nextDueAt(sql, new Map()), outbox.dueAt(), this.#recoverer.nextAt()];
    const known = times.filter((at) => at !== null);
    return known.length === 0 ? null : Math.min(...known);
  }

  #remember(connection: string): void {
    if (readMark(this.#lane.sql, "connection") === null) setMark(this.#lane.sql, "connection", connection);
  }
}
