/** «Что отправили»: every delivery of an event with its attempts, and what else could be sent about it. */
import { heldBecause } from "../../domain/delivery.ts";
import { actionsOf } from "../../flows/resend-event.ts";
import { type Content, type Html, html } from "../../lib/markup.ts";
import { type AttemptRow, type DeliveryRow, attemptsOf, deliveriesOfEvent } from "../../store/deliveries.ts";
import type { EventSheet } from "../../store/event-lists.ts";
import { actForm } from "../page.ts";
import { causeName, connectionMark, connectionName, moment, reasonName, status } from "../parts.ts";
import type { View } from "../view.ts";
import { pretty } from "../raw.ts";
import { mendingOf } from "../../ui/reasons.ts";
import { select } from "../layout.ts";

/** Oldest first, as they were sent; vendors' replies are unsealed for this page only. */
export async function sent(view: View, event: EventSheet): Promise<Content> {
  const deliveries = await deliveriesOfEvent(view.ctx.env.DB, event.id);
  if (deliveries.length === 0)
    return html`<p class="dim">${view.say(["Ничего: ни одно правило не сработало.", "Nothing: no rule fired."])}</p>
      ${resendForm(view, event)}`;
  const attempts = await attemptsOf(
    view.ctx.env.DB,
    deliveries.map(({ id }) => id),
  );
  const boxes = deliveries.map((delivery) =>
    deliveryBox(
      view,
      delivery,
      attempts.filter(({ delivery_id }) => delivery_id === delivery.id),
    ),
  );
  return html`${await Promise.all(boxes)}${resendForm(view, event)}`;
}

/** «Отправить ещё раз в…»: any action of the rules. */
function resendForm(view: View, event: EventSheet): Content {
  const actions = actionsOf(view.ctx);
  if (event.person_id === null || event.facts === null || actions.length === 0) return null;
  const choices = actions.map(({ place, action }) => [place, `${connectionName(view, action.to)}: ${action.action}`] as const);
  return html`<details>
    <summary>${view.say(["Отправить ещё раз в…", "Send again to…"])}</summary>
    ${actForm(
      view,
      { act: "resend", fields: { id: event.id } },
      html`<p class="row end">${select("place", view.say(["Куда и что", "Where and what"]), { choices, value: "" })}<button>
            ${view.say(["Отправить", "Send"])}
          </button></p>
        <p class="dim">
          ${view.say(["Новая доставка по действию правила, с отметкой повтора (x-replay). Условия правила не проверяются.", "A new delivery by the rule's action, marked as a replay (x-replay). The rule's conditions are not asked."])}
        </p>`,
    )}
  </details>`;
}

async function deliveryBox(view: View, delivery: DeliveryRow, attempts: readonly AttemptRow[]): Promise<Html> {
  const tries = await Promise.all(
    attempts.map(
      async (attempt) =>
        html`<li>
          ${moment(view, attempt.at)} · HTTP ${attempt.status === 0 ? "—" : attempt.status} ·
          ${outcomeName(view, attempt.outcome)}${attempt.reply !== null && html`<pre tabindex="0">${pretty(await view.ctx.seal.open(attempt.reply))}</pre>`}
        </li>`,
    ),
  );
  const held = heldBecause(view.ctx.config, delivery);
  const reason = held ?? delivery.reason;
  const act = delivery.status === "queued" || delivery.status === "retrying" ? "cancel-delivery" : "replay-delivery";
  const label = act === "cancel-delivery" ? view.say(["Отменить", "Cancel it"]) : view.say(["Отправить ещё раз", "Send again"]);
  return html`<div class="box" data-row>
    <div class="row">
      ${status(view, delivery.status)}<b>${connectionMark(view, delivery.connection)}</b
      ><code>${delivery.action}</code
      >${reason !== null && html`<span class="bad">${reasonText(view, reason)}</span>`}${held === null && delivery.next_attempt_at !== null && html`<span class="dim">${view.say(["следующая попытка", "next try"])} ${moment(view, delivery.next_attempt_at)}</span>`}
      ${actForm(view, { act, fields: { id: delivery.id } }, html`<button>${label}</button>`)}
    </div>
    ${advice(view, delivery, reason)}
    ${
      tries.length > 0 &&
      html`<details>
        <summary>${view.say(["Попыток: {0}", "Attempts: {0}"], tries.length)}</summary>
        <ul class="t">
          ${tries}
        </ul>
      </details>`
    }
  </div>`;
}

/** What can be done about a delivery that did not arrive, and where. */
function advice(view: View, { status: state, connection }: DeliveryRow, reason: string | null): Content {
  const mend = state === "dead" || state === "retrying" ? mendingOf(reason?.split(": ")[0] ?? "") : null;
  if (mend === null || !view.ctx.config.connections.has(connection)) return null;
  return html`<p>${view.say(mend)} <a href="/console/connections/${connection}#settings">${connectionName(view, connection)}</a> · <a href="/console/settings/rules">${view.say(["Правила", "Rules"])}</a></p>`;
}

/** What an attempt came to: a status, or why there was no reply. */
const outcomeName = (view: View, outcome: string): string => {
  const told = causeName(view, outcome);
  return told === outcome ? reasonName(view, outcome) : told;
};

/** A reason is a code, perhaps followed by the vendor's words, which stay as they are. */
function reasonText(view: View, reason: string): string {
  const [code = "", ...words] = reason.split(": ");
  const told = reasonName(view, code);
  return [told === code ? code : `${told} (${code})`, ...words].join(": ");
}
