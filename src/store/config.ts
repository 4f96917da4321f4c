/** Configuration versions in D1, the newest one as a snapshot in KV. D1 is the truth; KV only spares the edge a database read and may be up to a
 *  minute old elsewhere. An isolate keeps its copy for REFRESH_MS; a save replaces the copy at once where it was made.
 *  Neither copy goes back: a read that began before a save may end after it, and two saves may reach KV in the other order. */
import type { Config } from "../domain/config.ts";
import { configDocument } from "../domain/config/document.ts";
import { resolveConfig } from "../domain/config/resolve.ts";
import type { Env, Settings } from "../env.ts";
import { newLog } from "../lib/log.ts";

const SNAPSHOT = "snapshot";
const REFRESH_MS = 30_000;
/** Neither the platform nor the log is asked by every request while a read fails. */
const FAILED_PAUSE_MS = 1_000;

/** A version as its author wrote it: `$NAME`s unresolved. */
export type Snapshot = { readonly version: number; readonly document: unknown };
type Kept = { readonly config: Config; readonly loadedAt: number };

/** Per isolate, shared by its requests: the configuration is the same for all of them, and nothing of a request is in it. */
let kept: Kept | null = null;
let saves = 0;

/** The current configuration; version 0 and empty when nothing was saved. `maxAgeMs` tightens how old the isolate's copy may be. While neither KV nor
 *  D1 answers the copy serves on, however old: accepting an event needs neither of them, and a sender turned away may not come again. */
export async function loadConfig(env: Env, settings: Settings, maxAgeMs = REFRESH_MS): Promise<Config> {
  if (kept && Date.now() - kept.loadedAt < maxAgeMs) return kept.config;
  const before = saves;
  try {
    const snapshot = (await env.CONFIG.get<Snapshot>(SNAPSHOT, "json")) ?? (await readVersion(env, null));
    return kept && saves > before ? kept.config : keep(settings, snapshot);
  } catch (failure) {
    if (!kept) throw failure;
    newLog(settings.logLevel)("error", "config.refresh.failed", { version: kept.config.version, error: String(failure) });
    kept = { ...kept, loadedAt: Date.now() - REFRESH_MS + FAILED_PAUSE_MS };
    return kept.config;
  }
}

/** A document ready to be kept: `flows/change-config.ts` has judged it whole, the store checks nothing and keeps it as its author
 *  wrote it. `note` is the author's word for the list of versions; `now` in epoch ms. */
export type ConfigSave = {
  readonly document: unknown;
  readonly author: string;
  readonly note: string;
  readonly now: number;
  /** The version the document was made from; absent = it replaces whatever there is. */
  readonly basedOn?: number | null;
};

/** Saves a judged document, as its author wrote it, as the next version and makes it the snapshot: `$NAME`s stay, secrets are never stored.
 *  null = a newer version than `basedOn` is there, nothing was written: compared in the statement that inserts, so of two saves at once one is told. */
export async function saveConfig(env: Env, settings: Settings, save: ConfigSave): Promise<Config | null> {
  const { document, author, note, now, basedOn = null } = save;
  const row = await env.DB.prepare(
    `INSERT INTO config_versions (version, document, author, note, created_at)
     SELECT newest + 1, ?1, ?2, ?3, ?4 FROM (SELECT COALESCE(MAX(version), 0) AS newest FROM config_versions)
     WHERE ?5 IS NULL OR newest = ?5 RETURNING version, document`,
  )
    .bind(JSON.stringify(document), author, note, now, basedOn)
    .first<VersionRow>();
  if (!row) return null;
  saves += 1;
  const saved = parseRow(row);
  const config = keep(settings, saved);
  await writeSnapshot(env, saved);
  return config;
}

/** Written again while D1 knows a newer version than the one just written: the last writer leaves the newest. */
async function writeSnapshot(env: Env, snapshot: Snapshot): Promise<void> {
  await env.CONFIG.put(SNAPSHOT, JSON.stringify(snapshot));
  const newest = await readVersion(env, null);
  if (newest && newest.version > snapshot.version) await writeSnapshot(env, newest);
}

/** Saved versions, newest first. */
export async function listVersions(env: Env, before: number | null, limit: number): Promise<VersionSummary[]> {
  const rows = await env.DB.prepare(
    "SELECT version, author, note, created_at FROM config_versions WHERE version < ?1 ORDER BY version DESC LIMIT ?2",
  )
    .bind(before ?? Number.MAX_SAFE_INTEGER, limit)
    .all<VersionSummary>();
  return rows.results;
}

/** The document of a version (null = the newest) with its `$NAME`s unresolved, or null when there is none. */
export async function readVersion(env: Env, version: number | null): Promise<Snapshot | null> {
  const row = await env.DB.prepare(
    "SELECT version, document FROM config_versions WHERE version = ?1 OR ?1 IS NULL ORDER BY version DESC LIMIT 1",
  )
    .bind(version)
    .first<VersionRow>();
  return row ? parseRow(row) : null;
}

/** `created_at` in epoch ms; `author` is the operator's name as the log of acts has it. */
export type VersionSummary = { version: number; author: string; note: string; created_at: number };

type VersionRow = { version: number; document: string };

const parseRow = (row: VersionRow): Snapshot => ({ version: row.version, document: JSON.parse(row.document) as unknown });

/** A save refuses a `$NAME` without a secret; one that is gone since turns its senders away, which nobody else would tell. */
function keep(settings: Settings, snapshot: Snapshot | null): Config {
  const version = snapshot?.version ?? 0;
  const missing = new Set<string>();
  const config = resolveConfig(configDocument.parse(snapshot?.document ?? {}), version, (name) => {
    const secret = settings.secret(name);
    if (secret === null) missing.add(name);
    return secret;
  });
  if (kept?.config.version !== version) {
    for (const secret of missing) newLog(settings.logLevel)("error", "config.secret.missing", { secret, version });
  }
  kept = { config, loadedAt: Date.now() };
  return config;
}
