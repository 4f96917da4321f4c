/** Events for the operator: the list with filters, one event whole, replay of what was sent about it. An event is found from the
 *  moment it was acknowledged, also while it still waits in the inbox: whoever got a 2xx must not be told that there is no such
 *  event. */
import { openEvent, openEvents } from "../flows/read-events.ts";
import { replayEvent } from "../flows/replay-event.ts";
import { attemptsOf, deliveriesOfEvent } from "../store/deliveries.ts";
import { operatorCall } from "./admin.ts";
import { deliveriesView } from "./delivery-view.ts";
import { invalidRequest } from "./json-body.ts";
import { localeOf, pageErrors, pageOf, sinceOf } from "./page.ts";
import { json, problem } from "./problem.ts";

/** `accepted` is the one that no row has: such an event still waits in the inbox. */
export const EVENT_STATUSES = ["accepted", "bound", "unbound", "quarantined", "echo", "preview", "erased"];

/** Newest first by acknowledgement, with what still waits in the inbox. `type` also takes a label (`sale`). */
export const getEvents = operatorCall(async (ctx, { query }) => {
  const given = (name: string): string | null => query.get(name) || null;
  const [status, since, cursor] = [given("status"), sinceOf(query), given("cursor")];
  const errors = [
    ...(status === null || EVENT_STATUSES.includes(status)
      ? []
      : [{ path: "status", message: `one of ${EVENT_STATUSES.join(", ")}` }]),
    ...(since.ok ? [] : [since.error]),
    ...pageErrors(query, /^\d{1,16}$/),
  ];
  if (errors.length > 0 || !since.ok) return invalidRequest(ctx, errors);
  const { items, next } = await openEvents(ctx, {
    status,
    connection: given("connection"),
    type: given("type"),
    person: given("person"),
    since: since.value,
    before: cursor === null ? null : Number(cursor),
    limit: pageOf(query, 50, 200),
  });
  return json({ items, next_cursor: next === null ? null : String(next) });
});

/** One event from its raw delivery (secrets masked) to what was sent about it; `?lang=` chooses the language of the trace. */
export const getEvent = operatorCall(async (ctx, { id, query }) => {
  const story = await openEvent(ctx, id, localeOf(ctx, query));
  if (!story) return problem(ctx, { status: 404, reason: "not_found" });
  const rows = await deliveriesOfEvent(ctx.env.DB, id);
  const ids = rows.map((row) => row.id);
  return json({ ...story, deliveries: await deliveriesView(ctx, rows, await attemptsOf(ctx.env.DB, ids)) });
});

/** Sends again everything that was sent about the event: the exact originals, each with its own id and `x-replay: 1`. */
export const postEventReplay = operatorCall(async (ctx, { id }) => {
  if (!(await openEvent(ctx, id, "en"))) return problem(ctx, { status: 404, reason: "not_found" });
  const deliveries = (await replayEvent(ctx, id)).map(({ id: delivery, answer }) =>
    answer.ok ? { id: delivery, generation: answer.value.generation } : { id: delivery, reason: answer.error },
  );
  return json({ id, deliveries }, 202);
});
