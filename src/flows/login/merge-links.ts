/** A second messenger proves that it is the same human: the first bot hands out a one-time link, the second bot reports a start with it. The first account
 *  to come with the token joins the holder and, proved, the person; anybody after it is somebody else whom the first one referred. An account that
 *  can already log in somewhere never joins this way: its logins would go to whoever sent the link. */
import type { Context } from "../../context.ts";
import type { Connection } from "../../domain/config.ts";
import type { NewEvent } from "../../domain/event.ts";
import { HOLDER_TYPES, type HolderIdentity, type HolderType } from "../../domain/holder.ts";
import type { Claim } from "../../domain/identifier.ts";
import { type Messenger, deepLink } from "../../domain/login-url.ts";
import { randomBase62 } from "../../lib/ids.ts";
import { type Result, err, ok } from "../../lib/result.ts";
import { type HashedIdentity, demandHolder, findIdentities, keepBot, keepIdentity } from "../../store/holders.ts";
import { holderMappings } from "../../store/mappings.ts";
import {
  type MergeLink,
  claimMergeLink,
  identityValue,
  insertMergeLink,
  mergeLinkType,
  moveAccounts,
  personKeyOf,
} from "../../store/merge-links.ts";
import { raiseProblem } from "../../store/problems.ts";
import { hashIdentities, tokenMac } from "./digests.ts";
import { type HolderReport, identifyHolder, reported } from "./identify-holder.ts";
import { settleActs } from "./record-login-event.ts";

const LIFE_MS = 86_400_000;
const TOKEN = /^m_[A-Za-z0-9]{22}$/;
const TYPES = { telegram: "telegram_id", max: "max_id", vk: "vk_id" } as const satisfies Record<Messenger, HolderType>;

/** `url` opens the second messenger; `expiresAt` epoch ms, a day from now. */
export type IssuedMergeLink = { readonly url: string; readonly token: string; readonly expiresAt: number };

/** The token names no account: whoever opens it first has it, which is why an account with logins of its own never joins by one. `bot_unnamed` = the
 *  configuration does not say what the second bot is called. */
export async function issueMergeLink(
  ctx: Context,
  request: HolderReport & { readonly messenger: Messenger; readonly to: Connection },
): Promise<Result<IssuedMergeLink, { readonly reason: "no_identity" | "bot_unnamed" }>> {
  const token = `m_${randomBase62(22)}`;
  const url = deepLink(request.to, request.messenger, token);
  if (url === null) return err({ reason: "bot_unnamed" });
  const holder = await identifyHolder(ctx, request);
  if (holder === null) return err({ reason: "no_identity" });
  const expiresAt = ctx.clock() + LIFE_MS;
  await ctx.env.DB.batch([
    ...holder.statements,
    insertMergeLink(ctx.env.DB, {
      token: await tokenMac(ctx, token),
      identityHash: holder.identityHash,
      connection: request.to.id,
      type: TYPES[request.messenger],
      expiresAt,
    }),
  ]);
  await settleActs(ctx, holder.acts);
  return ok({ url, token, expiresAt });
}

/** For intake: the claims that a bot's start with a merge token adds to its event. Nothing for any other event, without a read. */
export async function consumeMergeToken(
  ctx: Context,
  connection: Connection,
  event: Pick<NewEvent, "start" | "identifiers">,
): Promise<readonly Claim[]> {
  const { start } = event;
  if (start === null || !TOKEN.test(start)) return [];
  const token = await tokenMac(ctx, start);
  const type = await mergeLinkType(ctx.env.DB, token, connection.id, ctx.clock());
  const account = event.identifiers.find((claim) => claim.type === type);
  if (type === null || !account) return [];
  const given = await hashIdentities(ctx, ownIdentities(event.identifiers));
  const second = given.find((identity) => identity.type === type && identity.value === account.value);
  if (!second) return [];
  const claim = { token, connection: connection.id, hash: second.hash, now: ctx.clock() };
  const link = await claimMergeLink(ctx.env.DB, claim);
  if (link === null) return [];
  if (link.usedBy !== second.hash) return referral(ctx, link);
  const joined = await reported(() => join(ctx, connection, link, given));
  return joined ? proof(ctx, link) : [];
}

/** Strongest type first, as everywhere in the login. */
const ownIdentities = (claims: readonly Claim[]): HolderIdentity[] =>
  HOLDER_TYPES.flatMap((type) =>
    claims.filter((claim) => claim.type === type).map(({ scope, value }) => ({ type, scope, value })),
  );

/** False without a trace in the graph: the second account has a holder who can log in somewhere. What another holder has of its weaker ids stays there. */
async function join(ctx: Context, connection: Connection, link: MergeLink, given: readonly HashedIdentity[]): Promise<boolean> {
  const db = ctx.env.DB;
  const now = ctx.clock();
  const [second] = given;
  if (!second) return false;
  const hashes = given.map(({ hash }) => hash);
  const holders = new Map((await findIdentities(db, hashes)).map(({ hash, holderId }) => [hash, holderId]));
  const [former = link.holderId] = hashes.flatMap((hash) => holders.get(hash) ?? []);
  const joins = former !== link.holderId;
  if (joins && (await holderMappings(db, former)).length > 0) return refuseJoin(ctx, connection, second);
  const own = hashes.filter((hash) => [former, link.holderId, undefined].includes(holders.get(hash)));
  const address = await ctx.seal.seal(JSON.stringify(given.map(({ type, scope, value }) => ({ type, scope, value }))));
  await db.batch([
    ...(joins ? moveAccounts(db, former, link.holderId) : []),
    ...given.map((identity) => keepIdentity(db, link.holderId, identity, now)),
    demandHolder(db, link.holderId, own),
    keepBot(db, { identityHash: second.hash, connection: connection.id, address, now }),
  ]);
  return true;
}

/** An operator sees it under Problems; the bot's start itself goes on as any other. */
async function refuseJoin(ctx: Context, connection: Connection, { hash, type }: HashedIdentity): Promise<false> {
  const problem = { kind: "conflict", cause: "holder_taken", dedupe: `holder:${hash}`, at: ctx.clock() } as const;
  await raiseProblem(ctx.env.DB, { ...problem, connection: connection.id, identifier: { hash, type } }).run();
  return false;
}

/** The first account's own identity: the graph joins the two persons by it. */
async function proof(ctx: Context, { identityHash }: MergeLink): Promise<readonly Claim[]> {
  const first = await identityValue(ctx.env.DB, identityHash);
  if (!first) return [];
  return [{ type: first.type, scope: first.scope, value: await ctx.seal.open(first.sealed), proof: "proved" }];
}

/** The first person's key, as a forwarded link would carry it: another account stays another person, referred by the first. */
async function referral(ctx: Context, { identityHash }: MergeLink): Promise<readonly Claim[]> {
  const key = await personKeyOf(ctx.env.DB, identityHash);
  return key === null ? [] : [{ type: "key", scope: "", value: key, proof: "claimed" }];
}
