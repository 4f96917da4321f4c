/** What stands for an order's number or a transaction's when its person is erased: equal for equal numbers, and nobody reads it back. */
import type { Context } from "../context.ts";

export const erasedNumber = (ctx: Pick<Context, "seal">, kind: "order" | "tid", number: string): Promise<string> =>
  ctx.seal.mac("erased", `${kind}\n${number}`);
