/** Who may operate: keys of people and programs, sessions that were ended before their time, and what was done by whom. The admin token is no row:
 *  it is a Worker secret and always works. A key is kept as a keyed digest; its text is shown once, when it is made. */
export type AccessKey = {
  id: string;
  name: string;
  role: "operator" | "viewer";
  created_at: number;
  revoked_at: number | null;
};

/** `hash` is the keyed digest of the text, which is not kept. */
export async function addAccessKey(
  db: D1Database,
  key: Pick<AccessKey, "id" | "name" | "role" | "created_at"> & { readonly hash: string },
): Promise<void> {
  await db
    .prepare("INSERT INTO access_keys (id, name, role, hash, created_at) VALUES (?1, ?2, ?3, ?4, ?5)")
    .bind(key.id, key.name, key.role, key.hash, key.created_at)
    .run();
}

/** Its sessions end with it. */
export async function revokeAccessKey(db: D1Database, id: string, now: number): Promise<boolean> {
  const { meta } = await db
    .prepare("UPDATE access_keys SET revoked_at = ?2 WHERE id = ?1 AND revoked_at IS NULL")
    .bind(id, now)
    .run();
  return meta.changes > 0;
}

/** Revoked ones too, so that the log of acts can be read; never the digest. */
export async function listAccessKeys(db: D1Database): Promise<AccessKey[]> {
  const { results } = await db
    .prepare("SELECT id, name, role, created_at, revoked_at FROM access_keys ORDER BY created_at DESC LIMIT 100")
    .all<AccessKey>();
  return results;
}

/** What a request learns of its key. The digest stays in the statement. */
export type KeyHolder = Pick<AccessKey, "id" | "name" | "role">;

/** The live key with this digest. */
export const keyByHash = (db: D1Database, hash: string): Promise<KeyHolder | null> =>
  db.prepare("SELECT id, name, role FROM access_keys WHERE hash = ?1 AND revoked_at IS NULL").bind(hash).first<KeyHolder>();

/** Whether a session was ended, and its live key; one read for every request of the console. */
export async function sessionStanding(
  db: D1Database,
  session: string,
  key: string | null,
): Promise<{ ended: boolean; key: KeyHolder | null }> {
  const row = await db
    .prepare(
      `SELECT EXISTS (SELECT 1 FROM ended_sessions WHERE id = ?1) AS ended, k.id, k.name, k.role
       FROM (SELECT 1) LEFT JOIN access_keys k ON k.id = ?2 AND k.revoked_at IS NULL`,
    )
    .bind(session, key ?? "")
    .first<{ ended: number } & ({ id: string; name: string; role: AccessKey["role"] } | { id: null })>();
  if (!row) throw new Error("access: no standing");
  return { ended: row.ended === 1, key: row.id === null ? null : { id: row.id, name: row.name, role: row.role } };
}

/** Kept until the cookie would have ended by itself. */
export const endSession = (db: D1Database, session: string, expiresAt: number): Promise<unknown> =>
  db
    .prepare("INSERT INTO ended_sessions (id, expires_at) VALUES (?1, ?2) ON CONFLICT (id) DO NOTHING")
    .bind(session, expiresAt)
    .run();

/** `who` is the name the key had then, or `admin`; it is text, so the log still reads when the key is revoked. `act` is a word of
 *  the console or the API, `at` epoch ms. */
export type OperatorAct = { at: number; who: string; act: string; subject: string };

/** `subject` is an id, never a personal value. */
export async function recordAct(db: D1Database, { at, who, act, subject }: OperatorAct): Promise<void> {
  await db.prepare("INSERT INTO operator_acts (at, who, act, subject) VALUES (?1, ?2, ?3, ?4)").bind(at, who, act, subject).run();
}

/** Newest first. */
export async function listActs(db: D1Database, limit: number): Promise<OperatorAct[]> {
  const { results } = await db
    .prepare("SELECT at, who, act, subject FROM operator_acts ORDER BY seq DESC LIMIT ?1")
    .bind(limit)
    .all<OperatorAct>();
  return results;
}

/** Sessions that have ended by themselves, and acts older than `before`. */
export const forgetAccess = (db: D1Database, now: number, before: number): D1PreparedStatement[] => [
  db.prepare("DELETE FROM ended_sessions WHERE expires_at <= ?1").bind(now),
  db.prepare("DELETE FROM operator_acts WHERE at < ?1").bind(before),
];
