/** What stands for an order's number or a transaction's when its person is erased: equal for equal numbers, and nobody reads it back. */
import type { Context } from "../context.ts";

/** The kind is part of the digest: an order and a transaction with the same number stay two things. Under the oldest seal key, so
 *  a rotation changes nothing. */
export const erasedNumber = (ctx: Pick<Context, "seal">, kind: "order" | "tid", number: string): Promise<string> =>
  ctx.seal.mac("erased", `${kind}\n${number}`);
