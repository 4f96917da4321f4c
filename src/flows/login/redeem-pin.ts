/** Redeems a PIN. The guess is counted and judged by one statement (`store/seats.ts`); everything that follows from a win (the link is used, a code or a
 *  proof exists) stands in the same transaction and is conditional on this very request having won. An unknown link costs an equal write and gets
 *  equal answers. A storage failure throws: it is never a wrong PIN, and never repeated by itself. */
import type { Context } from "../../context.ts";
import type { ConnectionOf } from "../../domain/config.ts";
import { siteHost } from "../../domain/login-url.ts";
import {
  DOUBLE_SUBMIT_MS,
  FAILS_PER_HOLDER,
  type PinRefusal,
  TRIES_PER_PIN,
  judgePhantom,
  judgeRefusal,
  readDigits,
} from "../../domain/pin.ts";
import { type GuessOutcome, readGuess, selectGuess, settleWin } from "../../store/guesses.ts";
import { type Guess, countPhantom, redeem } from "../../store/seats.ts";
import { MESSAGE_COPY, fill } from "../../ui/copy.ts";
import { enqueueDeliveries } from "../enqueue-delivery.ts";
import { pinMacs } from "./digests.ts";
import { timeOfDay } from "./time-of-day.ts";
import { speakLater, speechTo } from "./reach-holder.ts";

/** One guess at one link of one site. */
export type PinAttempt = {
  readonly site: ConnectionOf<"site">;
  /** MAC of the buid, or of the link that answers the transaction. */
  readonly buidMac: string;
  readonly txnMac: string;
  /** As typed. */
  readonly pin: string;
  /** Digest that names this attempt as the winner. */
  readonly by: string;
  /** The site itself asks: a win lets it map the holder. */
  readonly proves: boolean;
};

/** `repeated`: the same form with the same PIN within ten seconds of its own win; it gets the first one's answer and spends nothing. */
export type Redemption = {
  readonly verdict: "won" | "repeated" | PinRefusal;
  readonly link: GuessOutcome["link"];
  /** Results of the statements the caller added. */
  readonly extra: readonly D1Result[];
};

/** `extra` makes statements that run in the same transaction, after the judgement. */
export async function redeemPin(
  ctx: Context,
  attempt: PinAttempt,
  extra: (guess: Guess) => readonly D1PreparedStatement[],
): Promise<Redemption> {
  const now = ctx.clock();
  const db = ctx.env.DB;
  const digits = readDigits(attempt.pin);
  const macs = digits === null ? [] : await pinMacs(ctx, attempt.site.id, attempt.buidMac, digits);
  const guess: Guess = { site: attempt.site.id, buid: attempt.buidMac, txn: attempt.txnMac, macs, by: attempt.by, now };
  if (digits === null) {
    const [state] = await db.batch([selectGuess(db, guess)]);
    const outcome = readGuess(state?.results ?? []);
    return { verdict: refusal(outcome, false, now), link: outcome.link, extra: [] };
  }
  const [counted, , , state, ...rest] = await db.batch([
    redeem(db, guess),
    settleWin(db, guess, attempt.proves),
    countPhantom(db, guess),
    selectGuess(db, guess),
    ...extra(guess),
  ]);
  const outcome = readGuess(state?.results ?? []);
  const evaluated = (counted?.meta.changes ?? 0) > 0;
  const verdict = judge(outcome, attempt.by, evaluated, now);
  if (outcome.link !== null && evaluated && verdict !== "won") {
    speakLater(ctx, tellLock(ctx, attempt.site, outcome.link.holderId, outcome));
  }
  return { verdict, link: outcome.link, extra: rest };
}

function judge(outcome: GuessOutcome, by: string, evaluated: boolean, now: number): Redemption["verdict"] {
  const { link, seat } = outcome;
  const mine = link !== null && seat?.buid === link.buid && seat.by === by && seat.used !== null;
  if (mine && evaluated) return "won";
  if (mine && now - (seat.used ?? 0) <= DOUBLE_SUBMIT_MS) return "repeated";
  return refusal(outcome, evaluated, now);
}

const refusal = ({ link, seat, fails, phantom }: GuessOutcome, counted: boolean, now: number): PinRefusal =>
  link === null ? judgePhantom(phantom, now) : judgeRefusal({ link, seat, fails, counted }, now);

/** The human behind the messenger is told when guessing locked the login, without a rule. */
async function tellLock(
  ctx: Context,
  site: ConnectionOf<"site">,
  holderId: string,
  { seat, fails }: GuessOutcome,
): Promise<void> {
  const stopped = fails >= FAILS_PER_HOLDER;
  if (!stopped && (seat?.tries ?? 0) < TRIES_PER_PIN) return;
  const { locale } = ctx.config.workspace;
  // Minutes are told, so the one that the pause ends in is not over yet.
  const until = timeOfDay(ctx, (seat?.locked ?? 0) + 59_999);
  const text = fill(stopped ? MESSAGE_COPY[locale].stopped : MESSAGE_COPY[locale].locked, { host: siteHost(site), until });
  const delivery = await speechTo(ctx, { holderId, preferred: site.bot }, { text });
  if (delivery) await enqueueDeliveries(ctx, [delivery]);
}
