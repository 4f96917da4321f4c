/** What the checks of a configuration share. */
import type { Connection, TrackedLink, Workspace } from "../config.ts";
import type { SecretLookup } from "./resolve.ts";

/** `secret`: name → value or null. `local`: the developer's mode. */
export type JudgeOptions = { readonly local: boolean; readonly secret: SecretLookup };

/** `kinds` holds every connection that is written down, whether or not the rest of it is sound. */
export type Judged = {
  readonly raw: Readonly<Record<string, unknown>>;
  readonly workspace: Workspace | null;
  readonly kinds: ReadonlyMap<string, string | null>;
  /** Sound connections, their secrets resolved. */
  readonly connections: ReadonlyMap<string, Connection>;
  readonly links: ReadonlyMap<string, TrackedLink>;
  readonly options: JudgeOptions;
};
