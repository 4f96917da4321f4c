/** A click on one of our links, recorded before the visitor goes on. It is public, so what the address carries is believed only as far as marks
 *  go: UTM, and click ids under the parameters the link names. Every other parameter is a mere field; an e-mail or a messenger id in a query
 *  string never becomes anybody's identifier. */
import type { Context } from "../context.ts";
import { newIncoming } from "../connectors/incoming.ts";
import { readReserved, reservedConnection } from "../connectors/reserved.ts";
import type { TrackedLink } from "../domain/config.ts";
import type { ClickId } from "../lib/ids.ts";
import { contentText, contentOf } from "../lib/body.ts";
import { maskJson } from "../lib/mask.ts";
import { acceptEvents } from "./accept-event.ts";

export type ClickInput = {
  readonly slug: string;
  readonly link: TrackedLink;
  readonly click: ClickId | null;
  readonly visitor: string | null;
  readonly query: URLSearchParams;
  readonly referrerHost: string | null;
  readonly userAgent: string | null;
};

const MAX_PARAMETERS = 60;
const MAX_VALUE = 500;

export async function recordClick(ctx: Context, input: ClickInput): Promise<void> {
  const receivedAt = ctx.clock();
  const facts = clickFacts(input);
  const content = contentOf(facts);
  const connection = reservedConnection("links");
  const given = { method: "POST", content, pathEvent: null, deliveryId: null, receivedAt };
  const event = readReserved(ctx.config, "links", newIncoming(ctx.config, connection, given));
  if (!event.ok) throw new Error("links: our own click was not understood");
  await acceptEvents(ctx, [
    {
      connection: { id: "links", duplicates: connection.duplicates },
      event: event.value,
      raw: JSON.stringify(maskJson(facts)),
      receivedAt,
      content: () => contentText(content),
      rules: true,
    },
  ]);
}

function clickFacts(input: ClickInput): Record<string, string> {
  const facts: Record<string, string> = {};
  for (const [name, value] of [...input.query].slice(0, MAX_PARAMETERS)) {
    const plain = /^utm_[a-z0-9_]{1,40}$/i.test(name) || Object.hasOwn(input.link.clickids, name);
    const field = plain ? name : `fields.${name.slice(0, 100)}`;
    if (!Object.hasOwn(facts, field)) facts[field] = value.slice(0, MAX_VALUE);
  }
  return {
    ...facts,
    event: "click",
    link: input.slug,
    ...(input.click === null ? {} : { click: input.click }),
    ...(input.visitor === null ? {} : { visitor: input.visitor }),
    ...(input.referrerHost === null ? {} : { "fields.referrer": input.referrerHost }),
    ...(input.userAgent === null ? {} : { user_agent: input.userAgent.slice(0, MAX_VALUE) }),
  };
}
