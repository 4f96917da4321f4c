/** An acknowledged or waiting event, opened for binding: its facts, and its identifiers by blind index. Decisions work by the
 *  index alone, so that the graph never holds a value. The event's own time decides, where it told one; its order of arrival is
 *  only the order of binding. */
import type { Context } from "../../context.ts";
import type { StoredFacts } from "../../domain/event.ts";
import { HOLDER_TYPES, isBot } from "../../domain/holder.ts";
import type { Claim } from "../../domain/identifier.ts";
import type { GraphEvent } from "../../domain/identity/graph.ts";
import type { EventId } from "../../lib/ids.ts";
import type { Arrival } from "../../rpc.ts";
import type { WaitingRow } from "../../store/neighbourhood.ts";
import type { WaitingArrival } from "../intake/ledger.ts";
import { readClick } from "../../domain/normalise/ids.ts";
import { hashClaim } from "./hash-claim.ts";
import { isMoney } from "../uncounted.ts";
import type { Sealed } from "../../lib/seal.ts";

/** With its value, which lives in memory only: the graph works by the hash. */
export type HashedClaim = Claim & { readonly hash: string };

/** An event while it is bound. Its values are in the open here and nowhere else, for as long as the batch takes. `sealedFacts`
 *  null = it waited in D1, whose row holds them. Times in epoch ms. */
export type Arrived = Pick<
  Arrival,
  "id" | "connection" | "type" | "receivedAt" | "rules" | "verdict" | "cause" | "field" | "raw"
> & {
  readonly seq: number;
  /** What firings count by: the same for every state of one fact. */
  fact: string;
  readonly replaces: EventId | null;
  readonly possibleDuplicate: boolean;
  /** Another state of the fact, or another label, may come: what fired must be remembered. */
  readonly mayFireAgain: boolean;
  readonly facts: StoredFacts;
  readonly claims: readonly HashedClaim[];
  readonly event: GraphEvent;
  /** A deep-link text that has not our form: a click all the same if one was recorded under it. */
  readonly maybeClick: HashedClaim | null;
  readonly sealedFacts: ArrayBuffer | null;
  /** When it happened, as lists and reports date it. */
  at: number;
  /** false = a newer state has replaced it, or its amount cannot be read. */
  counted: boolean;
};

/** Login acts that give a site's user to somebody, or take it away, against every guess. */
const GIVES: ReadonlySet<string> = new Set(["mapping.created", "mapping.moved"]);
const TAKES = "mapping.deleted";

/** Throws when one cannot be opened (a seal key that is gone): the inbox then tries them one by one, so that it holds up nobody. */
export const openArrivals = (ctx: Context, rows: readonly WaitingArrival[]): Promise<Arrived[]> =>
  Promise.all(
    rows.map(async (row) => {
      const facts = await openFacts(ctx, row.facts);
      const counted = !isMoney(facts.type) || !hasBadAmount(facts);
      const mayFireAgain = row.state !== "" || row.type === "payment";
      const opened = await openGraphEvent(ctx, row, facts);
      return { ...row, mayFireAgain, ...opened, facts, sealedFacts: row.facts, at: opened.event.at, counted };
    }),
  );

/** The sender told a sum that cannot be read (N-06): the fact stands and its money counts nowhere, since taking it for nothing
 *  would be a guess. */
export const hasBadAmount = ({ dropped }: StoredFacts): boolean => dropped.some(({ cause }) => cause === "bad_amount");

/** Events that wait in D1; one whose facts are gone cannot be bound any more and is left out. */
export async function openWaiting(ctx: Context, rows: readonly WaitingRow[]): Promise<Arrived[]> {
  const opened = rows.map(async (row): Promise<Arrived | null> => {
    if (row.facts === null) return null;
    const facts = await openFacts(ctx, row.facts);
    return {
      ...row,
      rules: row.rules === 1,
      replaces: null,
      possibleDuplicate: false,
      mayFireAgain: true,
      verdict: "accepted",
      cause: null,
      field: null,
      facts,
      ...(await openGraphEvent(ctx, row, facts)),
      sealedFacts: null,
      raw: null,
      counted: row.counted === 1,
    };
  });
  return (await Promise.all(opened)).filter((arrived) => arrived !== null);
}

/** Throws on a value sealed by a key that is gone: an event must not be bound by half of what it said. */
export async function openFacts(ctx: Context, sealed: ArrayBuffer | Sealed): Promise<StoredFacts> {
  return JSON.parse(await ctx.seal.open(sealed)) as StoredFacts;
}

type Row = { readonly id: EventId; readonly connection: string; readonly type: string; readonly receivedAt: number };

/** `mapping` and `detach` only of our own login acts: a sender's event of the same name decides nothing about a site's users. */
export async function openGraphEvent(
  ctx: Context,
  row: Row,
  facts: StoredFacts,
): Promise<Pick<Arrived, "claims" | "event" | "maybeClick">> {
  const claims = await Promise.all(facts.identifiers.map(async (claim) => ({ ...claim, hash: await hashClaim(ctx, claim) })));
  const act = row.connection === "login";
  const connection = ctx.config.connections.get(row.connection);
  const [account] = HOLDER_TYPES.flatMap((type) => claims.find((claim) => claim.type === type) ?? []);
  const taken = (claim: Claim): boolean => act && row.type === TAKES && claim.type === "user_id";
  const event: GraphEvent = {
    id: row.id,
    type: row.type,
    at: facts.eventAt ?? row.receivedAt,
    receivedAt: row.receivedAt,
    claims: claims.filter((claim) => !taken(claim)).map(({ type, scope, hash, proof }) => ({ type, scope, hash, proof })),
    mapping: act && GIVES.has(row.type) ? "move" : null,
    teller: connection && isBot(connection) && account ? account.hash : null,
    detach: claims.filter(taken).map(({ type, scope, hash }) => ({ type, scope, hash })),
  };
  return { claims, event, maybeClick: await startClaim(ctx, facts) };
}

/** Nothing when a click of ours is among the identifiers: then it is no guess. */
async function startClaim(ctx: Context, { start, identifiers }: StoredFacts): Promise<HashedClaim | null> {
  const click = start === null || identifiers.some(({ type }) => type === "click") ? null : readClick(start);
  if (!click?.ok || click.value === null) return null;
  const claim = { type: "click", scope: "", value: click.value, proof: "inferred" } as const;
  return { ...claim, hash: await hashClaim(ctx, claim) };
}
