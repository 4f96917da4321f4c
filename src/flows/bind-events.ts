/** Binds waiting arrivals to persons. */
import type { Context } from "../context.ts";
import type { WaitingArrival } from "./intake/ledger.ts";

export async function bindEvents(_ctx: Context, rows: readonly WaitingArrival[]): Promise<void> {
  throw new Error(`binding is not here yet (${rows.length})`);
}
