/** Configuration versions in D1, the newest one as a snapshot in KV. D1 is the truth; KV only spares the edge a database read and may be up to a
 *  minute old elsewhere. An isolate keeps its copy for REFRESH_MS; a save replaces the copy at once where it was made. */
import type { Config } from "../domain/config.ts";
import type { ConfigDocument } from "../domain/config/document.ts";
import { resolveConfig } from "../domain/config/resolve.ts";
import type { Env, Settings } from "../env.ts";

const SNAPSHOT = "snapshot";
const REFRESH_MS = 30_000;

type Snapshot = { readonly version: number; readonly document: ConfigDocument };
type Kept = { readonly config: Config; readonly loadedAt: number };

const kept = new WeakMap<D1Database, Kept>();

/** The current configuration; version 0 and empty when nothing was saved. `maxAgeMs` tightens how old the isolate's copy may be. */
export async function loadConfig(env: Env, settings: Settings, maxAgeMs = REFRESH_MS): Promise<Config> {
  const known = kept.get(env.DB);
  if (known && Date.now() - known.loadedAt < maxAgeMs) return known.config;
  const snapshot = (await env.CONFIG.get<Snapshot>(SNAPSHOT, "json")) ?? (await newestVersion(env.DB));
  return keep(env, settings, snapshot);
}

/** Saves a validated document as the next version and makes it the snapshot. `document` keeps its `$NAME`s: secrets are never stored. */
export async function saveConfig(
  env: Env,
  settings: Settings,
  document: unknown,
  author: string,
  note: string,
  now: number,
): Promise<Config> {
  const row = await env.DB.prepare(
    `INSERT INTO config_versions (version, document, author, note, created_at)
     VALUES ((SELECT COALESCE(MAX(version), 0) + 1 FROM config_versions), ?1, ?2, ?3, ?4) RETURNING version, document`,
  )
    .bind(JSON.stringify(document), author, note, now)
    .first<VersionRow>();
  if (!row) throw new Error("config: the version was not written");
  const snapshot = parseRow(row);
  await env.CONFIG.put(SNAPSHOT, JSON.stringify(snapshot));
  return keep(env, settings, snapshot);
}

type VersionRow = { version: number; document: string };

const parseRow = (row: VersionRow): Snapshot => ({ version: row.version, document: JSON.parse(row.document) as ConfigDocument });

async function newestVersion(db: D1Database): Promise<Snapshot | null> {
  const row = await db.prepare("SELECT version, document FROM config_versions ORDER BY version DESC LIMIT 1").first<VersionRow>();
  return row ? parseRow(row) : null;
}

function keep(env: Env, settings: Settings, snapshot: Snapshot | null): Config {
  const config = resolveConfig(snapshot?.document ?? null, snapshot?.version ?? 0, settings.secret);
  kept.set(env.DB, { config, loadedAt: Date.now() });
  return config;
}
