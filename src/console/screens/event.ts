/** One event in four steps: what came → what we understood → who and why → what we sent. */
import type { StoredFacts } from "../../domain/event.ts";
import type { Step } from "../../domain/identity/decision.ts";
import { tellTrace } from "../../domain/trace.ts";
import { recordOf } from "../../flows/change-config.ts";
import { openFacts } from "../../flows/bind/arrived.ts";
import { identifierValues, personNames } from "../../flows/show-person.ts";
import { type Content, type Html, html } from "../../lib/markup.ts";
import { type EventSheet, parseSteps, previousOfKind, readEventSheet } from "../../store/operator/events.ts";
import { type AttemptRow, type DeliveryRow, attemptsOf, listDeliveries } from "../../store/deliveries.ts";
import { actForm, type Page } from "../page.ts";
import { causeName, connectionName, eventName, moment, personLink, status } from "../parts.ts";
import { type View, amountE4, fullTime } from "../view.ts";
import { waitingFacts } from "./events.ts";
import { landingTable } from "./landing.ts";

export async function eventPage(view: View, id: string): Promise<Page | null> {
  const event = await readEventSheet(view.ctx.env.DB, id);
  if (!event) return waitingPage(view, id);
  const { seal } = view.ctx;
  const facts = event.facts === null ? null : await openFacts(view.ctx, event.facts);
  const raw = event.raw === null ? null : await seal.open(event.raw);
  return {
    title: `${eventName(view, event)} · ${connectionName(view, event.connection)}`,
    screen: "events",
    aside: html`${status(view, event.status)}<a class="btn" data-key="Escape" href="/console/events"
        >${view.say(["К списку", "Back to the list"])}</a
      >
      ${actForm(
        view,
        { act: "replay-event", fields: { id } },
        html`<button data-key="r">
          ${view.say(["Повторить", "Replay"])}
        </button>`,
      )}`,
    body: html`<p class="dim">
        ${view.say(["получено", "received"])} ${fullTime(view, event.received_at)} · ${view.say(["произошло", "happened"])}
        ${fullTime(view, event.event_at)} · <code>${id}</code>
      </p>
      ${await comparison(view, event, raw)}
      <ol class="flow">
        ${step(view.say(["Что пришло", "What came"]), received(view, event, raw))}${step(view.say(["Что мы поняли", "What we understood"]), facts === null ? expired(view) : [understood(view, event, facts), raw !== null && landingTable(view, openRaw(raw), facts, true)])}${step(view.say(["Кто и почему", "Who and why"]), await why(view, event))}${step(view.say(["Что отправили", "What we sent"]), await sent(view, id))}
      </ol>`,
  };
}

async function waitingPage(view: View, id: string): Promise<Page | null> {
  const waiting = await waitingFacts(view, id);
  if (!waiting) return null;
  return {
    title: waiting.facts.type,
    screen: "events",
    aside: status(view, "accepted"),
    body: html`<p class="note">
        ${view.say(["Событие сохранено и ждёт своей очереди. Обычно это доли секунды.", "The event is stored and waits its turn, usually a fraction of a second."])}
      </p>
      <pre tabindex="0">${pretty(waiting.raw ?? "")}</pre>`,
  };
}

const step = (title: string, content: Content): Html =>
  html`<li class="box">
    <h2>${title}</h2>
    ${content}
  </li>`;
const expired = (view: View): Html =>
  html`<p class="dim">${view.say(["Срок хранения содержимого истёк.", "The content's retention has ended."])}</p>`;

function received(view: View, event: EventSheet, raw: string | null): Content {
  if (raw === null) return expired(view);
  const marked = event.field === null ? pretty(raw) : markField(pretty(raw), event.field);
  return html`${event.cause !== null && html`<p class="note bad">${quarantineAdvice(view, event)}</p>`}
    <div class="copy">
      <pre id="raw" tabindex="0">${marked}</pre>
      <button type="button" data-copy="raw">${view.word("copyIt")}</button>
    </div>
    <small>${view.say(["Секреты скрыты при записи.", "Secrets were masked when it was stored."])}</small>`;
}

