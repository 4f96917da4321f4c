/** An acknowledged or waiting event, opened for binding: its facts, and its identifiers by blind index. */
import type { Context } from "../../context.ts";
import type { StoredFacts } from "../../domain/event.ts";
import type { Claim } from "../../domain/identifier.ts";
import type { GraphEvent } from "../../domain/identity/graph.ts";
import type { EventId } from "../../lib/ids.ts";
import type { WaitingRow } from "../../store/neighbourhood.ts";
import type { WaitingArrival } from "../intake/ledger.ts";
import { hashClaim } from "./hash-claim.ts";

export type HashedClaim = Claim & { readonly hash: string };

export type Arrived = {
  readonly id: EventId;
  readonly seq: number;
  readonly connection: string;
  readonly type: string;
  readonly receivedAt: number;
  /** What firings count by: the same for every state of one fact. */
  fact: string;
  readonly rules: boolean;
  readonly replaces: EventId | null;
  readonly possibleDuplicate: boolean;
  readonly verdict: "accepted" | "quarantined" | "preview";
  readonly cause: string | null;
  readonly field: string | null;
  readonly facts: StoredFacts;
  readonly claims: readonly HashedClaim[];
  readonly event: GraphEvent;
  readonly sealedFacts: ArrayBuffer | null;
  readonly raw: ArrayBuffer | null;
  /** false = a newer state has replaced it, or its amount cannot be read. */
  counted: boolean;
};

/** Login acts that give a site's user to somebody, or take it away, against every guess. */
const MAPPING_ACTS: ReadonlyMap<string, GraphEvent["mapping"]> = new Map([
  ["mapping.created", "move"],
  ["mapping.moved", "move"],
  ["mapping.deleted", "remove"],
]);

export async function openArrivals(ctx: Context, rows: readonly WaitingArrival[]): Promise<Arrived[]> {
  return Promise.all(
    rows.map(async (row) => {
      const facts = await openFacts(ctx, row.facts);
      const claims = await hashClaims(ctx, facts);
      return {
        ...row,
        facts,
        claims,
        event: graphEventOf(row.id, row, facts, claims),
        sealedFacts: row.facts,
        counted: !facts.dropped.some(({ cause }) => cause === "bad_amount"),
      };
    }),
  );
}

/** Events that wait in D1; one whose facts are gone cannot be bound any more and is left out. */
export async function openWaiting(ctx: Context, rows: readonly WaitingRow[]): Promise<Arrived[]> {
  const opened = rows.map(async (row): Promise<Arrived | null> => {
    if (row.facts === null) return null;
    const facts = await openFacts(ctx, row.facts);
    const claims = await hashClaims(ctx, facts);
    return {
      id: row.id,
      seq: row.seq,
      connection: row.connection,
      type: row.type,
      receivedAt: row.received_at,
      fact: row.fact,
      rules: row.rules === 1,
      replaces: null,
      possibleDuplicate: false,
      verdict: "accepted",
      cause: null,
      field: null,
      facts,
      claims,
      event: graphEventOf(row.id, { ...row, receivedAt: row.received_at }, facts, claims),
      sealedFacts: null,
      raw: null,
      counted: row.counted === 1,
    };
  });
  return (await Promise.all(opened)).filter((arrived) => arrived !== null);
}

export async function openFacts(ctx: Context, sealed: ArrayBuffer | readonly number[]): Promise<StoredFacts> {
  return JSON.parse(await ctx.seal.open(sealed)) as StoredFacts;
}

const hashClaims = (ctx: Context, facts: StoredFacts): Promise<HashedClaim[]> =>
  Promise.all(facts.identifiers.map(async (claim) => ({ ...claim, hash: await hashClaim(ctx, claim) })));

function graphEventOf(
  id: EventId,
  row: { readonly connection: string; readonly type: string; readonly receivedAt: number },
  facts: StoredFacts,
  claims: readonly HashedClaim[],
): GraphEvent {
  return {
    id,
    type: row.type,
    at: facts.eventAt ?? row.receivedAt,
    receivedAt: row.receivedAt,
    claims: claims.map(({ type, scope, hash, proof }) => ({ type, scope, hash, proof })),
    mapping: row.connection === "login" ? (MAPPING_ACTS.get(row.type) ?? null) : null,
  };
}
