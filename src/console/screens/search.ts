/** Find anything: an id of ours, an identifier in any scope, an order or a transaction, also of what belongs to nobody yet. */
import type { Connection } from "../../domain/config.ts";
import type { IdentifierType } from "../../domain/identifier.ts";
import { readEmail } from "../../domain/normalise/email.ts";
import { readPhone } from "../../domain/normalise/phone.ts";
import { html } from "../../lib/markup.ts";
import { findEvent } from "../../store/event-lists.ts";
import { eventsNamed } from "../../store/operator/events.ts";
import { identifiersByHash } from "../../store/identifier-reads.ts";
import { newestNames, personLinesOf } from "../../store/operator/people.ts";
import { findPerson } from "../../store/person-reads.ts";
import type { Page } from "../page.ts";
import { eventRow, eventTable } from "../parts.ts";
import type { View } from "../view.ts";
import { peopleTable } from "./people.ts";
import { empty } from "../layout.ts";

/** Exact matches only: values are looked up by keyed digest, so there is no part of one to search by (decision 0003). */
export async function searchPage(view: View): Promise<Page> {
  const { DB } = view.ctx.env;
  const text = (view.url.searchParams.get("q") ?? "").trim().slice(0, 300);
  const found = text === "" ? NOTHING : await lookUp(view, text);
  const lines = await personLinesOf(DB, found.people);
  const sheets = await Promise.all(found.nobodys.map((id) => findEvent(DB, id)));
  const rows = sheets.flatMap((event) => (event === null ? [] : eventRow(view, event, new Map())));
  const event = /^evt_[A-Za-z0-9]{22}$/.test(text);
  return {
    title: `${view.say(["Поиск", "Search"])}: ${text}`,
    screen: "people",
    body: html`${event && html`<p><a class="btn main" href="/console/events/${text}">${view.word("event")} ${text}</a></p>`}${lines.length > 0 && (await peopleTable(view, lines))}${rows.length > 0 && html`<h2>${view.say(["События без человека", "Events of nobody yet"])}</h2>${eventTable(view, rows, "")}`}${lines.length + rows.length === 0 && !event && empty(nothingFound(view))}`,
  };
}

/** How far the search looked, for whoever found nothing. */
export const nothingFound = (view: View): string =>
  view.say(
    [
      "Ничего не нашлось. Ищем точно: номер, почту, телефон, clickid, номер заказа; имя и @имя — среди {0} последних людей.",
      "Nothing found. The search is exact: an id, an e-mail, a phone, a clickid, an order number; a name or @name among the newest {0} people.",
    ],
    NAMED,
  );

/** Ids of the people that a text names: by an id or a number, else by name. */
export const peopleFor = async (view: View, text: string): Promise<readonly string[]> => (await lookUp(view, text)).people;

type Found = { readonly people: readonly string[]; readonly nobodys: readonly string[] };
const NOTHING: Found = { people: [], nobodys: [] };

/** `nobodys`: ids of events that carry the text and have no person. */
async function lookUp(view: View, text: string): Promise<Found> {
  const { DB } = view.ctx.env;
  const own = await findPerson(DB, text);
  if (own) return { ...NOTHING, people: [own.id] };
  const hashes = await Promise.all(
    candidates(view, text).map(({ type, scope, value }) => view.ctx.seal.index(type, scope, value)),
  );
  const [found, events] = await Promise.all([identifiersByHash(DB, hashes), eventsNamed(DB, text, hashes)]);
  const exact = [...found.map(({ person_id }) => person_id), ...events.flatMap(({ person_id }) => person_id ?? [])];
  const nobodys = events.flatMap(({ id, person_id }) => (person_id === null ? id : []));
  const named = exact.length > 0 || nobodys.length > 0 ? exact : await peopleNamed(view, text);
  return { people: [...new Set(named)], nobodys };
}

/** How many people a search by name looks through: names are sealed, so the database cannot. */
const NAMED = 500;

/** Every word in one of the names: the first and the last name are told apart and shown as one. */
async function peopleNamed(view: View, text: string): Promise<string[]> {
  if (!/\p{L}{2}/u.test(text)) return [];
  const words = text.toLowerCase().split(/[\s@]+/);
  const lines = await newestNames(view.ctx.env.DB, NAMED);
  const opened = await Promise.all(
    lines.map(async ({ person_id, sealed }) => ({ person_id, told: (await view.ctx.seal.open(sealed)).toLowerCase() })),
  );
  return [...Map.groupBy(opened, ({ person_id }) => person_id)].flatMap(([id, names]) =>
    words.every((word) => names.some(({ told }) => told.includes(word))) ? id : [],
  );
}

type Candidate = { readonly type: IdentifierType; readonly scope: string; readonly value: string };

/** Whose ids each scoped type may be, by connection. */
const SCOPES: readonly (readonly [IdentifierType, (connection: Connection) => string | undefined])[] = [
  ["clickid", ({ id }) => id],
  ["user_id", ({ kind, id }) => (kind === "site" ? id : undefined)],
  ["gc_user_id", (one) => (one.kind === "getcourse" ? one.account : undefined)],
  ["client_id", (one) => (one.kind === "salebot" ? one.project : undefined)],
  ["player_id", (one) => (one.kind === "network" ? one.network : undefined)],
  ["lead_id", (one) => (one.kind === "metabot" ? one.bot_id : undefined)],
  ["person_id", (one) => (one.kind === "metabot" ? one.business : undefined)],
];

/** Everything the text may be, in every scope the configuration knows. */
function candidates(view: View, text: string): Candidate[] {
  const [email, phone] = [readEmail(text), readPhone(text)];
  const plain = (type: IdentifierType, value: string | null): Candidate[] => (value === null ? [] : [{ type, scope: "", value }]);
  const number = /^\d{1,16}$/.test(text) ? text : null;
  const connections = [...view.ctx.config.connections.values()];
  return [
    ...plain("email", email.ok ? email.value : null),
    ...plain("phone", phone.ok ? phone.value : null),
    ...plain("wa_id", phone.ok ? phone.value : null),
    ...plain("telegram_id", number),
    ...plain("max_id", number),
    ...plain("vk_id", number),
    ...plain("click", text),
    ...plain("visitor", text),
    ...SCOPES.flatMap(([type, scopeOf]) =>
      [...new Set(connections.flatMap((one) => scopeOf(one) ?? []))].map((scope) => ({ type, scope, value: text })),
    ),
  ];
}
