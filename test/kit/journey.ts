/** An outside client of the gateway: everything goes through the HTTP contract, nothing is read behind it. One workspace per test. */
import { createExecutionContext, createScheduledController } from "cloudflare:test";
import { env, exports } from "cloudflare:workers";
import { expect } from "vitest";
import { ADMIN_TOKEN, ORIGIN, configure, operator } from "./operator.ts";
import { emptyState } from "./state.ts";

/** A click id of the form our redirect mints, from a short name. */
export const click = (name: string): string => `c_${name.padEnd(16, "0")}`;

const VK = { to: "https://t.me/my_bot?start={click}", utm_source: "vk", utm_medium: "cpc", utm_campaign: "spring" };
const TG = { to: "https://t.me/my_bot?start={click}", utm_source: "tgads", utm_medium: "cpm", utm_campaign: "spring" };

const token = (id: string): string => `token-of-${id}-0000000000`;
const kinds: Readonly<Record<string, Record<string, unknown>>> = {
  p1: { kind: "salebot", project: "P1", group: "a_bot" },
  p2: { kind: "salebot", project: "P2", group: "b_bot" },
  school: { kind: "getcourse", account: "school1" },
  chatterfy1: { kind: "chatterfy" },
  chatterfy2: { kind: "chatterfy" },
  keitaro1: { kind: "keitaro", url: "https://tr.example" },
  onewin: { kind: "network", network: "1win", click_issuer: "chatterfy1" },
  binomo: { kind: "network", network: "binomo", click_issuer: "chatterfy1" },
  meta: { kind: "metabot", bot_id: "7", business: "biz" },
};

