/** Writing to a holder: through the site's own bot if the holder is known there, else the messenger used last, else the next. Only addresses that a bot
 *  told of this holder are used, never those of its person: a person can be merged by a typed phone, and a PIN must not follow that. */
import type { Context } from "../../context.ts";
import type { Connection } from "../../domain/config.ts";
import type { Way } from "../../domain/delivery.ts";
import { HOLDER_TYPES, type HolderIdentity, scopeOf } from "../../domain/holder.ts";
import type { DeliveryId } from "../../lib/ids.ts";
import { holderBots, holderPerson, readHolder } from "../../store/holders.ts";
import type { NewDelivery } from "../enqueue-delivery.ts";

/** What is to be said, in the forms that platforms take. */
export type Speech = {
  readonly text: string;
  /** Telegram's HTML form and buttons, when they differ from the text. */
  readonly html?: string;
  readonly buttons?: readonly (readonly { readonly text: string; readonly url?: string; readonly copy_text?: string }[])[];
  /** Plain form for platforms without buttons: usually the text and an address. */
  readonly plain?: string;
  /** Runs the bot's block of this name instead of sending a text. */
  readonly event?: string;
  readonly values?: Readonly<Record<string, string>>;
  /** The part of it that no log may show. */
  readonly hide?: string;
};

type Outgoing = { readonly action: string; readonly parameters: Readonly<Record<string, unknown>> };

/** The delivery that says it, with the holder's other messengers behind it for when it ends dead; null when the holder cannot be reached in this
 *  way. */
export async function speechTo(
  ctx: Context,
  to: { readonly holderId: string; readonly preferred: string | undefined; readonly id?: DeliveryId },
  speech: Speech,
): Promise<NewDelivery | null> {
  const db = ctx.env.DB;
  const [bots, person, card] = await Promise.all([
    holderBots(db, to.holderId),
    holderPerson(db, to.holderId),
    readHolder(db, to.holderId),
  ]);
  const accounts = await Promise.all(
    (card?.identities ?? []).map(async ({ type, scope, sealed }) => ({ type, scope, value: await ctx.seal.open(sealed) })),
  );
  const own = ({ connection }: { readonly connection: string }): number => Number(connection === to.preferred);
  const ordered = bots.toSorted((a, b) => own(b) - own(a));
  const reached = await Promise.all(
    ordered.map(async (bot) => {
      const connection = ctx.config.connections.get(bot.connection);
      if (!connection || connection.disabled) return [];
      const told = JSON.parse(await ctx.seal.open(bot.address)) as readonly HolderIdentity[];
      return [{ connection, address: withOthers(connection, told, accounts), lastSeen: bot.lastUsedAt }];
    }),
  );
  const waysFor = (said: Speech): Way[] =>
    reached.flat().flatMap((at) => {
      const outgoing = outgoingFor(at.connection, at.address, said);
      return outgoing ? [wayTo(to.holderId, at, outgoing)] : [];
    });
  const ways = waysFor(speech);
  // A messenger that can run no block still says the words that stand beside it, after all that can.
  const words = speech.event === undefined || speech.text === "" ? [] : waysFor({ text: speech.text });
  const more = words.filter(({ connection }) => ways.every((way) => way.connection !== connection));
  const sends = ({ connection }: Way): number => Number(canSend(ctx.config.connections.get(connection)));
  const [first, ...next] = [...ways, ...more].toSorted((a, b) => sends(b) - sends(a));
  return first ? delivery({ ...to, person, hide: speech.hide }, first, next) : null;
}

/** Goes on after the answer: a visitor must not learn by its time that there is somebody to write to. What fails is asked for again. */
export function speakLater(ctx: Context, speaking: Promise<unknown>): void {
  ctx.waitUntil(
    speaking.catch((failure: unknown) =>
      ctx.log("error", "login.speech.failed", { error: failure instanceof Error ? failure.name : "unknown" }),
    ),
  );
}

/** What the bot told last, then the holder's other ids that this connection understands (an earlier call may have named the client). */
function withOthers(
  connection: Connection,
  told: readonly HolderIdentity[],
  accounts: readonly HolderIdentity[],
): readonly HolderIdentity[] {
  const others = accounts.filter(
    ({ type, scope }) => scopeOf(connection, type) === scope && !told.some((identity) => identity.type === type),
  );
  return [...told, ...others];
}

