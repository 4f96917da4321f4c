/** A test event through the real pipeline: read by the connection's own source, stored durably, shown with its raw and normalised form. It is a
 *  preview: the ids in it are made up and may be somebody's in the vendor's account, so it founds no person, runs no rule and counts nowhere. */
import type { Context } from "../context.ts";
import { newIncoming } from "../connectors/incoming.ts";
import { readEvent } from "../connectors/registry.ts";
import type { Connection, Kind } from "../domain/config.ts";
import { contentOf } from "../lib/body.ts";
import { randomBase62 } from "../lib/ids.ts";
import { type Result, err, ok } from "../lib/result.ts";
import { type Accepted, acceptEvents } from "./accept-event.ts";

const PERSON = "1000000000000001";

/** By names every source understands; the Telegram id has sixteen digits, far more than any account seen so far. */
const SAMPLES: Readonly<Record<Kind, Readonly<Record<string, string>>>> = {
  salebot: { event: "bot_start", telegram_id: PERSON, client_id: "1" },
  chatterfy: { event: "bot_start", chatid: PERSON },
  metabot: { event: "bot_start", telegram_id: PERSON, lead_id: "1" },
  telegram: { event: "bot_start", telegram_id: PERSON },
  getcourse: { event: "registration", gc_user_id: "1", email: "test@throughline.example" },
  keitaro: { event: "registration", subid: "throughline-test" },
  network: { event: "registration", clickid: "throughline-test", player_id: "throughline-test" },
  site: { event: "registration", user_id: "throughline-test" },
  http: { event: "identify", email: "test@throughline.example" },
};

/** Stored when it returns. The error is the source's own, or `not_stored`. */
export async function sendTestEvent(
  ctx: Context,
  connection: Connection,
): Promise<Result<Accepted, { readonly reason: string }>> {
  const receivedAt = ctx.clock();
  const content = contentOf({
    ...SAMPLES[connection.kind],
    "fields.throughline_test": randomBase62(8),
    first_name: "Throughline",
    last_name: "Test",
  });
  const incoming = newIncoming(ctx.config, connection, {
    method: "POST",
    content,
    pathEvent: null,
    deliveryId: `test:${randomBase62(12)}`,
    receivedAt,
  });
  const event = readEvent(connection, incoming);
  const [accepted] = await acceptEvents(ctx, [
    {
      connection,
      event,
      raw: JSON.stringify(content.fields),
      receivedAt,
      content: () => JSON.stringify(content.fields),
      rules: false,
      test: true,
    },
  ]);
  return accepted ? ok(accepted) : err({ reason: "not_stored" });
}
