/** Names that point elsewhere in the configuration, and names of time zones. All mistakes are told at once, each at its path. A
 *  name whose connection is itself wrong is let pass: one mistake is told once, where it stands. */
import type { FieldError } from "../../lib/field-errors.ts";
import { isTimeZone } from "../../lib/zone.ts";
import type { Connection, TrackedLink } from "../config.ts";
import { isReserved } from "../reserved.ts";
import type { Judged } from "./judged.ts";

const BOTS = ["salebot", "chatterfy", "metabot", "telegram"];

/** A dangling reference found at save costs a line in a form; found at run time it costs events that nobody reads. */
export function judgeReferences(judged: Judged): FieldError[] {
  return [
    ...[...judged.kinds.keys()]
      .filter(isReserved)
      .map((id) => ({ path: `connections.${id}`, message: "this id is reserved for the gateway's own facts" })),
    ...[...judged.connections.values()].flatMap((body) => connectionReferences(judged, body)),
    ...(judged.workspace?.alerts ?? []).flatMap(({ to, chat }, index) => {
      const at = `workspace.alerts.${index}`;
      const wrong = referenceMistake(judged, { path: `${at}.to`, id: to, kinds: ["telegram", "http"] });
      const chatless = judged.kinds.get(to) === "telegram" && chat === undefined;
      return chatless ? [...wrong, { path: `${at}.chat`, message: "which chat is told" }] : wrong;
    }),
    ...[...judged.links].flatMap(([slug, link]) => linkMistakes(judged, `links.${slug}`, link)),
  ];
}

function connectionReferences(judged: Judged, body: Connection): FieldError[] {
  const at = `connections.${body.id}`;
  return [
    ...(body.click_issuer === undefined ? [] : referenceMistake(judged, { path: `${at}.click_issuer`, id: body.click_issuer })),
    ...(body.kind === "salebot" && body.school !== undefined
      ? referenceMistake(judged, { path: `${at}.school`, id: body.school, kinds: ["getcourse"] })
      : []),
    ...(body.kind === "site" && body.bot !== undefined
      ? referenceMistake(judged, { path: `${at}.bot`, id: body.bot, kinds: BOTS })
      : []),
  ];
}

function linkMistakes(judged: Judged, at: string, link: TrackedLink): FieldError[] {
  return [
    ...Object.entries(link.clickids).flatMap(([name, to]) =>
      referenceMistake(judged, { path: `${at}.clickids.${name}`, id: to }),
    ),
    ...link.costs.flatMap(({ day }, index) =>
      isDay(day) ? [] : [{ path: `${at}.costs.${index}.day`, message: "there is no such day" }],
    ),
  ];
}

/** A name that stands at `path` and must be a connection; `kinds` absent = of any kind. */
export type Reference = { readonly path: string; readonly id: string; readonly kinds?: readonly string[] };

/** Nothing for a connection whose own kind could not be read: that is told where it stands. */
export function referenceMistake(judged: Judged, { path, id, kinds }: Reference): FieldError[] {
  const kind = judged.kinds.get(id);
  if (kind === undefined) return [{ path, message: `there is no connection "${id}"` }];
  if (kind === null || kinds === undefined || kinds.includes(kind)) return [];
  return [{ path, message: `"${id}" is of kind ${kind}, expected ${kinds.join(" or ")}` }];
}

/** A zone is what the runtime's own `Intl` takes, which is all that ever reads it. */
export function judgeTimeZones(judged: Judged): FieldError[] {
  const zones: [string, string | undefined][] = [["workspace.time_zone", judged.workspace?.time_zone]];
  for (const [id, body] of judged.connections) zones.push([`connections.${id}.time_zone`, body.time_zone]);
  return zones.flatMap(([path, zone]) =>
    zone === undefined || isTimeZone(zone) ? [] : [{ path, message: `"${zone}" is not an IANA time zone such as Europe/Moscow` }],
  );
}

/** 2026-02-30 parses as 2 March: the round trip tells. */
function isDay(text: string): boolean {
  const at = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(text);
}
