/** A click: on one of our links, recorded before the visitor goes on, or a landing told by the snippet. Both are public, so what the address carries is believed only as far as marks
 *  go: UTM, and click ids under the parameters the link names. Every other parameter is a mere field; an e-mail or a messenger id in a query
 *  string never becomes anybody's identifier. */
import type { Context } from "../context.ts";
import { newIncoming } from "../connectors/incoming.ts";
import { readReserved, reservedConnection } from "../connectors/reserved.ts";
import type { TrackedLink } from "../domain/config.ts";
import { type ClickId, newClickId } from "../lib/ids.ts";
import { contentText, contentOf } from "../lib/body.ts";
import type { Pair } from "../lib/body/query.ts";
import { maskJson } from "../lib/mask.ts";
import { acceptEvents } from "./accept-event.ts";

/** A visit of `/r/:slug`. `click` and `visitor` are ours; `visitor` null = the link sets no cookie, or a robot came. The rest is
 *  whatever the address and the browser say. */
export type ClickInput = {
  readonly slug: string;
  readonly link: TrackedLink;
  readonly click: ClickId | null;
  readonly visitor: string | null;
  readonly query: readonly Pair[];
  readonly referrerHost: string | null;
  readonly userAgent: string | null;
};

/** An address is at most 16 KB at the edge: enough for whatever a campaign carries, and an end for what a robot makes up. */
const MAX_PARAMETERS = 200;
const MAX_VALUE = 4_000;

/** Throws when the click could not be stored; whether the visitor goes on all the same is the caller's decision. */
export async function recordClick(ctx: Context, input: ClickInput): Promise<void> {
  await record(ctx, { ...readQuery(input), ...visitFacts(input), event: "click", link: input.slug });
}

/** A landing told by the snippet of a page: `marks` are the parameters it found in its own address. */
export type SiteClickInput = Pick<ClickInput, "visitor" | "referrerHost" | "userAgent"> & {
  readonly site: string;
  readonly marks: readonly (readonly [name: string, value: string])[];
};

/** A landing on a site of ours without a link. Its click is a keyed digest of site, browser, marks and day: telling the same landing twice, because
 *  the page was opened again or the answer was lost, is one fact, and no caller can choose a click that belongs to another. */
export async function recordSiteClick(ctx: Context, input: SiteClickInput): Promise<ClickId> {
  const { site, marks, visitor } = input;
  const digest = async (purpose: string, parts: readonly unknown[]): Promise<string> =>
    (await ctx.seal.mac(purpose, JSON.stringify(parts))).replaceAll(/[-_]/g, "");
  const day = new Date(ctx.clock()).toISOString().slice(0, 10);
  const click: ClickId =
    visitor === null ? newClickId() : `c_${(await digest("site-click", [site, visitor, marks, day])).slice(0, 16)}`;
  const known = visitor === null ? null : `v_${(await digest("site-visitor", [site, visitor])).slice(0, 22)}`;
  const fields = marks.map(([name, value]) => [name.startsWith("utm_") ? name : `fields.${name}`, value] as const);
  const facts = { ...Object.fromEntries(fields), "fields.site": site, ...visitFacts({ ...input, click, visitor: known }) };
  await record(ctx, { ...facts, event: "click" });
  return click;
}

/** Through the same door as anybody's event, under the reserved connection `links`: a click is read, counted and bound like the rest. */
async function record(ctx: Context, facts: Readonly<Record<string, string>>): Promise<void> {
  const receivedAt = ctx.clock();
  const content = contentOf(facts);
  const connection = reservedConnection("links");
  const given = { method: "POST", content, pathEvent: null, deliveryId: null, receivedAt };
  const event = readReserved(ctx.config, "links", newIncoming(ctx.config, connection, given));
  await acceptEvents(ctx, [
    {
      connection: { id: "links", duplicates: connection.duplicates },
      event,
      raw: JSON.stringify(maskJson(facts)),
      receivedAt,
      content: () => contentText(content),
      rules: true,
    },
  ]);
}

/** A parameter that comes again keeps its place under a number: the first is the one that counts, and none is lost. */
function readQuery(input: ClickInput): Record<string, string> {
  const facts: Record<string, string> = {};
  for (const [name, value] of input.query.slice(0, MAX_PARAMETERS)) {
    const plain = /^utm_[a-z0-9_]{1,40}$/i.test(name) || Object.hasOwn(input.link.clickids, name);
    const field = plain ? name : `fields.${name.slice(0, 100)}`;
    facts[Object.hasOwn(facts, field) ? again(facts, `fields.${name.slice(0, 100)}`) : field] = value.slice(0, MAX_VALUE);
  }
  return facts;
}

/** A parameter that stands twice keeps both values, the second under a numbered name. */
function again(facts: Readonly<Record<string, string>>, field: string): string {
  let count = 2;
  while (Object.hasOwn(facts, `${field}_${count}`)) count += 1;
  return `${field}_${count}`;
}

const visitFacts = ({
  click,
  visitor,
  referrerHost,
  userAgent,
}: Pick<ClickInput, "click" | "visitor" | "referrerHost" | "userAgent">): Record<string, string> => ({
  ...(click === null ? {} : { click }),
  ...(visitor === null ? {} : { visitor }),
  ...(referrerHost === null ? {} : { "fields.referrer": referrerHost }),
  ...(userAgent === null ? {} : { user_agent: userAgent.slice(0, 500) }),
});
