/** Is an event only the echo of what we wrote? A platform that we update reports the update back; taking the report for news would start a loop.
 *  An echo carries at least one value we wrote to that connection within the day and nothing that is news: every other identifier is known already,
 *  or the platform's own first word of whom it is about, and every other field and name is what is remembered. Money, starts, logins, messages and an
 *  identification by name are never echoes, whatever they repeat: a form that sends the e-mail and the client whom we have just written to the school is
 *  the visitor's own act, and its rules must run. Only the state of an order is told apart from its news: by what we wrote of it (`dealEchoes`). */
import type { Context } from "../../context.ts";
import type { Kind } from "../../domain/config.ts";
import { type Graph, type GraphClaim, membersOf, nodesOf, ownerOf } from "../../domain/identity/graph.ts";
import type { PersonId } from "../../lib/ids.ts";
import { orderEcho } from "../../domain/echo.ts";
import { isReserved } from "../../domain/reserved.ts";
import { echoDigest, echoFor } from "../echo-digest.ts";
import type { Arrived } from "./arrived.ts";
import type { Session } from "./session.ts";
import { traitsOf } from "./traits.ts";

const FIRM: ReadonlySet<string> = new Set(
  "click bot_start identify registration login order payment refund rejected withdrawal message consent_withdrawn consent_given".split(
    " ",
  ),
);
/** News of an order, which is one by the state it came to, whatever else the school tells of it. */
const ORDER_NEWS: ReadonlySet<string> = new Set(["payment", "rejected", "order_status"]);
const ORDER = "order";
/** Fields that differ in every report and mean nothing; the second half is what GetCourse wraps each of its webhooks into. */
const TECHNICAL =
  /^(ts|time|timestamp|date|updated_?at|event_?type|event_?object(_?id)?|event|ts64|gcAccountId|gcSessionId|gcVisitorId|user\.(id|cuid|type))$/i;

/** Place in the event ("identifier …", "field …") → keyed digest. Empty = this event can be no echo, and nothing is looked up for
 *  it. */
export type EchoDigests = ReadonlyMap<string, string>;

/** What these tell us stands in a step their author placed, never in a report of every change: a step that tells the very field we have set is an act. */
const AUTHORED: ReadonlySet<Kind | undefined> = new Set<Kind>(["salebot", "chatterfy", "metabot", "telegram"]);

/** Digests of everything the event reports: "identifier …" and "field …" → digest. */
export async function echoDigestsOf(ctx: Context, { connection, type, facts }: Arrived): Promise<EchoDigests> {
  if (isReserved(connection)) return new Map();
  if (facts.order !== null && ORDER_NEWS.has(type) && ctx.config.connections.get(connection)?.kind === "getcourse") {
    const { name, value } = orderEcho(facts.order, facts.status ?? (type === "payment" ? "payed" : type));
    return new Map([[ORDER, await echoDigest(ctx, connection, name, value)]]);
  }
  if (FIRM.has(type)) return new Map();
  if (type !== "user_updated" && AUTHORED.has(ctx.config.connections.get(connection)?.kind)) return new Map();
  const told = [
    ...facts.identifiers.map(({ type: name, value }) => ({ place: `identifier ${name} ${value}`, name: String(name), value })),
    ...Object.entries(facts.fields).map(([name, value]) => ({ place: `field ${name}`, name, value })),
  ];
  const digests = told.map(async ({ place, name, value }) => [place, await echoDigest(ctx, connection, name, value)] as const);
  return new Map(await Promise.all(digests));
}

/** An order's state needs nothing that is remembered of its person. */
export const comparesTraits = (digests: EchoDigests): boolean => digests.size > 0 && !digests.has(ORDER);

/** A platform's own id of whom its report is about, told for the first time: we wrote by e-mail, and learn only now who that is there. */
const isSubject = (graph: Graph, owner: PersonId, { type, scope, proof }: GraphClaim): boolean =>
  proof === "native" && ![...nodesOf(graph, owner)].some((node) => node.type === type && node.scope === scope);

/** Errs towards "news": a missed echo is stopped by the loop breaker (O-02), a fact taken for an echo would be lost. */
export async function isEcho(ctx: Context, session: Session, arrived: Arrived, digests: EchoDigests): Promise<boolean> {
  if (digests.size === 0) return false;
  const { echoes } = session.known;
  if (digests.has(ORDER)) return echoes.has(digests.get(ORDER) ?? "");
  const owners = arrived.claims.map((claim) => ownerOf(session.graph, claim));
  const owner = owners.find((person) => person !== null) ?? null;
  const written = owner === null ? [] : [...membersOf(session.graph, owner)];
  const ours = (place: string): boolean => {
    const digest = digests.get(place) ?? "";
    return echoes.has(digest) || written.some((person) => echoes.has(echoFor(person, digest)));
  };
  if (![...digests.keys()].some(ours)) return false;
  for (const [index, claim] of arrived.claims.entries()) {
    const person = owners[index] ?? null;
    if (ours(`identifier ${claim.type} ${claim.value}`) || (person !== null && person === owner)) continue;
    // Under a name of the school's own it is an act, and the first of its doer there.
    const reports = person === null && arrived.type === "user_updated";
    if (!reports || owner === null || !isSubject(session.graph, owner, claim)) return false;
  }
  const remembered = owner === null ? {} : await traitsOf(ctx, session.traits, session.graph, owner);
  const { fields, profile, utm } = arrived.facts;
  const isKnown = ([name, value]: readonly [string, string]): boolean => remembered[name] === value;
  return (
    Object.entries({ ...profile, ...utm }).every(isKnown) &&
    Object.entries(fields).every(
      ([name, value]) => ours(`field ${name}`) || TECHNICAL.test(name) || isKnown([`fields.${name}`, value]),
    )
  );
}
