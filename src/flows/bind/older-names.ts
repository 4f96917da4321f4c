/** A newer state of a fact that names nobody is about whom the older one named: a rejection, or another sum, by the transaction id alone. */
import type { Context } from "../../context.ts";
import { loadSealedFacts } from "../../store/event-reads.ts";
import { type Arrived, openFacts, openGraphEvent } from "./arrived.ts";

const isNobodys = ({ verdict, replaces, claims }: Arrived): boolean =>
  verdict === "accepted" && replaces !== null && claims.length === 0;

/** In their order, since one may take the place of another of the batch. The names are stored with it, for the state after it. What was erased
 *  meanwhile names nobody. */
export async function withOlderNames(ctx: Context, arrivals: readonly Arrived[]): Promise<readonly Arrived[]> {
  const replaced = arrivals.filter(isNobodys).flatMap(({ replaces }) => replaces ?? []);
  if (replaced.length === 0) return arrivals;
  const stored = await loadSealedFacts(ctx.env.DB, replaced);
  const named = new Map<string, Arrived>();
  for (const arrived of arrivals) {
    const id = isNobodys(arrived) ? (arrived.replaces ?? "") : "";
    const sealed = stored.get(id);
    const older = named.get(id)?.facts ?? (sealed ? await openFacts(ctx, sealed) : null);
    named.set(arrived.id, older ? await withNames(ctx, arrived, older) : arrived);
  }
  return [...named.values()];
}

async function withNames(ctx: Context, arrived: Arrived, { identifiers }: Arrived["facts"]): Promise<Arrived> {
  const facts = { ...arrived.facts, identifiers };
  return {
    ...arrived,
    ...(await openGraphEvent(ctx, arrived, facts)),
    facts,
    sealedFacts: await ctx.seal.seal(JSON.stringify(facts)),
  };
}
