/** How a refused caller is answered: unknown addresses and wrong path tokens alike, wrong header proofs alike. Never `410`. */
import type { Context } from "../context.ts";
import type { Refusal } from "../flows/verify-caller.ts";
import { problem } from "./problem.ts";

/** 404 wherever the path may be the secret, 401 wherever a header is, 429 with a minute once an address has used up its failures. */
export function refused(ctx: Context, { reason }: Refusal): Response {
  switch (reason) {
    case "unknown":
      return problem(ctx, { status: 404, reason: "not_found" });
    case "unauthorized":
      return problem(ctx, { status: 401, reason: "unauthorized" });
    case "limited":
      return problem(ctx, { status: 429, reason: "too_many_failed_proofs", retryAfterSeconds: 60 });
  }
}
