/** The holder of the human that a bot reports. The statements belong in the caller's batch: two first reports at once then make one holder. */
import type { Context } from "../../context.ts";
import type { Connection } from "../../domain/config.ts";
import { type HolderIdentity, chooseHolder } from "../../domain/holder.ts";
import { newHolderId } from "../../lib/ids.ts";
import { type HashedIdentity, demandHolder, findIdentities, keepBot, keepHolder, keepIdentity } from "../../store/holders.ts";
import { isStale } from "../../store/mappings.ts";
import { raiseProblem } from "../../store/problems.ts";
import { holdsContact } from "../bind/hash-claim.ts";
import { hashIdentities } from "./digests.ts";
import { type LoginAct, prepareAct } from "./record-login-event.ts";

/** What an authenticated bot says about the human in front of it. */
export type HolderReport = {
  readonly bot: Connection;
  /** Strongest first. */
  readonly identities: readonly HolderIdentity[];
  readonly profile: Readonly<Record<string, string>> | null;
};

/** Not done yet: nothing holds until the caller's batch has run. `acts` are handed to the inbox after it (`settleActs`). */
export type Identified = {
  /** The identity that names the holder: look the holder up by it in the same batch. */
  readonly identityHash: string;
  readonly statements: readonly D1PreparedStatement[];
  readonly acts: readonly LoginAct[];
};

/** Statements that make sure of the holder: the strongest identity names it, the rest attach; what another holder has stays there and is reported. */
export async function identifyHolder(ctx: Context, { bot, identities, profile }: HolderReport): Promise<Identified | null> {
  const db = ctx.env.DB;
  const now = ctx.clock();
  const pseudonymous = ctx.config.workspace.privacy === "pseudonymous";
  const hashed = await hashIdentities(ctx, identities);
  const known = await findIdentities(
    db,
    hashed.map(({ hash }) => hash),
  );
  const owners = new Map(known.map(({ hash, holderId }) => [hash, holderId]));
  const holderId = chooseHolder(hashed, known) ?? newHolderId();
  const own = hashed.filter(({ hash }) => (owners.get(hash) ?? holderId) === holderId);
  const [named] = own;
  if (!named) return null;
  const elsewhere = hashed.filter((identity) => !own.includes(identity));
  const isNew = own.some(({ hash }) => !owners.has(hash));
  const told = isNew ? await prepareAct(ctx, introduction(hashed, profile)) : null;
  const address = own.map(({ type, scope, value }) => ({ type, scope, value }));
  const kept = Object.entries(profile ?? {}).filter(([, word]) => !pseudonymous || !holdsContact(word));
  const sealedProfile = profile === null ? null : await ctx.seal.seal(JSON.stringify(Object.fromEntries(kept)));
  return {
    identityHash: named.hash,
    statements: [
      ...own.map((identity) => keepIdentity(db, holderId, identity, now)),
      demandHolder(
        db,
        holderId,
        own.map(({ hash }) => hash),
      ),
      keepHolder(db, named.hash, sealedProfile, now),
      keepBot(db, { identityHash: named.hash, connection: bot.id, address: await ctx.seal.seal(JSON.stringify(address)), now }),
      ...elsewhere.map(({ hash, type }) =>
        raiseProblem(db, {
          kind: "conflict",
          cause: "holder_taken",
          dedupe: `holder:${hash}`,
          at: now,
          connection: bot.id,
          identifier: { hash, type },
        }),
      ),
      ...(told ? [told.statement] : []),
    ],
    acts: told ? [told.act] : [],
  };
}

const MOST_ROUNDS = 5;

/** Two first reports of one human at once, or one beside a start with a merge token: whoever is later decides again, by what the other wrote. */
export async function reported<T>(act: () => Promise<T>): Promise<T> {
  for (let round = 1; ; round += 1) {
    try {
      return await act();
    } catch (failure) {
      if (round === MOST_ROUNDS || !isStale(failure)) throw failure;
    }
  }
}

/** The person graph learns which accounts are one human. */
const introduction = (identities: readonly HashedIdentity[], profile: Readonly<Record<string, string>> | null) => ({
  type: "identify" as const,
  key: `identify\n${identities.map(({ hash }) => hash).join("\n")}`,
  identifiers: identities,
  fields: {},
  profile: profile ?? {},
});
