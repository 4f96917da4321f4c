/** Senders as platforms are: each person's events go one after another, an unanswered one is sent again with the same id until it is acknowledged. */
import { setTimeout as wait } from "node:timers/promises";
import { CHAOS_VARS } from "./scene.ts";

export type Load = {
  /** The numbers acknowledged per person, in order. */
  acknowledged: Map<string, number[]>;
  stop: () => Promise<void>;
};

const REQUEST_LIMIT_MS = 3_000;

async function deliver(url: string, person: string, n: number): Promise<boolean> {
  const body = JSON.stringify({ event: "tick", event_id: `${person}-${n}`, telegram_id: person, n });
  try {
    const response = await fetch(`${url}/webhook/source/${CHAOS_VARS.CHAOS_TOKEN}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body,
      signal: AbortSignal.timeout(REQUEST_LIMIT_MS),
    });
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return false;
  }
}

/** Each person sends one fact after another, and the same again until it is acknowledged. `acknowledged`: the numbers by person, in order. */
export function startLoad(url: string, given: { persons: number; everyMs: number }): Load {
  const acknowledged = new Map<string, number[]>();
  let stopped = false;
  const send = async (person: string): Promise<void> => {
    const mine: number[] = [];
    acknowledged.set(person, mine);
    for (let n = 1; !stopped; n += 1) {
      while (!(await deliver(url, person, n))) await wait(50);
      mine.push(n);
      await wait(given.everyMs * (0.5 + Math.random()));
    }
  };
  const senders = Array.from({ length: given.persons }, (_none, index) => send(String(700_000_000 + index)));
  return {
    acknowledged,
    stop: async () => {
      stopped = true;
      await Promise.all(senders);
    },
  };
}
