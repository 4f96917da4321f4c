/** Carries out a change of mappings: removals and settings compared with what the decision was made from, history, the events for the person graph, the
 *  webhook to the site and the messages to both bots with their undo, all in one transaction. Either everything of it happened or nothing. */
import type { Context } from "../../context.ts";
import type { ConnectionOf } from "../../domain/config.ts";
import { pageUrl, siteHost } from "../../domain/login-url.ts";
import { UNDO_MS } from "../../domain/mapping.ts";
import { newEventId, randomBase62 } from "../../lib/ids.ts";
import { readHolder } from "../../store/holders.ts";
import {
  type MappingChange,
  deleteMapping,
  demandChange,
  insertChange,
  insertMapping,
  isStale,
  moveMapping,
} from "../../store/mappings.ts";
import { insertUndo } from "../../store/undo-tokens.ts";
import { MESSAGE_COPY, fill } from "../../ui/copy.ts";
import { type NewDelivery, handOver, prepareDeliveries } from "../enqueue-delivery.ts";
import { tokenMac, userHash } from "./digests.ts";
import { speechTo } from "./reach-holder.ts";
import { type LoginEvent, prepareAct, settleActs } from "./record-login-event.ts";
import { iso } from "../../lib/iso.ts";

/** One holder's part: `from` what it must be mapped to now (null = nothing), `to` what it will be. User ids in the open. */
export type MappingStep = {
  readonly holderId: string;
  readonly from: { readonly userId: string; readonly version: number } | null;
  readonly to: string | null;
  /** What its bot is told. */
  readonly notice: "linked" | "moved" | "unlinked" | "taken";
};

/** One change as its caller judged it. Who gets a message with an undo depends on `by`: only what a site or a bot did can be
 *  taken back by the person. */
export type MappingPlan = {
  readonly site: ConnectionOf<"site">;
  /** Removals first: a user must be free before another holder gets it. */
  readonly steps: readonly MappingStep[];
  readonly by: MappingChange["by"];
  /** Our own origin, for the undo page. */
  readonly origin: string;
  /** Further statements of the same transaction. */
  readonly also?: readonly D1PreparedStatement[];
};

/** What an undo needs: the state to find and the state to bring back. */
export type UndoPlan = {
  readonly site: string;
  readonly steps: readonly { readonly holderId: string; readonly now: string | null; readonly back: string | null }[];
};

/** true = done; false = somebody changed one of the mappings meanwhile, nothing was done. */
export async function changeMappings(ctx: Context, plan: MappingPlan): Promise<boolean> {
  const db = ctx.env.DB;
  const undoTokens = plan.steps.map(() => randomBase62(22));
  const acts = await Promise.all((await eventsOf(ctx, plan)).map((event) => prepareAct(ctx, event)));
  const deliveries = await prepareDeliveries(ctx, await deliveriesOf(ctx, plan, undoTokens));
  const undo = plan.by === "site" || plan.by === "bot" ? await undoStatements(ctx, plan, undoTokens) : [];
  const statements = [
    ...(plan.also ?? []),
    ...(await Promise.all(plan.steps.map((step) => stepStatements(ctx, plan, step)))).flat(),
    ...acts.map(({ statement }) => statement),
    ...undo,
    ...deliveries.map(({ statement }) => statement),
  ];
  try {
    await db.batch(statements);
  } catch (failure) {
    if (isStale(failure)) return false;
    throw failure;
  }
  await Promise.all([
    settleActs(
      ctx,
      acts.map(({ act }) => act),
    ),
    handOver(ctx, deliveries),
  ]);
  return true;
}

/** What is there must still be at the version it was read at, or the whole batch changes nothing. Every half of a change is a
 *  line of the history: what was left, what was linked. */
async function stepStatements(ctx: Context, plan: MappingPlan, step: MappingStep): Promise<D1PreparedStatement[]> {
  const db = ctx.env.DB;
  const now = ctx.clock();
  const site = plan.site.id;
  const { holderId, from, to } = step;
  const change = async (userId: string, act: MappingChange["act"]): Promise<D1PreparedStatement> =>
    insertChange(db, {
      id: newEventId(now),
      site,
      holderId,
      userHash: await userHash(ctx, site, userId),
      userId: await ctx.seal.seal(userId),
      act,
      by: plan.by,
      now,
    });
  const left = from === null ? [] : [await change(from.userId, "unlinked")];
  if (to === null) {
    return from === null ? [] : [deleteMapping(db, site, { holderId, version: from.version }), demandChange(db), ...left];
  }
  const mapping = { site, holderId, userHash: await userHash(ctx, site, to), userId: await ctx.seal.seal(to), now };
  const set = from === null ? insertMapping(db, mapping) : moveMapping(db, mapping, from.version);
  return [set, ...left, await change(to, "linked")];
}

