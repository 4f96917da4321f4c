/** What a lane holds in memory while its object lives. Everything that must survive a crash is in its SQLite. */
import type { Breaker } from "../../domain/breaker.ts";
import type { Outbox } from "./outbox.ts";
import type { Flights } from "./flights.ts";
import type { LoopBreaker } from "./loop-breaker.ts";
import type { Tally } from "../tally.ts";
import type { Pace } from "./pace.ts";

/** What happened to a row while it was in hand. `cancelled`: not to be tried again. `forgotten`: its end is written already (cancelled before it
 *  left, or erased); whoever holds it drops it. */
export type Hand = { cancelled: boolean; forgotten: boolean };

/** One for an object. What is readonly is built at its start from its SQLite; the breaker and `missingSince` change and are kept
 *  as marks where a restart must know them. */
export type LaneState = {
  readonly storage: DurableObjectStorage;
  readonly sql: SqlStorage;
  readonly outbox: Outbox;
  readonly pace: Pace;
  readonly loops: LoopBreaker;
  readonly tally: Tally;
  /** Rows being loaded, ready or out, by seq. */
  readonly inHand: Map<number, Hand>;
  readonly flights: Flights;
  breaker: Breaker;
  /** Since when the connection is missing from the configuration, epoch ms; also kept as a mark. */
  missingSince: number | null;
  /** Wakes a waiting pump; replaced after every wake. */
  readonly signal: Signal;
};

/** Several wakes before one look are one: the pump looks at everything whenever it wakes. */
export type Signal = {
  raise(): void;
  /** Resolves when raised since the last wait, or after `ms`. */
  wait(ms: number): Promise<void>;
};

/** For one waiter. Raised before anybody waits it is kept, so a wake between looking and waiting is not lost. */
export function newSignal(): Signal {
  let raised = false;
  let wake: (() => void) | null = null;
  return {
    raise() {
      raised = true;
      wake?.();
    },
    async wait(ms) {
      if (!raised) {
        let timer: ReturnType<typeof setTimeout> | null = null;
        await new Promise<void>((resolve) => {
          wake = resolve;
          timer = setTimeout(resolve, ms);
        });
        if (timer !== null) clearTimeout(timer);
      }
      wake = null;
      raised = false;
    },
  };
}
