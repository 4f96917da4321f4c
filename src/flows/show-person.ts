/** Names and identifier values for an operator's eyes: opened on demand, never stored or logged. */
import type { Context } from "../context.ts";
import { type IdentifierRow, identifiersByHash } from "../store/identifier-reads.ts";
import { contactLines, traitLines } from "../store/operator/people.ts";

/** How people are called: their told name, else nothing. Newest trait wins. */
export async function personNames(ctx: Context, ids: readonly string[]): Promise<Map<string, string>> {
  const wanted = [...new Set(ids)];
  if (wanted.length === 0) return new Map();
  const traits = new Map<string, Map<string, string>>();
  const lines = await traitLines(ctx.env.DB, wanted);
  await Promise.all(
    lines.map(async ({ person_id, name, sealed }) => {
      const own = traits.get(person_id) ?? new Map<string, string>();
      traits.set(person_id, own);
      own.set(name, await ctx.seal.open(sealed));
    }),
  );
  const named = new Map(wanted.flatMap((id) => nameFrom(id, traits.get(id))));
  const nameless = wanted.filter((id) => !named.has(id));
  return nameless.length === 0 ? named : new Map([...named, ...(await contactNames(ctx, nameless))]);
}

/** People who told no name are called by the strongest thing we know of them. */
async function contactNames(ctx: Context, ids: readonly string[]): Promise<[string, string][]> {
  const lines = Map.groupBy(await contactLines(ctx.env.DB, ids), ({ person_id }) => person_id);
  return Promise.all(
    [...lines].map(async ([id, own]): Promise<[string, string]> => {
      const best = CONTACTS.flatMap((contact) => own.find(({ type }) => type === contact.type) ?? [])[0] ?? own[0];
      const label = CONTACTS.find(({ type }) => type === best?.type)?.label ?? "";
      return [id, best ? `${label}${await openIdentifier(ctx, best)}` : id];
    }),
  );
}

const CONTACTS = [
  { type: "telegram_id", label: "TG " },
  { type: "max_id", label: "MAX " },
  { type: "vk_id", label: "VK " },
  { type: "email", label: "" },
  { type: "phone", label: "" },
  { type: "gc_user_id", label: "GC " },
] as const;

/** First and last name, else a whole name, else the @name; the first one that can be seen. */
function nameFrom(id: string, traits: ReadonlyMap<string, string> | undefined): [string, string][] {
  const full = [traits?.get("first_name"), traits?.get("last_name")].filter(Boolean).join(" ");
  const username = traits?.get("username");
  const told = [full, traits?.get("name"), username && `@${username.replace(/^@/, "")}`];
  const name = told.find((text) => text !== undefined && VISIBLE.test(text));
  return name === undefined ? [] : [[id, shortened(name)]];
}

/** A name of spaces and marks alone is none: nobody could see it, nor press it. */
const VISIBLE = /[\p{L}\p{N}\p{S}]/u;
/** In characters as people count them; a name that fills a screen hides everybody else's. */
const LONGEST_NAME = 60;

/** By what people take for one character, so that an emoji is never cut in two. */
function shortened(name: string): string {
  if (name.length <= LONGEST_NAME) return name;
  const characters = [...new Intl.Segmenter().segment(name.slice(0, 40 * LONGEST_NAME))];
  const kept = characters.slice(0, LONGEST_NAME).map(({ segment }) => segment);
  return kept.length === characters.length ? name : `${kept.join("")}…`;
}

/** An identifier's value; its hint when the value is not kept (`privacy: pseudonymous`). */
export const openIdentifier = (ctx: Context, line: Pick<IdentifierRow, "sealed" | "hint">): Promise<string> =>
  line.sealed === null ? Promise.resolve(line.hint === "" ? "••" : line.hint) : ctx.seal.open(line.sealed);

/** Values of identifiers by blind index, for traces. */
export async function identifierValues(ctx: Context, hashes: readonly string[]): Promise<Map<string, string>> {
  const lines = await identifiersByHash(ctx.env.DB, [...new Set(hashes)]);
  return new Map(await Promise.all(lines.map(async (line) => [line.hash, await openIdentifier(ctx, line)] as const)));
}
