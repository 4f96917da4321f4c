/** The configuration as the rest of the program sees it: validated, defaults filled in, `$NAME` replaced by the secret's value. */
import type * as z from "zod/mini";
import type { connection } from "./config/connections.ts";
import type { ConfigDocument } from "./config/document.ts";

/** The closed list of vendors: every switch over it is exhaustive, so a new one does not compile until each place has an answer. */
export type Kind = ConnectionBody["kind"];
type ConnectionBody = z.infer<typeof connection>;

/** A connection with its id. */
export type Connection = ConnectionBody & Known;
/** Narrowed by kind, so that a connector cannot read another vendor's settings. */
export type ConnectionOf<K extends Kind> = Extract<ConnectionBody, { kind: K }> & Known;

/** `hidden`: its addresses that are Worker secrets: whoever has one can write there. */
type Known = { readonly id: string; readonly hidden?: readonly string[] };

export type Workspace = ConfigDocument["workspace"];
export type Alert = Workspace["alerts"][number];
export type TrackedLink = ConfigDocument["links"][string];
export type Rule = ConfigDocument["rules"][number];
export type RuleAction = Rule["do"][number];

/** What `ctx.config` is. Every load makes a new object: caches are keyed by it and end with it. It holds live secrets and is
 *  never stored or logged. */
export type Config = {
  /** 0 = nothing saved yet: an empty workspace. */
  readonly version: number;
  readonly workspace: Workspace;
  readonly connections: ReadonlyMap<string, Connection>;
  readonly links: ReadonlyMap<string, TrackedLink>;
  readonly variables: Readonly<Record<string, string>>;
  readonly rules: readonly Rule[];
};

/** The connection of `id` when it is of `kind`, else null. */
export function connectionOf<K extends Kind>(config: Config, id: string | undefined, kind: K): ConnectionOf<K> | null {
  const found = id === undefined ? undefined : config.connections.get(id);
  return found && isKind(found, kind) ? found : null;
}

export const isKind = <K extends Kind>(connection: Connection, kind: K): connection is ConnectionOf<K> =>
  connection.kind === kind;