/** A user taken from another holder has moved, also where its new holder had none. */
function nameOf({ holderId, from, to }: MappingStep, steps: readonly MappingStep[]) {
  if (to === null) return "mapping.deleted";
  const taken = steps.some((other) => other.holderId !== holderId && other.from?.userId === to);
  return from === null && !taken ? "mapping.created" : "mapping.moved";
}

/** One event per holder that gained or lost a user: both cards show it, in the same words as the site is told. */
async function eventsOf(ctx: Context, { site, steps, by }: MappingPlan): Promise<LoginEvent[]> {
  const events = steps.map(async (step): Promise<LoginEvent | null> => {
    const { holderId, from, to } = step;
    const had = from === null ? "" : await userHash(ctx, site.id, from.userId);
    const holder = await readHolder(ctx.env.DB, holderId, had);
    const [account] = holder?.identities ?? [];
    const userId = to ?? from?.userId;
    if (!account || userId === undefined) return null;
    const identity = { type: account.type, scope: account.scope, value: await ctx.seal.open(account.sealed) };
    const user = { type: "user_id" as const, scope: site.id, value: userId };
    return { type: nameOf(step, steps), key: null, identifiers: [identity, user], fields: { site: site.id, by } };
  });
  return (await Promise.all(events)).filter((event) => event !== null);
}

async function deliveriesOf(ctx: Context, plan: MappingPlan, undoTokens: readonly string[]): Promise<NewDelivery[]> {
  const notices = plan.steps.map((step, place) => noticeOf(ctx, plan, step, undoTokens[place] ?? ""));
  const told = (await Promise.all(notices)).filter((delivery) => delivery !== null);
  if (plan.site.webhook_url === undefined) return told;
  const news = plan.steps.filter(({ from, to }) => to !== null || !plan.steps.some((other) => other.to === from?.userId));
  return [...told, ...news.map((step) => webhookOf(plan, step, ctx.clock()))];
}

/** The site hears who has the user now, and whom the holder had before: once of a user that goes from one holder to another. All on one line, so that
 *  what is heard last is what holds. */
function webhookOf({ site, steps, by }: MappingPlan, step: MappingStep, now: number): NewDelivery {
  const { from, to } = step;
  const parameters = {
    type: nameOf(step, steps),
    data: {
      user_id: to ?? from?.userId ?? null,
      ...(to !== null && from ? { previous_user_id: from.userId } : {}),
      by,
      at: iso(now),
    },
  };
  const person = { id: steps[0]?.holderId ?? "", key: "", identifiers: [], traits: {} };
  return {
    connection: site.id,
    action: "webhook",
    line: person.id,
    holder: step.holderId,
    work: { with: parameters, personId: null, address: null, event: null, rendered: { parameters, person }, replay: false },
  };
}

async function noticeOf(ctx: Context, plan: MappingPlan, step: MappingStep, undoToken: string): Promise<NewDelivery | null> {
  const copy = MESSAGE_COPY[ctx.config.workspace.locale];
  const text = fill(copy[step.notice], { host: siteHost(plan.site) });
  const to = { holderId: step.holderId, preferred: plan.site.bot };
  if (plan.by !== "site" && plan.by !== "bot") return speechTo(ctx, to, { text });
  const url = new URL(`/undo/${undoToken}`, pageUrl(plan.origin, { site: plan.site.id })).href;
  return speechTo(ctx, to, {
    text,
    buttons: [[{ text: copy.undo, url }]],
    plain: `${text}\n${copy.undo}: ${url}`,
    hide: undoToken,
  });
}

/** Every holder's message carries its own token for the same undo. */
async function undoStatements(ctx: Context, plan: MappingPlan, tokens: readonly string[]): Promise<D1PreparedStatement[]> {
  const undo: UndoPlan = {
    site: plan.site.id,
    steps: plan.steps.map(({ holderId, from, to }) => ({ holderId, now: to, back: from?.userId ?? null })),
  };
  const sealed = await ctx.seal.seal(JSON.stringify(undo));
  const macs = await Promise.all(tokens.map((token) => tokenMac(ctx, token)));
  const holders = plan.steps.map(({ holderId }) => holderId);
  return macs.map((token) => insertUndo(ctx.env.DB, { token, sealed, holders, expiresAt: ctx.clock() + UNDO_MS }));
}
