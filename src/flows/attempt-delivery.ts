/** From a sealed work order to a request that can leave: the person as she is now, the parameters rendered once and frozen, the loop breaker, the
 *  vendor's own preparation. Nothing is sent here. A delivery that cannot be built is dead at once, with the reason an operator can act on. */
import { actionOf } from "../connectors/actions.ts";
import type { Plan } from "../connectors/connector.ts";
import { eventViewOf } from "../connectors/event-view.ts";
import type { Context } from "../context.ts";
import { contentText } from "../domain/canonical.ts";
import type { Connection } from "../domain/config.ts";
import type { Addressee, Rendered, WorkOrder } from "../domain/delivery.ts";
import { echoesOf } from "../domain/echo.ts";
import type { IdentifierType } from "../domain/identifier.ts";
import { renderParameters } from "../domain/render-parameters.ts";
import { templateScope } from "../domain/template-scope.ts";
import type { DeliveryId } from "../lib/ids.ts";
import { type Result, err, ok } from "../lib/result.ts";
import type { PersonLookup } from "../store/person-view.ts";
import { echoDigest, echoFor } from "./echo-digest.ts";

/** What one attempt is built from, opened; the delivery's own row knows nothing in the open. */
export type AttemptInput = {
  readonly connection: Connection;
  readonly id: DeliveryId;
  readonly action: string;
  readonly order: WorkOrder;
  /** What an earlier attempt froze, or null. */
  readonly frozen: Rendered | null;
  /** null = the order is about nobody. */
  readonly person: PersonLookup | null;
};

/** A request that may leave, with what its lane must remember before it does: the rendering that every later try repeats, and
 *  what a loop or an echo would be known by. */
export type PreparedAttempt = {
  readonly plan: Plan;
  readonly rendered: Rendered;
  /** What the loop breaker compares; null = about nobody, so it cannot be the same person's loop. */
  readonly content: string | null;
  /** Keyed digests of what will be written, for the echo check. */
  readonly echoes: readonly string[];
};

/** `reason` is a code, a detail after its colon; it reaches the log of deliveries, so it never holds a value of a person. */
export type Unsendable = {
  readonly state: "dead" | "cancelled";
  readonly reason: string;
};

const NOBODY: Addressee = { id: "", key: "", identifiers: [], traits: {} };

/** A first attempt renders and freezes; every later one, and a replay, takes what was frozen, so the vendor sees the same bytes under the same id.
 *  What could not be built is not frozen: whom nobody could address then may be addressed when an operator sends it again.
 *  `cancelled` = erased meanwhile; `dead` = no retry can help (unknown action, macro without a value, nobody to address). */
export async function prepareAttempt(ctx: Context, input: AttemptInput): Promise<Result<PreparedAttempt, Unsendable>> {
  const { connection, order } = input;
  if (input.person === "gone") return err({ state: "cancelled", reason: "erased" });
  const action = actionOf(connection.kind, input.action);
  if (!action) return err({ state: "dead", reason: `unknown_action: ${input.action}` });
  const rendered = input.frozen ?? render(ctx, connection, order, input.person);
  if ("reason" in rendered) return err({ state: "dead", reason: rendered.reason });
  const plan = await action({
    connection,
    parameters: rendered.parameters,
    person: rendered.person,
    event: eventViewOf(order.event, ctx.config),
    deliveryId: input.id,
    now: ctx.clock(),
  });
  if (!plan.ok) return err({ state: "dead", reason: plan.error.reason });
  const about = rendered.person.id || (order.address && JSON.stringify(order.address));
  const said = { amount: null, currency: null, ...order.event?.money, tid: order.event?.tid ?? null };
  const titles = connection.kind === "getcourse" ? connection.fields : {};
  const written = [...echoesOf(input.action, rendered.parameters, titles), ...(plan.value.echoes ?? [])];
  const [content, echoes] = await Promise.all([
    about ? ctx.seal.mac("content", contentText(input.action, about, rendered.parameters, said)) : null,
    Promise.all(
      written.map(async ({ name, value, shared }) => {
        const digest = await echoDigest(ctx, connection.id, name, value);
        return shared || rendered.person.id === "" ? digest : echoFor(rendered.person.id, digest);
      }),
    ),
  ]);
  return ok({ plan: plan.value, rendered, content, echoes });
}

/** Once in a delivery's life, at its first attempt. A literal order is final: no macro in it is filled, whatever users wrote. */
function render(
  ctx: Context,
  connection: Connection,
  order: WorkOrder,
  person: Addressee | null,
): Rendered | { readonly reason: string } {
  const addressed = order.address ? { ...(person ?? NOBODY), identifiers: addresses(order.address) } : person;
  if (order.literal) return { parameters: order.with, person: addressed ?? NOBODY };
  const scope = templateScope({ event: order.event, person: addressed, config: ctx.config, to: connection.id });
  const parameters = renderParameters(connection, order.with, scope);
  if (!parameters.ok) return { reason: `${parameters.error.reason}: ${parameters.error.macro}` };
  return { parameters: parameters.value, person: addressed ?? NOBODY };
}

/** Explicit addresses stand alone: an alert to one chat must not reach another one. */
const addresses = (address: Readonly<Record<string, string>>): Addressee["identifiers"] =>
  Object.entries(address).map(([type, value]) => ({
    type: type as IdentifierType,
    scope: "",
    value,
    proof: "native",
    lastSeen: 0,
  }));
