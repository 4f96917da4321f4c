/** The worked data set (test/fixtures/funnel-dataset.jsonl) as ledger rows: who is who is written down by hand here, so that the numbers are tested apart from the
 *  identity graph. */
import { env } from "cloudflare:workers";
import source from "../fixtures/funnel-dataset.jsonl?raw";
import { type LedgerRow, writeLedger } from "./ledger-rows.ts";

type Line = {
  n: number;
  rx: string;
  at: string;
  src: string;
  type: string;
  ids: Record<string, string>;
  link?: string;
  order?: string;
  tid?: string;
  amount?: string;
  cost?: string;
  cur?: string;
  utm?: [string, string, string];
  ua?: string;
};

const lines: Line[] = source
  .trim()
  .split("\n")
  .map((line) => JSON.parse(line) as Line);

const CLICK_OWNER: Record<string, string> = {
  c1: "A", c2: "B", c3: "C", c4: "D", c5: "E", c6: "H", c7: "J", c8: "J", c9: "N", c10: "N", c11: "P", c12: "O",
}; // prettier-ignore
const TG: Record<string, string> = {
  "1001": "A", "1002": "B", "1004": "D", "1005": "E", "1006": "F", "1007": "G", "1008": "H", "1010": "J", "1011": "M", "1012": "P",
}; // prettier-ignore
const GC: Record<string, string> = {
  "601": "A", "602": "B", "604": "D", "605": "E", "606": "F", "607": "G", "609": "I", "610": "J", "612": "P",
}; // prettier-ignore
const UTM: Record<string, [string, string]> = { vk1: ["vk", "spring"], tg1: ["tgads", "spring"], anna: ["blogger", "anna"] };

const instant = (text: string): number => Date.parse(text.endsWith("Z") ? text : `${text}+03:00`);
const money = (text: string | undefined): number | null => (text === undefined ? null : Number(text.replaceAll(/[^\d.]/g, "")));

function personOf(ids: Line["ids"]): string | null {
  if (ids["tg"]) return TG[ids["tg"]] ?? null;
  if (ids["gc_user"]) return GC[ids["gc_user"]] ?? null;
  if (ids["click"]) return CLICK_OWNER[ids["click"]] ?? null;
  if (ids["aff_player"] === "P77") return "H";
  return ids["clickid"] === "CHX" ? "M" : null;
}

/** Writes the set: repeats are left out as duplicates, macros are quarantined, the preview is marked. */
export async function seedWorkedSet(): Promise<void> {
  const seen = new Set<string>();
  const counts = { accepted: 0, duplicate: 0, quarantined: 0, preview: 0 };
  const rows: LedgerRow[] = [];
  for (const line of lines) {
    const fact = `${line.src} ${line.type} ${line.tid ?? ""} ${JSON.stringify(line.ids)} ${line.tid || line.type === "bot_start" ? "" : line.n}`;
    const verdict = seen.has(fact)
      ? "duplicate"
      : line.ua
        ? "preview"
        : line.ids["clickid"] === "{clickid}"
          ? "quarantined"
          : "accepted";
    seen.add(fact);
    counts[verdict] += 1;
    if (verdict === "duplicate") continue;
    const person = verdict === "accepted" ? personOf(line.ids) : null;
    const [utmSource, utmCampaign] = line.link
      ? (UTM[line.link] ?? [])
      : line.utm
        ? [line.utm[0].toLowerCase(), line.utm[2].toLowerCase()]
        : [];
    rows.push({
      id: `evt_${line.n}`,
      type: line.type === "pin_login" ? "login" : line.type,
      at: instant(line.at),
      status: verdict !== "accepted" ? verdict : person === null ? "unbound" : "bound",
      person: person === null ? null : `per_${person}`,
      connection: line.src,
      amount: money(line.amount ?? line.cost),
      currency: line.cur ?? "RUB",
      tid: line.tid ?? null,
      order: line.order ?? null,
      click: line.type === "click" || line.type === "bot_start" ? (line.ids["click"] ?? null) : null,
      link: line.link ?? null,
      source: utmSource ?? null,
      campaign: utmCampaign ?? null,
    });
  }
  await writeLedger(rows);
  const bucket = instant("2026-03-01T09:00");
  await env.DB.batch(
    Object.entries(counts).map(([outcome, n]) =>
      env.DB.prepare("INSERT INTO intake_counts (connection, bucket_at, outcome, n) VALUES ('all', ?1, ?2, ?3)").bind(
        bucket,
        outcome,
        n,
      ),
    ),
  );
}