function quarantineAdvice(view: View, event: EventSheet): Content {
  const field = html`<code>${event.field ?? ""}</code>`;
  if (event.cause === "unresolved_macro")
    return html`${view.say(["Макрос не подставлен в поле", "The macro was not filled in:"])} ${field}.
    ${view.say(["Проверьте написание макроса в настройках отправителя: он пришёл буквально.", "Check its spelling in the sender's settings: it arrived literally."])}
    <a href="/console/connections/${event.connection}">${view.say(["Взять готовую строку", "Take the ready line"])}</a>`;
  return html`${view.say(["Не использовано:", "Not used:"])} ${causeName(view, event.cause ?? "")} ${field}`;
}

/** The line of the offending parameter, highlighted. */
function markField(text: string, field: string): Content {
  return text
    .split("\n")
    .map((line) =>
      line.includes(`"${field}"`) || line.startsWith(`${field}=`) ? [html`<mark>${line}</mark>`, "\n"] : `${line}\n`,
    );
}

/** A JSON body inside the recorded delivery is shown as JSON, not as a quoted line. */
function openNested(value: unknown): unknown {
  const { body, ...rest } = recordOf(value);
  if (typeof body !== "string" || !/^\s*[{[]/.test(body)) return value;
  try {
    return { ...rest, body: JSON.parse(body) as unknown };
  } catch {
    return value;
  }
}

/** The delivery as a value; null when it is no JSON. */
export function openRaw(raw: string): unknown {
  try {
    return openNested(JSON.parse(raw));
  } catch {
    return null;
  }
}

function pretty(raw: string): string {
  const value = openRaw(raw);
  return value === null ? raw : JSON.stringify(value, null, 2);
}

function understood(view: View, event: EventSheet, facts: StoredFacts): Html {
  const rows: [string, Content][] = [
    [view.word("event"), eventName(view, event)],
    ...facts.identifiers.map(({ type, scope, value, proof }): [string, Content] => [
      scope === "" ? type : `${type} · ${scope}`,
      html`${value} <span class="tag">${proofName(view, proof)}</span>`,
    ]),
    ...(event.amount_e4 === null
      ? []
      : [
          [
            view.word("money"),
            html`${amountE4(view, event.amount_e4, event.currency)}${event.counted === 0 && html` <span class="tag">${view.say(["заменено или отклонено", "replaced or rejected"])}</span>`}`,
          ] as [string, Content],
        ]),
    ...(facts.order === null ? [] : [[view.word("order"), facts.order] as [string, Content]]),
    ...(facts.tid === null ? [] : [["tid", facts.tid] as [string, Content]]),
    ...Object.entries(facts.utm),
    ...(facts.link === null ? [] : [["link", facts.link] as [string, Content]]),
    ...(facts.start === null ? [] : [["start", facts.start] as [string, Content]]),
    ...Object.entries(facts.profile),
    ...Object.entries(facts.tracker).map(([name, value]): [string, Content] => [`tracker.${name}`, value]),
    ...Object.entries(facts.fields).map(([name, value]): [string, Content] => [`fields.${name}`, value]),
  ];
  return html`<dl>
      ${rows.map(
        ([name, value]) =>
          html`<dt>${name}</dt>
            <dd>${value}</dd>`,
      )}
    </dl>
    ${facts.dropped.length > 0 && html`<p>${view.say(["Не использовано:", "Not used:"])} ${facts.dropped.map(({ field, cause }) => html`<span class="tag">${field}: ${causeName(view, cause)}</span> `)}</p>`}${event.possible_duplicate === 1 && html`<p class="note warn">${view.say(["Возможный повтор: такое же содержимое уже приходило.", "A possible repeat: the same content came before."])}</p>`}`;
}

export const proofName = (view: View, proof: string): string =>
  view.say(
    (
      {
        proved: ["подтверждено", "proved"],
        native: ["подтверждено", "native"],
        claimed: ["со слов", "claimed"],
        inferred: ["выведено", "inferred"],
      } as const
    )[proof] ?? [proof, proof],
  );

/** The people a step speaks of. */
function personsIn(step: Step): string[] {
  if (step.step === "merged") return [step.survivor, step.loser];
  if (step.step === "moved") return [step.from];
  return "person" in step ? [step.person] : [];
}

async function why(view: View, event: EventSheet): Promise<Content> {
  const steps = event.trace === null ? [] : parseSteps(await view.ctx.seal.open(event.trace));
  const hashes = steps.flatMap((one) => ("ref" in one ? [one.ref.hash] : []));
  const persons = steps.flatMap(personsIn);
  const [values, names] = await Promise.all([
    identifierValues(view.ctx, hashes),
    personNames(view.ctx, [...persons, ...(event.person_id === null ? [] : [event.person_id])]),
  ]);
  const told = tellTrace(steps, {
    locale: view.lang,
    value: (ref) => values.get(ref.hash) ?? "••",
    person: (id) => names.get(id) ?? `${id.slice(0, 10)}…`,
  });
  const who =
    event.person_id === null
      ? html`<p class="dim">${view.word("nobody")}</p>`
      : html`<p>
          ${personLink(event.person_id, names.get(event.person_id))}${event.via !== null && html` <span class="tag">${event.via}</span>`}
        </p>`;
  return html`${who}
    <ul class="t">
      ${told.map((line) => html`<li>${line}</li>`)}
    </ul>`;
}

async function sent(view: View, event: string): Promise<Content> {
  const deliveries = await listDeliveries(view.ctx.env.DB, {
    status: null,
    connection: null,
    event,
    person: null,
    since: null,
    before: null,
    limit: 50,
  });
  if (deliveries.length === 0)
    return html`<p class="dim">${view.say(["Ничего: ни одно правило не сработало.", "Nothing: no rule fired."])}</p>`;
  const attempts = await attemptsOf(
    view.ctx.env.DB,
    deliveries.map(({ id }) => id),
  );
  return Promise.all(
    deliveries.toReversed().map((delivery) =>
      deliveryBox(
        view,
        delivery,
        attempts.filter(({ delivery_id }) => delivery_id === delivery.id),
      ),
    ),
  );
}

async function deliveryBox(view: View, delivery: DeliveryRow, attempts: readonly AttemptRow[]): Promise<Html> {
  const tries = await Promise.all(
    attempts.map(
      async (attempt) =>
        html`<li>
          ${moment(view, attempt.at)} · HTTP ${attempt.status === 0 ? "—" : attempt.status} ·
          ${attempt.outcome}${attempt.reply !== null && html`<pre tabindex="0">${pretty(await view.ctx.seal.open(attempt.reply))}</pre>`}
        </li>`,
    ),
  );
  const act = delivery.status === "queued" || delivery.status === "retrying" ? "cancel-delivery" : "replay-delivery";
  const label = act === "cancel-delivery" ? view.say(["Отменить", "Cancel it"]) : view.say(["Отправить ещё раз", "Send again"]);
  return html`<div class="box" data-row>
    <div class="row">
      ${status(view, delivery.status)}<b>${connectionName(view, delivery.connection)}</b
      ><code>${delivery.action}</code
      >${delivery.reason !== null && html`<span class="bad">${delivery.reason}</span>`}${delivery.next_attempt_at !== null && html`<span class="dim">${view.say(["следующая попытка", "next try"])} ${moment(view, delivery.next_attempt_at)}</span>`}
      ${actForm(view, { act, fields: { id: delivery.id } }, html`<button>${label}</button>`)}
    </div>
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

/** Lines that differ from the previous event of the same kind: what the sender changed. */
async function comparison(view: View, event: EventSheet, raw: string | null): Promise<Content> {
  if (raw === null || !view.url.searchParams.has("diff"))
    return html`<p>
      <a href="?diff=1">${view.say(["Сравнить с предыдущим таким же", "Compare with the previous one of this kind"])}</a>
    </p>`;
  const previous = await previousOfKind(view.ctx.env.DB, event);
  if (!previous || previous.raw === null)
    return html`<p class="dim">${view.say(["Сравнить не с чем.", "There is nothing to compare with."])}</p>`;
  const [now, before] = [pretty(raw).split("\n"), pretty(await view.ctx.seal.open(previous.raw)).split("\n")];
  const lines = [
    ...before.filter((line) => !now.includes(line)).map((line) => [html`<span class="bad">− ${line}</span>`, "\n"]),
    ...now.filter((line) => !before.includes(line)).map((line) => [html`<span class="ok">+ ${line}</span>`, "\n"]),
  ];
  return html`<div class="box">
    <h2>
      ${view.say(["Отличия от", "Differences from"])}
      <a href="/console/events/${previous.id}">${view.say(["предыдущего", "the previous one"])}</a>
    </h2>
    <pre tabindex="0">${lines.length === 0 ? view.say(["Отличий нет.", "No differences."]) : lines}</pre>
  </div>`;
}
