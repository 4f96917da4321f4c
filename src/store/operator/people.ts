/** People as the console lists and shows them. Values stay sealed here: opening them is the flow's business. */
import type { Sealed } from "../../lib/seal.ts";
import { hexed } from "../sealed.ts";
import { silent } from "../persons.ts";

/** A current person. Stage times (epoch ms) and source come from the report's own table, so the list says what the report counts;
 *  they are null until a report or the cron has caught up with her. `types` are the kinds of her identifiers, separated by
 *  commas. */
export type PersonLine = {
  id: string;
  key: string;
  first_seen: number;
  last_seen: number;
  erased_at: number | null;
  types: string | null;
  click_at: number | null;
  bot_start_at: number | null;
  registration_at: number | null;
  login_at: number | null;
  order_at: number | null;
  sale_at: number | null;
  resale_at: number | null;
  link: string | null;
  utm_source: string | null;
  utm_campaign: string | null;
  /** JSON of [currency, ten-thousandths] pairs, refunds taken off. */
  money: string;
};

const COLUMNS = `p.id, p.key, p.first_seen, p.erased_at, (SELECT MAX(m.last_seen) FROM persons m WHERE m.person_id = p.id) AS last_seen,
  (SELECT group_concat(DISTINCT i.type) FROM identifiers i WHERE i.person_id = p.id) AS types,
  r.click_at, r.bot_start_at, r.registration_at, r.login_at, r.order_at, r.sale_at, r.resale_at, r.link, r.utm_source, r.utm_campaign,
  (SELECT json_group_array(json_array(currency, amount)) FROM (
    SELECT e.currency, SUM(CASE e.type WHEN 'refund' THEN -e.amount_e4 ELSE e.amount_e4 END) AS amount FROM events e
    WHERE e.person_id = p.id AND e.type IN ('payment', 'refund') AND e.counted = 1 AND e.amount_e4 > 0 AND e.status IN ('bound', 'erased')
    GROUP BY e.currency)) AS money`;
const FROM = "FROM persons p LEFT JOIN report_people r ON r.person_id = p.id";

/** Newest seen first; `before` is the last line's (last_seen, id). */
export async function listPersonLines(
  db: D1Database,
  before: { seen: number; id: string } | null,
  limit: number,
): Promise<PersonLine[]> {
  const { results } = await db
    .prepare(
      `SELECT ${COLUMNS} ${FROM} WHERE p.erased_at IS NULL AND p.person_id = p.id AND (p.last_seen < ?1 OR (p.last_seen = ?1 AND p.id > ?2))
       ORDER BY p.last_seen DESC, p.id LIMIT ?3`,
    )
    .bind(before?.seen ?? Number.MAX_SAFE_INTEGER, before?.id ?? "", limit)
    .all<PersonLine>();
  return results;
}

/** These people, in the order given. */
export async function personLinesOf(db: D1Database, ids: readonly string[]): Promise<PersonLine[]> {
  const { results } = await db
    .prepare(`SELECT ${COLUMNS} ${FROM} WHERE p.id IN (SELECT value FROM json_each(?1))`)
    .bind(JSON.stringify(ids))
    .all<PersonLine>();
  const byId = new Map(results.map((line) => [line.id, line]));
  return ids.flatMap((id) => byId.get(id) ?? []);
}

/** Persons that stand for themselves: merged and erased ones are not counted. */
export const countPersons = async (db: D1Database): Promise<number> =>
  (await db.prepare("SELECT COUNT(*) AS n FROM persons WHERE person_id = id AND erased_at IS NULL").first<number>("n")) ?? 0;

/** Persons as asked, each with the rows that are hers: all of a current person, of a merged one those she brought. */
const ROWS_OF = (table: "identifiers" | "traits"): string =>
  `persons p JOIN ${table} r ON r.person_id = p.person_id AND (p.id = p.person_id OR r.home_id = p.id)
   WHERE p.id IN (SELECT value FROM json_each(?1))`;

/** `sealed` null = only the hint is kept. */
export type ContactLine = { person_id: string; type: string; sealed: Sealed | null; hint: string };

/** What people without a name can be called by. */
export async function contactLines(db: D1Database, persons: readonly string[]): Promise<ContactLine[]> {
  const { results } = await db
    .prepare(
      `SELECT p.id AS person_id, r.type, ${hexed("r.sealed")}, r.hint FROM ${ROWS_OF("identifiers")}
         AND r.type IN ('telegram_id', 'max_id', 'vk_id', 'email', 'phone', 'gc_user_id') ORDER BY r.told_at DESC, r.last_seen DESC`,
    )
    .bind(JSON.stringify(persons))
    .all<ContactLine>();
  return results;
}

/** One remembered word about a person, sealed; `at` is the event time it was told at, epoch ms. */
export type TraitLine = { person_id: string; name: string; sealed: Sealed; at: number };

/** Oldest first, so that who reads them in order ends with the newest. */
export async function traitLines(db: D1Database, persons: readonly string[]): Promise<TraitLine[]> {
  const { results } = await db
    .prepare(`SELECT p.id AS person_id, r.name, ${hexed("r.sealed")}, r.at FROM ${ROWS_OF("traits")} ORDER BY r.at`)
    .bind(JSON.stringify(persons))
    .all<TraitLine>();
  return results;
}

/** What the people seen last are called, newest first. */
export async function newestNames(db: D1Database, people: number): Promise<Pick<TraitLine, "person_id" | "sealed">[]> {
  const { results } = await db
    .prepare(
      `SELECT t.person_id, ${hexed("t.sealed")} FROM (
         SELECT id FROM persons WHERE erased_at IS NULL AND person_id = id ORDER BY last_seen DESC, id LIMIT ?1) p
       JOIN traits t ON t.person_id = p.id WHERE t.name IN ('name', 'first_name', 'last_name', 'username')`,
    )
    .bind(people)
    .all<Pick<TraitLine, "person_id" | "sealed">>();
  return results;
}

/** When an operator decided that two people are different, epoch ms; null = nobody did. */
export const keptApartAt = (db: D1Database, [a, b]: readonly [string, string]): Promise<number | null> =>
  db
    .prepare(
      `SELECT MAX(k.at) AS at FROM persons l JOIN persons r ON r.person_id = ?2
         JOIN kept_apart k ON k.a = MIN(l.id, r.id) AND k.b = MAX(l.id, r.id) WHERE l.person_id = ?1`,
    )
    .bind(a, b)
    .first<number>("at");

/** `event_id` is the event that made two people one; null = an operator did. */
export type MergeLine = { id: string; survivor: string; loser: string; by: string; at: number; event_id: string | null };

/** Merges that still hold, newest first: the first is the one that can be undone next. */
export async function mergeLines(db: D1Database, person: string): Promise<MergeLine[]> {
  const { results } = await db
    .prepare(
      "SELECT id, survivor, loser, by, at, event_id FROM merges WHERE survivor = ?1 AND undone_at IS NULL ORDER BY seq DESC LIMIT 50",
    )
    .bind(person)
    .all<MergeLine>();
  return results;
}

/** Net money of a line: currency (null = the workspace's) and ten-thousandths. */
export const moneyOf = (line: Pick<PersonLine, "money">): [string | null, number][] =>
  JSON.parse(line.money) as [string | null, number][];

/** Whether the person asked not to be written to. */
export const isConsentWithdrawn = async (db: D1Database, person: string): Promise<boolean> =>
  (await db
    .prepare(`SELECT ${silent("?1")} AS silent`)
    .bind(person)
    .first<number>("silent")) === 1;
