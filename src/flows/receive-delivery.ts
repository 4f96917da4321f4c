/** One delivery of a vendor, from raw request to a durable answer: prove the caller, read leniently, store, say what became of it.
 *  Nothing is stored for a forged request, and nothing that was proved is dropped: what cannot be read is kept raw in quarantine. */
import { newIncoming } from "../connectors/incoming.ts";
import { readEvent } from "../connectors/registry.ts";
import type { Context } from "../context.ts";
import { type NewEvent, UNREADABLE_EVENT } from "../domain/event.ts";
import { maskSecrets } from "../domain/mask-secrets.ts";
import { type Delivery, type Unreadable, contentText, readDelivery } from "../lib/body.ts";
import { maskBody } from "../lib/mask.ts";
import { maskedRaw } from "../lib/mask/raw.ts";
import { type Result, err, ok } from "../lib/result.ts";
import { type Accepted, type IntakeItem, acceptEvents } from "./accept-event.ts";
import { consumeMergeToken } from "./login/merge-links.ts";
import { type Caller, type Refusal, callerAt } from "./verify-caller.ts";

/** The parts of `/webhook/:connection/:token?/:event?`. A token in the path, because most vendors can set an address and nothing
 *  else (vendors.md §0). */
export type DeliveryAddress = {
  readonly connection: string;
  readonly pathToken: string | null;
  readonly pathEvent: string | null;
};

/** Nothing was stored and the body is not kept: its sender is not known, or it is too large to be a delivery. */
export type DeliveryRefusal = Refusal | { readonly reason: "too_large" };

/** Both are stored; `detail` says what could not be read and quotes no value of the body. */
export type Received =
  | { readonly outcome: "stored"; readonly answer: Accepted }
  | { readonly outcome: "unparsable"; readonly answer: Accepted; readonly detail: string };

/** `unparsable` is stored too: the vendor cannot mend a broken body by sending it again, but an operator can see it. */
export async function receiveDelivery(
  ctx: Context,
  request: Request,
  address: DeliveryAddress,
): Promise<Result<Received, DeliveryRefusal>> {
  const proved = await proveDelivery(ctx, request, address);
  if (!proved.ok) return proved;
  const { caller, delivery } = proved.value;
  const event = readContent(ctx, caller, delivery, address.pathEvent);
  if (event.ok) {
    const nothing = address.pathEvent === null && saysNothing(delivery) ? { cause: "empty", field: null } : null;
    return ok({ outcome: "stored", answer: await storeEvent(ctx, proved.value, event.value, nothing) });
  }
  const answer = await storeEvent(ctx, proved.value, UNREADABLE_EVENT, { cause: "unparsable", field: null });
  return ok({ outcome: "unparsable", answer, detail: event.error.detail });
}

/** Not one value: a block whose variables were all unset, or somebody trying the address. It names nobody and would wait for a person for ever. */
const saysNothing = ({ content }: Delivery): boolean =>
  content.ok && Object.values(content.value.fields).every((value) => value.trim() === "");

/** A delivery whose sender is known; nothing is stored yet. */
export type ProvedDelivery = { readonly caller: Caller; readonly delivery: Delivery };

/** Reads the body before the proof, because a signature is over its bytes; the limit on its size holds for strangers as well. */
export async function proveDelivery(
  ctx: Context,
  request: Request,
  address: DeliveryAddress,
): Promise<Result<ProvedDelivery, DeliveryRefusal>> {
  const delivery = await readDelivery(request);
  if (!delivery.ok) return delivery;
  const caller = await callerAt(ctx, { request, body: delivery.value.bytes, ...address });
  return caller.ok ? ok({ caller: caller.value, delivery: delivery.value }) : caller;
}

/** Stores what a proved delivery says; resolves only after the durable write. */
export async function storeEvent(
  ctx: Context,
  { caller, delivery }: ProvedDelivery,
  event: NewEvent,
  quarantine: IntakeItem["quarantine"] | null,
): Promise<Accepted> {
  const { connection } = caller;
  // A bot that sends its own key along (`#{api_key}`) under whatever name shows it to nobody.
  const masked = maskedRaw(delivery);
  const raw = maskSecrets(connection, masked);
  const mask = raw === masked ? maskBody : (text: string): string => maskSecrets(connection, maskBody(text));
  const tied = await consumeMergeToken(ctx, connection, event);
  const [answer] = await acceptEvents(ctx, [
    {
      connection,
      event: tied.length === 0 ? event : { ...event, identifiers: [...event.identifiers, ...tied] },
      raw,
      mask,
      receivedAt: ctx.clock(),
      content: () => (delivery.content.ok ? contentText(delivery.content.value) : ""),
      rules: true,
      ...(quarantine ? { quarantine } : {}),
    },
  ]);
  if (!answer) throw new Error("the inbox gave no answer");
  ctx.log("info", "intake.stored", { connection: connection.id, outcome: answer.outcome, event: answer.id });
  return answer;
}

/** Vendor → ours; the event type of the path wins over the delivery's own. */
export function readContent(
  ctx: Context,
  { connection, message }: Caller,
  delivery: Delivery,
  pathEvent: string | null,
): Result<NewEvent, Unreadable> {
  if (!delivery.content.ok) return err(delivery.content.error);
  const deliveryId = message?.id ?? delivery.idempotencyKey;
  const given = { method: delivery.method, content: delivery.content.value, pathEvent, deliveryId };
  return ok(readEvent(connection, newIncoming(ctx.config, connection, { ...given, receivedAt: ctx.clock() })));
}
