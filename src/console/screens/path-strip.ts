/** «Путь»: the connected services in the order a person meets them, on each arrow how many people came that far, in red where nobody did or where
 *  nothing is connected. Bots stand side by side in one stop: a person meets one of them. */
import type { Report } from "../../domain/funnel/report.ts";
import type { Stage } from "../../domain/funnel/stages.ts";
import { type Content, type Html, html } from "../../lib/markup.ts";
import type { ConnectionPulse } from "../../store/operator/pulse.ts";
import { icon } from "../icons.ts";
import { connectionMark } from "../parts.ts";
import type { Behind } from "../report-view.ts";
import { type View, numberOf } from "../view.ts";

type Stop = { readonly stage: Stage; readonly kinds: readonly string[]; readonly needed: boolean };

/** A school registers people itself; where only networks are connected they do it, so the school is then no gap. */
const STOPS: readonly Stop[] = [
  { stage: "click", kinds: ["links", "keitaro"], needed: true },
  { stage: "bot_start", kinds: ["salebot", "chatterfy", "metabot", "telegram"], needed: true },
  { stage: "registration", kinds: ["getcourse"], needed: true },
  { stage: "login", kinds: ["site"], needed: false },
  { stage: "sale", kinds: ["network"], needed: false },
];

/** Connections that are switched off are not drawn. The PIN login is optional, so passing it by is no gap. */
export function pathStrip(
  view: View,
  { report, pulses, behind }: { report: Report; pulses: ReadonlyMap<string, ConnectionPulse>; behind: Behind },
): Html {
  const connections = [...view.ctx.config.connections.values()].filter(({ disabled }) => disabled !== true);
  const idsOf = ({ kinds }: Stop): string[] => [
    ...(kinds.includes("links") ? ["links"] : []),
    ...connections.filter(({ kind }) => kinds.includes(kind)).map(({ id }) => id),
  ];
  const networks = connections.some(({ kind }) => kind === "network");
  const stops = STOPS.map((stop) => ({ ...stop, ids: idsOf(stop) })).filter(
    ({ ids, needed, stage }) => ids.length > 0 || (needed && !(stage === "registration" && networks)),
  );
  const reachedOf = (stage: Stage): number => report.stages.find(({ id }) => id === stage)?.reached ?? 0;
  const received = (id: string): number => pulses.get(id)?.received ?? 0;
  const box = (id: string, index: number, stage: Stage): Html => {
    const count = received(id) + (stage === "login" && index === 0 ? received("login") : 0);
    const href = id === "links" ? "/console/links" : `/console/connections/${id}`;
    return html`<a class="box${count === 0 && " gone"}" href="${href}">${connectionMark(view, id)} <small>${count === 0 ? view.say(["тишина", "quiet"]) : view.say(["{0} соб.", "{0} ev."], numberOf(view, count))}</small></a>`;
  };
  const arrow = (stage: Stage, red: boolean): Html => {
    const count = reachedOf(stage);
    const number: Content =
      behind === null || count === 0 ? numberOf(view, count) : html`<a href="${behind({ stage })}">${numberOf(view, count)}</a>`;
    return html`<li class="arr${red && " bad"}">${red && icon("warn")}<b>${number}</b><span aria-hidden="true">→</span><span class="skip">${view.word(stage)}</span></li>`;
  };
  let before = 0;
  const drawn = stops.map(({ stage, ids }, index): Content => {
    const count = reachedOf(stage);
    const gap = index > 0 && count === 0 && before > 0;
    if (stage !== "login") before = count;
    const step =
      ids.length === 0
        ? html`<a class="box gone" href="/console/connections">${icon("warn")}${view.say(["не подключено: {0}", "not connected: {0}"], view.word(stage))}</a>`
        : ids.map((id, place) => box(id, place, stage));
    return html`${index > 0 && arrow(stage, gap || ids.length === 0)}<li class="stop">${step}</li>`;
  });
  const sales = stops.some(({ stage }) => stage === "sale")
    ? null
    : html`${arrow("sale", reachedOf("sale") === 0 && before > 0)}<li class="stop"><span class="box">${view.word("sale")}</span></li>`;
  return html`<h2>${view.say(["Путь людей за период", "The path of the range"])}</h2><ol class="path">${drawn}${sales}</ol>`;
}
