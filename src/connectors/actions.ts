/** What can be written to each kind of connection. What an action takes in `with` is judged by `domain/config/action-parameters.ts`; a test holds the
 *  two lists together. */
import { type Kind, isKind } from "../domain/config.ts";
import { err } from "../lib/result.ts";
import { chatterfyDestination } from "./chatterfy/destination.ts";
import type { Action, Destination } from "./connector.ts";
import { getcourseDestination } from "./getcourse/destination.ts";
import { httpDestination } from "./http/destination.ts";
import { keitaroDestination } from "./keitaro/destination.ts";
import { metabotDestination } from "./metabot/destination.ts";
import { salebotDestination } from "./salebot/destination.ts";
import { siteDestination } from "./site/destination.ts";
import { telegramDestination } from "./telegram/destination.ts";

type Actions = ReadonlyMap<string, Action>;

const DESTINATIONS: Readonly<Record<Kind, Actions>> = {
  getcourse: actionsOf("getcourse", getcourseDestination),
  salebot: actionsOf("salebot", salebotDestination),
  chatterfy: actionsOf("chatterfy", chatterfyDestination),
  metabot: actionsOf("metabot", metabotDestination),
  telegram: actionsOf("telegram", telegramDestination),
  keitaro: actionsOf("keitaro", keitaroDestination),
  network: new Map(),
  site: actionsOf("site", siteDestination),
  http: actionsOf("http", httpDestination),
};

/** The action of that name at a connection of that kind, or null. */
export const actionOf = (kind: Kind, action: string): Action | null => DESTINATIONS[kind].get(action) ?? null;

/** What a rule may name after `<connection>.`; empty for a kind that is only a source (an affiliate network). */
export const actionNames = (kind: Kind): string[] => [...DESTINATIONS[kind].keys()];

/** A vendor's actions for callers that do not know the kind: the connection is checked where the type is narrowed. */
function actionsOf<K extends Kind>(kind: K, destination: Destination<K>): Actions {
  return new Map(
    Object.entries(destination).map(([name, action]: [string, Action<K>]): [string, Action] => [
      name,
      ({ connection, ...input }) =>
        isKind(connection, kind) ? action({ ...input, connection }) : err({ reason: `unknown_action: ${name}` }),
    ]),
  );
}
