/** A site's question "who is this?": spends a proof (a PIN, or the code of the edge page) and answers by the decision table. Nothing is linked here:
 *  otherwise a victim who is signed in at the site could be made to link an attacker's messenger by posting the attacker's PIN. */
import type { Context } from "../../context.ts";
import { type AuthorizeAnswer, judgeAuthorize } from "../../domain/authorize.ts";
import type { ConnectionOf } from "../../domain/config.ts";
import { isBot } from "../../domain/holder.ts";
import type { PinRefusal } from "../../domain/pin.ts";
import { randomBase62 } from "../../lib/ids.ts";
import { type Result, err, ok } from "../../lib/result.ts";
import { type SpentCode, readSpentCode, settleCode, spendCode } from "../../store/codes.ts";
import { type Standing, readStanding, selectTold, selectStanding } from "../../store/login-standing.ts";
import { buidMac, codeMac, txnMac, userHash } from "./digests.ts";
import { type SealedLink, messengerOf } from "./issue-link.ts";
import { LOGIN_CONNECTION, recordNow } from "./record-login-event.ts";
import { redeemPin } from "./redeem-pin.ts";
import { resendAndSend } from "./resend-pin.ts";

/** A signed question of a site's backend. `userId` is believed about the site's own session only: it names whom the site would
 *  link, never who this is. */
export type AuthorizeRequest = {
  readonly site: ConnectionOf<"site">;
  readonly proof: { readonly buid: string; readonly pin: string; readonly txn: string | null } | { readonly code: string };
  /** The user signed in at the site, if any. */
  readonly userId: string | null;
  /** On failure, send a new PIN to the messenger. */
  readonly resend: boolean;
};

/** `proof` as the person graph has it; `claimed` must not be taken for a verified address. */
export type Contact = { readonly value: string; readonly proof: string };
/** What the site may fill its form with: names, `messenger`, and contacts with their proof. */
export type Profile = Readonly<Record<string, string | Contact>>;

/** Who it is, and what the site is asked to do next (`domain/authorize.ts`). `buid` is given back so that the site can map the
 *  holder by it. */
export type Authorized = AuthorizeAnswer & {
  readonly buid: string;
  readonly method: "pin" | "trusted_link";
  readonly profile: Profile;
};

/** For the site's signed call; the page has one text for all of them. */
export type AuthorizeRefusal = PinRefusal | { readonly reason: "code_invalid" };
/** `resent`: a new PIN is on its way. Public wording must not tell the causes apart more than this. */
export type RefusedAuthorize = { readonly refusal: AuthorizeRefusal; readonly resent: boolean };

type Proved = { readonly standing: Standing; readonly method: "pin" | "trusted_link" };

/** Spends the proof whatever the answer: a site that asks again needs a new one. Throws when the storage fails; that is 503, never "wrong PIN". */
export async function authorize(ctx: Context, request: AuthorizeRequest): Promise<Result<Authorized, RefusedAuthorize>> {
  const hash = request.userId === null ? "" : await userHash(ctx, request.site.id, request.userId);
  const proved = "code" in request.proof ? await proveByCode(ctx, request, hash) : await proveByPin(ctx, request, hash);
  return proved.ok ? ok(await answer(ctx, request, proved.value)) : proved;
}

/** The guess, the spending and what the answer is made of in one transaction (`redeemPin`). Each call has a `by` of its own, so
 *  none is a repetition of another: the second one of two finds the PIN used. */
async function proveByPin(ctx: Context, request: AuthorizeRequest, hash: string): Promise<Result<Proved, RefusedAuthorize>> {
  if ("code" in request.proof) throw new Error("authorize: a code is no PIN");
  const { buid, pin, txn } = request.proof;
  const site = request.site.id;
  const attempt = {
    site: request.site,
    buidMac: await buidMac(ctx, buid),
    txnMac: txn === null ? "" : await txnMac(ctx, txn),
    pin,
    by: randomBase62(22),
    proves: true,
  };
  const asked = { site, buid: attempt.buidMac, code: null, bots: botsOf(ctx) };
  const { verdict, link, extra } = await redeemPin(ctx, attempt, () => [
    selectStanding(ctx.env.DB, { ...asked, userHash: hash }),
    selectTold(ctx.env.DB, asked),
  ]);
  const standing = readStanding(extra[0]?.results ?? [], extra[1]?.results ?? []);
  if (verdict === "won" && standing) return ok({ standing, method: "pin" });
  if (verdict === "won" || verdict === "repeated") throw new Error("authorize: a PIN was won without its link");
  const sent = request.resend && link !== null ? await resendAndSend(ctx, request.site, link) : null;
  return err({ refusal: verdict, resent: sent?.ok === true && sent.value === "sent" });
}

