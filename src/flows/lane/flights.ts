/** Requests that are out, and those that came back and are not written down yet. The ones that come back at the same moment are written together,
 *  in the transaction that marks what leaves in their place: a commit costs more than all they have to say. Until then they count as out, since
 *  after a crash they may be sent again. */
import type { Landed } from "./conclude.ts";
import type { Signal } from "./state.ts";

/** How long one waits for the others that are out. */
const TOGETHER_MS = 2;

/** In memory only: what is out is on disk as well (`markFlying`), and after a crash that is what counts. */
export type Flights = {
  /** How many left and are not written down. */
  out(): number;
  left(): void;
  /** Wakes the pump when it was the last one out, else soon. */
  cameBack(landed: Landed): void;
  /** Never left after all. */
  stayed(): void;
  /** What came back, to be written down by the caller before it awaits anything. */
  land(): readonly Landed[];
};

/** `signal` wakes the pump that will write down what came back. */
export function newFlights(signal: Signal): Flights {
  let out = 0;
  let landed: Landed[] = [];
  let timer: ReturnType<typeof setTimeout> | null = null;
  return {
    out: () => out,
    left() {
      out += 1;
    },
    cameBack(flight) {
      landed.push(flight);
      if (landed.length === out) signal.raise();
      else timer ??= setTimeout(() => signal.raise(), TOGETHER_MS);
    },
    stayed() {
      out -= 1;
      signal.raise();
    },
    land() {
      if (timer !== null) clearTimeout(timer);
      timer = null;
      out -= landed.length;
      const flights = landed;
      landed = [];
      return flights;
    },
  };
}
