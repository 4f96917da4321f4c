/** What the clicks that our redirect recorded say about the events that carry them: which click a start came by, and whose campaign that is. Only
 *  marks are taken over, never an identifier: a link may be forwarded, and whoever opens it is not whom it was sent to. What an event says of itself
 *  wins. Works on the session alone; clicks of earlier batches were loaded with it. */
import { UTM, utmColumns } from "../../domain/normalise/utm.ts";
import type { Arrived } from "./arrived.ts";
import type { Session } from "./session.ts";

/** A deep-link text under which a click was recorded is that click. */
export function withRecordedClick(session: Session, arrived: Arrived): Arrived {
  const { maybeClick: claim, claims, event } = arrived;
  if (claim === null || !session.known.clicks.has(claim.hash)) return arrived;
  const known = { ...arrived, claims: [...claims, claim], event: { ...event, claims: [...event.claims, claim] } };
  session.arrived.set(arrived.id, known);
  return known;
}

/** A click of this batch is known to the starts that follow it. */
export function rememberClick(session: Session, { type, claims, facts }: Arrived): void {
  const click = type === "click" ? claims.find((claim) => claim.type === "click") : undefined;
  if (!click || session.known.clicks.has(click.hash)) return;
  session.known.clicks.set(click.hash, { hash: click.hash, link: facts.link, ...utmColumns(facts.utm) });
}

/** A start that carries one of our clicks gets that click's campaign, unless it names its own. */
export function borrowUtm(session: Session, arrived: Arrived): void {
  if (arrived.type !== "bot_start" || Object.keys(arrived.facts.utm).length > 0) return;
  for (const { type, hash } of arrived.claims) {
    const click = type === "click" ? session.known.clicks.get(hash) : undefined;
    if (!click) continue;
    const utm = Object.fromEntries(UTM.flatMap((name) => (click[name] === null ? [] : [[name, click[name]]])));
    Object.assign(arrived, { facts: { ...arrived.facts, utm, link: arrived.facts.link ?? click.link } });
  }
}