/** Spent, settled and read in one batch; forged, used, expired and another site's codes are one refusal. */
async function proveByCode(ctx: Context, request: AuthorizeRequest, hash: string): Promise<Result<Proved, RefusedAuthorize>> {
  if (!("code" in request.proof)) throw new Error("authorize: a PIN is no code");
  const db = ctx.env.DB;
  const now = ctx.clock();
  const site = request.site.id;
  const code = await codeMac(ctx, request.proof.code);
  const asked = { site, buid: null, code, bots: botsOf(ctx) };
  const [spent, , standing, told] = await db.batch([
    spendCode(db, code, site, now),
    settleCode(db, code, now),
    selectStanding(db, { ...asked, userHash: hash }),
    selectTold(db, asked),
  ]);
  const proof: SpentCode | null = readSpentCode(spent?.results ?? []);
  const found = readStanding(standing?.results ?? [], told?.results ?? []);
  return proof && found
    ? ok({ standing: found, method: proof.method })
    : err({ refusal: { reason: "code_invalid" }, resent: false });
}

/** The login is recorded whatever the table says next: that somebody proved to be the holder is a fact of its own. */
async function answer(ctx: Context, request: AuthorizeRequest, { standing, method }: Proved): Promise<Authorized> {
  const [link, mapped, known] = await Promise.all([
    ctx.seal.open(standing.link),
    standing.mapped === null ? null : ctx.seal.open(standing.mapped),
    profileOf(ctx, standing),
  ]);
  const judged = judgeAuthorize({
    mapped,
    sent: request.userId,
    sentIsTaken: standing.sentIsTaken,
    onlyClaimed: standing.onlyClaimed,
  });
  await recordLogin(ctx, request.site.id, standing.identity, { mapped, method, status: judged.status });
  const { buid, messenger } = JSON.parse(link) as SealedLink;
  return { ...judged, buid, method, profile: messenger ? { ...known, messenger } : known };
}

/** The login is an event of the holder's strongest account, and of the mapped user when there is one: never of a user that was only sent. */
async function recordLogin(
  ctx: Context,
  site: string,
  identity: Standing["identity"],
  login: { readonly mapped: string | null; readonly method: string; readonly status: string },
): Promise<void> {
  if (!identity) return;
  const { mapped, method, status } = login;
  const account = { type: identity.type, scope: identity.scope, value: await ctx.seal.open(identity.sealed) };
  const user = mapped === null ? [] : [{ type: "user_id" as const, scope: site, value: mapped }];
  await recordNow(ctx, { type: "login", key: null, identifiers: [account, ...user], fields: { site, method, status } });
}

/** Our own acts tell what came with a bot's call for a link. */
const botsOf = ({ config }: Context): string[] => [
  LOGIN_CONNECTION,
  ...[...config.connections.values()].filter(isBot).map(({ id }) => id),
];

const SHOWN = ["first_name", "last_name", "name", "username", "locale"] as const;

/** What the bots told of this holder, in a link's profile or by events; `messenger` is that of the strongest account, unless the link knows which one it
 *  was asked for in. A contact told in a link's profile is somebody's word; one that came as an event carries its own proof. */
async function profileOf(ctx: Context, { profile, identity, told }: Standing): Promise<Profile> {
  const words = profile === null ? {} : (JSON.parse(await ctx.seal.open(profile)) as Record<string, string>);
  const messenger = identity === null ? null : messengerOf(identity.type);
  const byEvent = async (type: string): Promise<Contact | null> => {
    const known = told.find((row) => row.type === type);
    return known ? { value: await ctx.seal.open(known.sealed), proof: known.proof } : null;
  };
  const name = async (type: string): Promise<readonly [string, string | undefined]> => [
    type,
    words[type] ?? (await byEvent(type))?.value,
  ];
  const contact = async (type: string): Promise<readonly [string, Contact | undefined]> => {
    const word = words[type];
    return [type, (await byEvent(type)) ?? (word === undefined ? undefined : { value: word, proof: "claimed" })];
  };
  const shown = await Promise.all([...SHOWN.map(name), ...["email", "phone"].map(contact)]);
  return Object.fromEntries<string | Contact>([
    ...shown.flatMap(([type, value]) => (value === undefined ? [] : [[type, value] as const])),
    ...(messenger === null ? [] : [["messenger", messenger] as const]),
  ]);
}
