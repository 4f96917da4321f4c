/** A kept payload through the real pipeline once more, as a test: it is read by the connection as it is configured now, so a changed mapping or a
 *  changed vendor shows at once. Like every test it founds no person, runs no rule and counts nowhere. Secrets were masked when it was stored: what
 *  is read from a masked field is the mask. */
import { newIncoming } from "../connectors/incoming.ts";
import { readEvent } from "../connectors/registry.ts";
import type { Context } from "../context.ts";
import { readDelivery } from "../lib/body.ts";
import { randomBase62 } from "../lib/ids.ts";
import { type Result, err, ok } from "../lib/result.ts";
import { bookmarkOf } from "../store/operator/bookmarks.ts";
import { type Accepted, acceptEvents } from "./accept-event.ts";
import { recordOf } from "../lib/record.ts";

/** `no_connection`: it was removed or renamed since; `unparsable`: the connection as it is now makes nothing of it. */
export type PayloadRefusal = "not_found" | "no_connection" | "unparsable" | "not_stored";

/** Only payloads an operator keeps can be replayed; every press is another test. */
export async function replayPayload(ctx: Context, event: string): Promise<Result<Accepted, PayloadRefusal>> {
  const kept = await bookmarkOf(ctx.env.DB, event);
  if (!kept) return err("not_found");
  const connection = ctx.config.connections.get(kept.connection);
  if (!connection) return err("no_connection");
  const raw = await ctx.seal.open(kept.raw);
  const delivery = await readDelivery(requestOf(raw));
  if (!delivery.ok || !delivery.value.content.ok) return err("unparsable");
  const receivedAt = ctx.clock();
  const { method, content } = delivery.value;
  const given = { method, content: content.value, deliveryId: null, receivedAt };
  const readAs = (pathEvent: string | null) =>
    readEvent(connection, newIncoming(ctx.config, connection, { ...given, pathEvent }));
  // The path is not kept, because it may hold a token: where the content alone says something else, the type stood in the path.
  const alone = readAs(null);
  const read = alone.type === kept.type ? alone : readAs(kept.type);
  // A test is a new delivery every time; the payload's own key would make it a duplicate.
  const item = {
    connection,
    event: { ...read, key: `test:${randomBase62(12)}` },
    raw,
    receivedAt,
    rules: false,
    test: true,
  } as const;
  const [accepted] = await acceptEvents(ctx, [{ ...item, content: () => raw }]);
  return accepted ? ok(accepted) : err("not_stored");
}

/** The recorded delivery as a request again; one that is no recording (a test event's fields) is taken as a body. */
function requestOf(raw: string): Request {
  const recorded = recordOf(JSON.parse(raw));
  const { method, query, content_type: type, body } = recorded;
  if (typeof body !== "string" || typeof query !== "string")
    return new Request("https://kept.invalid/", { method: "POST", headers: { "content-type": "application/json" }, body: raw });
  const url = `https://kept.invalid/${query === "" ? "" : `?${query}`}`;
  const headers = { "content-type": typeof type === "string" ? type : "" };
  return method === "GET" ? new Request(url) : new Request(url, { method: "POST", headers, body });
}
