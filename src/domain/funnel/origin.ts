/** Which line of a breakdown a person or a payment stands on. A touch is a click with a named link or UTM, or a start that carries such; where
 *  nothing of the kind is known the line is "" («без метки»). Links imported without UTM take those of the configuration. Pure. */
import type { TrackedLink } from "../config.ts";
import { readUtm } from "../normalise/utm.ts";
import type { Breakdown } from "./query.ts";

/** The facts of a touch that the chosen breakdown needs, as the ledger holds them. */
export type Origin = {
  readonly link: string | null;
  readonly source: string | null;
  readonly campaign: string | null;
  readonly content: string | null;
  /** The bot or connection itself, for those two breakdowns. */
  readonly place: string | null;
};

/** Stands on the line «без метки». */
export const NO_ORIGIN: Origin = { link: null, source: null, campaign: null, content: null, place: null };

type Links = ReadonlyMap<string, TrackedLink>;

/** A mark of the configuration as one that came with an event is read, or a link's cost would stand on another line than its clicks. */
function plain(text: string | null | undefined): string {
  const read = readUtm(text ?? "");
  return (read.ok ? read.value : null) ?? "";
}

/** The label of the line, e.g. "vk / spring"; "" = unmarked. */
export function originLabel(by: Breakdown, origin: Origin, links: Links): string {
  const named = origin.link === null ? undefined : links.get(origin.link);
  const marked = origin.source !== null || origin.campaign !== null;
  const source = plain(marked ? origin.source : named?.utm_source);
  const campaign = plain(marked ? origin.campaign : named?.utm_campaign);
  switch (by) {
    case "source":
      return [source, campaign].filter((part) => part !== "").join(" / ") || (origin.link ?? "");
    case "campaign":
      return campaign;
    case "content":
      return plain(origin.content ?? named?.utm_content);
    case "link":
      return origin.link ?? "";
    case "bot":
    case "connection":
      return origin.place ?? "";
  }
}

/** The line that a link's cost is booked on; null where a breakdown has no costs. */
export function costLabel(by: Breakdown, slug: string, links: Links): string | null {
  return by === "bot" || by === "connection" ? null : originLabel(by, { ...NO_ORIGIN, link: slug }, links);
}
