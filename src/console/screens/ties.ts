/** «Связи»: a drawing of which event brought which identifier, and below it the people that were joined. Inline SVG: the page's policy allows no
 *  styles of its own and needs no script for it. */
import { openIdentifier } from "../../flows/show-person.ts";
import { type Content, type Html, html } from "../../lib/markup.ts";
import type { EventHead } from "../../store/event-lists.ts";
import type { IdentifierRow } from "../../store/identifier-reads.ts";
import type { MergeLine } from "../../store/operator/people.ts";
import { connectionName, eventName, identifierName, moment } from "../parts.ts";
import type { View } from "../view.ts";
import { box, scrolling } from "../layout.ts";

const ROW = 26;
const [LEFT, RIGHT, WIDTH] = [230, 350, 600];
const MOST = 20;

/** The first twenty identifiers, grouped by the event that brought them, oldest event first. */
export async function ties(
  view: View,
  events: readonly EventHead[],
  known: { readonly identifiers: readonly IdentifierRow[]; readonly merges: readonly MergeLine[] },
): Promise<Content> {
  const groups = [...Map.groupBy(known.identifiers.slice(0, MOST), ({ event_id }) => event_id)].toSorted(
    ([, [a]], [, [b]]) => (a?.first_seen ?? 0) - (b?.first_seen ?? 0),
  );
  let y = ROW / 2;
  const drawn: Html[] = [];
  for (const [id, lines] of groups) {
    const middle = y + ((lines.length - 1) * ROW) / 2;
    const event = events.find((one) => one.id === id);
    const name = event ? `${eventName(view, event)} · ${connectionName(view, event.connection)}` : view.word("event");
    drawn.push(
      html`<a href="/console/events/${id}"><text x="${LEFT - 14}" y="${middle + 4}" text-anchor="end">${name.slice(0, 32)}</text></a><circle cx="${LEFT}" cy="${middle}" r="4"/>`,
    );
    for (const line of lines) {
      const value = await openIdentifier(view.ctx, line);
      drawn.push(
        html`<path d="M${LEFT} ${middle}C${LEFT + 60} ${middle} ${RIGHT - 60} ${y} ${RIGHT} ${y}"/><text x="${RIGHT + 8}" y="${y + 4}">${identifierName(view, line.type)} ${value.slice(0, 32)}</text>`,
      );
      y += ROW;
    }
  }
  const title = view.say(["Связи: какое событие что принесло", "Ties: which event brought what"]);
  return box(
    title,
    html`${scrolling(title, html`<svg class="ties" viewBox="0 0 ${WIDTH} ${y}">${drawn}</svg>`)}${known.merges.length > 0 && joined(view, known.merges)}`,
  );
}

function joined(view: View, merges: readonly MergeLine[]): Html {
  const by = (name: string): string =>
    view.say(name === "operator" ? ["решение оператора", "operator's decision"] : ["по правилу", "by rule"]);
  return html`<ul class="t">${merges.map(({ by: who, at, loser, event_id }) => html`<li>${moment(view, at)} · ${view.say(["присоединён", "joined"])} <code>${loser.slice(0, 12)}…</code> · ${by(who)}${event_id !== null && html` · <a href="/console/events/${event_id}">${view.word("event")}</a>`}</li>`)}</ul>`;
}
