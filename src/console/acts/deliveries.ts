/** Sending again, trying out, keeping for later. What is sent again is the same delivery under the same `Idempotency-Key`, with `x-replay: 1`;
 *  `resend` makes a new one. Which of them may go is decided by the flows, for the API and the console alike. */
import { RECOVER_PER_SECOND } from "../../domain/delivery.ts";
import { parseReportQuery } from "../../domain/funnel/query.ts";
import { cancelDelivery } from "../../flows/cancel-delivery.ts";
import { recoverDead } from "../../flows/recover-dead.ts";
import { replayDelivery } from "../../flows/replay-delivery.ts";
import { replayEvent } from "../../flows/replay-event.ts";
import { replayPayload } from "../../flows/replay-payload.ts";
import { actionsOf, resendEvent } from "../../flows/resend-event.ts";
import { sendTestEvent } from "../../flows/send-test-event.ts";
import { shareReport } from "../../flows/share-report.ts";
import { addBookmark, dropBookmark } from "../../store/operator/bookmarks.ts";
import { type Acts, done, failed, refusalText, told, wholeNumber } from "./act.ts";

/** `replay-event` is done when at least one of the event's deliveries goes again; when none does the first refusal is told.
 *  `resend` names an action by its place in the rules, so one that moved or is gone is `stale`. `recover` sends what died since
 *  the problem began. */
export const DELIVERY_ACTS: Acts = {
  "replay-delivery": async (view, form) => told(view, await replayDelivery(view.ctx, form("id"))),
  "cancel-delivery": async (view, form) => told(view, await cancelDelivery(view.ctx, form("id"))),
  "replay-event": async (view, form) => {
    const [first, ...others] = (await replayEvent(view.ctx, form("id"))).map(({ answer }) => answer);
    if (!first) return failed(view.say(["по этому событию ничего не отправлялось", "nothing was sent for this event"]));
    return others.some(({ ok }) => ok) ? done() : told(view, first);
  },
  resend: async (view, form) => {
    const chosen = actionsOf(view.ctx).find(({ place }) => place === form("place"));
    if (!chosen) return failed(refusalText(view, "stale"));
    return told(view, await resendEvent(view.ctx, form("id"), chosen.action));
  },
  bookmark: async (view, form) =>
    (await addBookmark(view.ctx.env.DB, form("id"), view.ctx.clock())) ? done() : failed(refusalText(view, "content_gone")),
  "drop-bookmark": async (view, form) => {
    await dropBookmark(view.ctx.env.DB, form("id"));
    return done();
  },
  "replay-bookmark": async (view, form) => {
    const played = await replayPayload(view.ctx, form("id"));
    return played.ok ? done(`/console/events/${played.value.id}`) : failed(refusalText(view, played.error));
  },
  recover: async (view, form) => {
    const connection = form("connection");
    const since = wholeNumber(form("since"));
    if (since === null || !view.ctx.config.connections.has(connection)) return failed(refusalText(view, "not_found"));
    await recoverDead(view.ctx, connection, { since, until: view.ctx.clock(), perSecond: RECOVER_PER_SECOND });
    return done("/console/problems");
  },
  "test-event": async (view, form) => {
    const connection = view.ctx.config.connections.get(form("id"));
    if (!connection) return failed(refusalText(view, "no_connection"));
    const sent = await sendTestEvent(view.ctx, connection);
    return sent.ok ? done() : failed(refusalText(view, sent.error.reason));
  },
  "share-report": async (view, form) => {
    const query = Object.fromEntries(new URLSearchParams(form("query")));
    if (!parseReportQuery(query, view.ctx.config.workspace, view.ctx.clock()).ok) return failed(refusalText(view, "bad_period"));
    return { shared: await shareReport(view.ctx, query, 30) };
  },
};
