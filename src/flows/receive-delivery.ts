/** One delivery of a vendor, from raw request to a durable answer: prove the caller, read leniently, store, say what became of it.
 *  Nothing is stored for a forged request, and nothing that was proved is dropped: what cannot be read is kept raw in quarantine. */
import { readEvent } from "../connectors/registry.ts";
import type { Incoming } from "../connectors/connector.ts";
import type { Context } from "../context.ts";
import { UNREADABLE_EVENT } from "../domain/event.ts";
import { type Delivery, readDelivery } from "../lib/body.ts";
import { fromUtf8 } from "../lib/crypto.ts";
import { maskBody, maskText } from "../lib/mask.ts";
import { type Result, err, ok } from "../lib/result.ts";
import { type Accepted, acceptEvents } from "./accept-event.ts";
import { type Refusal, callerAt } from "./verify-caller.ts";

export type DeliveryAddress = {
  readonly connection: string;
  readonly pathToken: string | null;
  readonly pathEvent: string | null;
};

export type DeliveryRefusal = Refusal | { readonly reason: "too_large" };

export type Received =
  | { readonly outcome: "stored"; readonly answer: Accepted }
  | { readonly outcome: "unparsable"; readonly answer: Accepted; readonly detail: string };

export async function receiveDelivery(
  ctx: Context,
  request: Request,
  address: DeliveryAddress,
): Promise<Result<Received, DeliveryRefusal>> {
  const delivery = await readDelivery(request);
  if (!delivery.ok) return delivery;
  const caller = await callerAt(ctx, { request, body: delivery.value.bytes, ...address });
  if (!caller.ok) return caller;
  const { connection, message } = caller.value;
  const incoming = incomingOf(ctx, delivery.value, address.pathEvent);
  const event = incoming.ok ? readEvent(connection, incoming.value) : incoming;
  const raw = rawOf(delivery.value);
  const read = event.ok ? event.value : UNREADABLE_EVENT;
  const [answer] = await acceptEvents(ctx, [
    {
      connection,
      event: message === null ? read : { ...read, key: `webhook-id:${message.id}`, state: "" },
      raw: rawOf(delivery.value),
      receivedAt: ctx.clock(),
      digest: delivery.value.digest,
      rules: true,
      ...(event.ok ? {} : { quarantine: { cause: "unparsable", field: null } }),
    },
  ]);
  if (!answer) throw new Error("the inbox gave no answer");
  ctx.log("info", "intake.stored", { connection: connection.id, outcome: answer.outcome, event: answer.id });
  return ok(event.ok ? { outcome: "stored", answer } : { outcome: "unparsable", answer, detail: event.error.detail });
}

function incomingOf(
  ctx: Context,
  delivery: Delivery,
  pathEvent: string | null,
): Result<Incoming, { readonly reason: "unparsable"; readonly detail: string }> {
  if (!delivery.content.ok) return err(delivery.content.error);
  const { fields, json } = delivery.content.value;
  return ok({
    method: delivery.method,
    pathEvent,
    fields,
    json,
    receivedAt: ctx.clock(),
    digest: delivery.digest,
    workspace: { timeZone: ctx.config.workspace.time_zone, currency: ctx.config.workspace.currency },
  });
}

/** The raw delivery as it is kept: method, query and body with every secret masked. */
function rawOf(delivery: Delivery): string {
  return JSON.stringify({
    method: delivery.method,
    query: maskText(delivery.query),
    content_type: delivery.contentType,
    body: maskBody(fromUtf8(delivery.bytes)),
  });
}