/** A Chatterfy step's id: the only name by which a block of its bot can be called for somebody (vendors.md §3.2). Its events run by click id, and
 *  whoever logs in through a bot need not have come by one. */
const STEP = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

const messengerIds = ["telegram_id", "max_id", "vk_id"] as const;

/** A connection without its key only listens, so it comes last: when there is no other, its delivery is dead and names what is not configured. */
function canSend(connection: Connection | undefined): boolean {
  switch (connection?.kind) {
    case "salebot":
      return Boolean(connection.api_key);
    case "telegram":
      return Boolean(connection.bot_token);
    case "metabot":
      return Boolean(connection.api_token && connection.alias);
    default:
      return connection !== undefined;
  }
}

/** null = it cannot be said there: the next messenger is tried. */
function outgoingFor(connection: Connection, address: readonly HolderIdentity[], speech: Speech): Outgoing | null {
  const has = (type: HolderIdentity["type"]): boolean => address.some((identity) => identity.type === type);
  const values = speech.values ?? {};
  const plain = speech.plain ?? speech.text;
  switch (connection.kind) {
    case "salebot":
      if (speech.event !== undefined) {
        const action = has("client_id") ? "callback" : has("telegram_id") ? "tg_callback" : null;
        return action === null ? null : { action, parameters: { ...values, message: speech.event } };
      }
      if (has("client_id")) return { action: "message", parameters: { message: plain } };
      // A bot that told the messenger's id alone is answered by that id; Salebot needs the name of the bot beside it.
      return connection.group !== undefined && messengerIds.some(has)
        ? { action: "broadcast", parameters: { message: plain } }
        : null;
    case "telegram":
      if (speech.event !== undefined || !has("telegram_id")) return null;
      return { action: "send_message", parameters: telegramParameters(speech) };
    case "metabot":
      return { action: "call", parameters: { params: metabotParams(address, speech, plain) } };
    case "chatterfy":
      if (!STEP.test(speech.event ?? "") || !has("telegram_id")) return null;
      return { action: "update_dialog", parameters: { step_id: speech.event, status: "auto", fields: values } };
    case "getcourse":
    case "keitaro":
    case "network":
    case "site":
    case "http":
      return null;
  }
}

const telegramParameters = ({ text, html, buttons }: Speech): Record<string, unknown> => ({
  text: html ?? text,
  ...(html === undefined ? {} : { parse_mode: "HTML" }),
  ...(buttons === undefined ? {} : { buttons }),
});

/** The script finds its reader by these ids: a value with the name of one, known of the reader or not, would name somebody else. */
const metabotParams = (address: readonly HolderIdentity[], speech: Speech, plain: string): Record<string, unknown> => ({
  ...Object.fromEntries(Object.entries(speech.values ?? {}).filter(([name]) => !HOLDER_TYPES.some((type) => type === name))),
  ...Object.fromEntries(address.map(({ type, value }) => [type, value])),
  ...(speech.event === undefined ? { message: plain } : { event: speech.event }),
});

/** Final as it is: nothing is rendered later and no other address is looked up. */
function wayTo(
  holderId: string,
  at: { readonly connection: Connection; readonly address: readonly HolderIdentity[]; readonly lastSeen: number },
  { action, parameters }: Outgoing,
): Way {
  const { connection, address, lastSeen } = at;
  const identifiers = address.map(({ type, scope, value }) => ({ type, scope, value, proof: "native", lastSeen }));
  return {
    connection: connection.id,
    action,
    rendered: { parameters, person: { id: holderId, key: "", identifiers, traits: {} } },
  };
}

/** The person is named for the timeline and for erasure only, by the row of the account: it goes with that one when persons are parted. */
const delivery = (
  to: {
    readonly holderId: string;
    readonly person: Awaited<ReturnType<typeof holderPerson>>;
    readonly id?: DeliveryId;
    readonly hide: string | undefined;
  },
  { connection, action, rendered }: Way,
  next: readonly Way[],
): NewDelivery => ({
  ...(to.id === undefined ? {} : { id: to.id }),
  connection,
  action,
  line: to.person?.personId ?? to.holderId,
  holder: to.holderId,
  work: {
    with: rendered.parameters,
    personId: to.person?.homeId ?? null,
    address: null,
    event: null,
    rendered,
    replay: false,
    ...(next.length > 0 && { next }),
    ...(to.hide === undefined ? {} : { hide: to.hide }),
  },
});