export const DOCUMENT = {
  workspace: { name: "Школа", time_zone: "Europe/Moscow", currency: "RUB", fx: { USD: "90" } },
  connections: {
    ...Object.fromEntries(Object.entries(kinds).map(([id, body]) => [id, { ...body, token: token(id) }])),
    tg: { kind: "telegram", bot_token: "1:T", secret_token: "telegram-secret-0000000000" },
    site1: { kind: "site", origin: "https://school.example", secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", bot: "p1" },
  },
  links: {
    vk1: { ...VK, clickids: { subid: "keitaro1" } },
    tg1: TG,
    anna: { ...TG, utm_source: "blogger", utm_medium: "post", utm_campaign: "anna" },
  },
};

const SALE = { do: [{ to: "kt", action: "postback", with: { status: "sale" } }] };
/** Changes of the standing configuration: sales and starts are told to a tracker. */
export const TOLD_TO_TRACKER = {
  connections: {
    ...DOCUMENT.connections,
    kt: { kind: "keitaro", url: "https://tr.example", base_url: "https://tr.example", postback_key: "KEY" },
  },
  rules: [
    { on: ["sale", "resale"], from: ["school", "onewin", "binomo", "keitaro1"], ...SALE },
    { on: "bot_start", from: "chatterfy1", ...SALE },
  ],
};

/** Forgets everything and saves the standing configuration. */
export async function openWorkspace(changes: Record<string, unknown> = {}): Promise<void> {
  await emptyState();
  await configure({ ...DOCUMENT, ...changes });
}

/** The minute's run. */
export async function cron(): Promise<void> {
  const { default: worker } = await import("../../src/worker.ts");
  await worker.scheduled(
    createScheduledController({ cron: "* * * * *", scheduledTime: new Date() }),
    env as never,
    createExecutionContext(),
  );
}

export type Answer = {
  readonly status: number;
  readonly id: string;
  readonly outcome: string;
  readonly body: Record<string, unknown>;
};

const answerOf = async (response: Response): Promise<Answer> => {
  const body = await response.json<Record<string, unknown> & { id?: string; status?: string }>();
  return { status: response.status, id: body.id ?? "", outcome: body.status ?? "", body };
};

export const webhookUrl = (connection: string, path = ""): string =>
  `${ORIGIN}/webhook/${connection}/${token(connection)}${path}`;

/** A platform's JSON call of `/webhook`. */
export const tell = async (connection: string, fields: unknown, path = ""): Promise<Answer> =>
  answerOf(
    await exports.default.fetch(webhookUrl(connection, path), {
      method: "POST",
      body: JSON.stringify(fields),
      headers: { "content-type": "application/json" },
    }),
  );

/** A network's call of `/postback`: the query as it stands on the wire, the answer's status and text. */
export async function postback(connection: string, query: string, path = ""): Promise<{ status: number; text: string }> {
  const response = await exports.default.fetch(`${ORIGIN}/postback/${connection}/${token(connection)}${path}?${query}`);
  return { status: response.status, text: (await response.text()).trim() };
}

/** A platform's GET of `/webhook`, the query as it stands on the wire. */
export const call = async (connection: string, query: string, path = ""): Promise<Answer> =>
  answerOf(await exports.default.fetch(`${webhookUrl(connection, path)}?${query}`));

export type ImportReport = { accepted: number; duplicate: number; quarantined: number; preview: number; errors: unknown[] };

/** Backfill: `[connection, received_at, event]` lines. */
export async function backfill(
  lines: readonly (readonly [string, string, Record<string, unknown>])[],
  query = "",
): Promise<ImportReport> {
  const body = lines.map(([connection, received_at, event]) => JSON.stringify({ connection, received_at, event })).join("\n");
  const headers = { authorization: `Bearer ${ADMIN_TOKEN}` };
  return (await exports.default.fetch(`${ORIGIN}/v1/import${query}`, { method: "POST", body, headers })).json();
}

type List<T> = { readonly items: T[]; readonly next_cursor: string | null };

/** Everything of a list, page after page. */
export async function all<T>(path: string): Promise<T[]> {
  const items: T[] = [];
  for (let cursor: string | null = null, pages = 0; pages < 200; pages++) {
    const page: List<T> = await read(
      `${path}${path.includes("?") ? "&" : "?"}limit=200${cursor === null ? "" : `&cursor=${cursor}`}`,
    );
    items.push(...page.items);
    if (page.next_cursor === null) return items;
    cursor = page.next_cursor;
  }
  throw new Error(`the list ${path} has no end`);
}

export async function read<T>(path: string): Promise<T> {
  const response = await operator("GET", path);
  if (response.status !== 200) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return response.json<T>();
}

/** Waits until nothing is `accepted` any more. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 2_000; turn++) {
    const { items } = await read<List<unknown>>("/v1/events?status=accepted&limit=1");
    if (items.length === 0) return;
  }
  throw new Error("events still wait");
}

type Identifier = { type: string; scope: string; value: string; proof: string };
type Touch = { source: string; link: string | null; at: string };
export type Person = {
  id: string;
  key: string;
  state: string;
  identifiers: Identifier[];
  stages: Record<string, string>;
  net: string;
  first_touch: Touch | null;
  last_touch: Touch | null;
  referred_by: string | null;
};
export type Entry = {
  event_id: string;
  type: string;
  at: string;
  label?: string;
  amount?: string;
  status: string;
  flags: string[];
  connection: string;
  counted: boolean;
  via: string | null;
  link?: string;
};
export type Problem = {
  id: string;
  kind: string;
  cause: string;
  count: number;
  connection?: string;
  field?: string;
  persons?: string[];
};

/** The person an identifier belongs to: `P("telegram_id", "1")`. */
export async function P(type: string, value: string, scope?: string): Promise<Person | null> {
  const query = `${type}=${encodeURIComponent(value)}${scope === undefined ? "" : `&scope=${encodeURIComponent(scope)}`}`;
  const response = await operator("GET", `/v1/persons?${query}`);
  if (response.status === 404) return null;
  expect(response.status).toBe(200);
  return (await response.json<{ person: Person }>()).person;
}

/** P that must exist. */
export async function who(type: string, value: string, scope?: string): Promise<Person> {
  const person = await P(type, value, scope);
  if (!person) throw new Error(`nobody has ${type} ${value}`);
  return person;
}

export const people = (): Promise<Person[]> => all<Person>("/v1/persons");
export const timeline = (id: string): Promise<Entry[]> => all<Entry>(`/v1/persons/${id}/timeline`);
export const problems = async (kind: string): Promise<Problem[]> =>
  (await read<List<Problem>>("/v1/problems")).items.filter((problem) => problem.kind === kind);
export const events = (
  query = "",
): Promise<
  {
    id: string;
    status: string;
    type: string;
    connection: string;
    cause: string | null;
    label: string | null;
    flags: string[];
    person_id: string | null;
    amount: string | null;
    at: string | null;
  }[]
> => all(`/v1/events${query}`);
export const values = (person: Person, type: string): string[] =>
  person.identifiers
    .filter((identifier) => identifier.type === type)
    .map(({ value }) => value)
    .toSorted();

/** Carries out an operator's decision. */
export async function decide(act: string, body: unknown): Promise<{ persons: string[] }> {
  const response = await operator("POST", `/v1/persons/${act}`, body);
  if (response.status !== 200) throw new Error(`${act}: ${await response.text()}`);
  return response.json();
}
