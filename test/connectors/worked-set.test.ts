/** The worked data set (test/fixtures/funnel-dataset.jsonl) as generic events: what the front door must say to each of its 76 deliveries. */
import { describe, expect, it } from "vitest";
import { parseTime } from "../../src/domain/normalise/time.ts";
import rows from "../fixtures/funnel-dataset.jsonl?raw";
import { type Read, read } from "../kit/intake.ts";
import { NAMES } from "../kit/worked-lines.ts";

type Row = {
  readonly rx: string;
  readonly at: string;
  readonly src: string;
  readonly type: string;
  readonly ids: Readonly<Record<string, string>>;
  readonly utm?: readonly string[];
  readonly eid?: string;
  readonly ua?: string;
  readonly cur?: string;
};

const CONNECTION: Readonly<Record<string, string>> = {
  sb: "bot",
  gc: "school",
  "1win": "onewin",
  chatterfy: "chat",
  pin: "login",
  gw: "links",
};

/** One row in the field names of the HTTP contract. */
function eventOf({ at, type, ids, utm, eid, ua, cur, ...rest }: Row): Record<string, unknown> {
  const event: Record<string, unknown> = {
    ...rest,
    event: type,
    event_at: at,
    utm_source: utm?.[0],
    utm_medium: utm?.[1],
    utm_campaign: utm?.[2],
  };
  for (const [name, value] of Object.entries(ids)) event[NAMES[name] ?? name] = value;
  return { ...event, event_id: eid, user_agent: ua, currency: cur, rx: undefined, src: undefined, n: undefined };
}

async function readAll(): Promise<{ readonly row: Row; readonly read: Read }[]> {
  const parsed = rows
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Row);
  return Promise.all(
    parsed.map(async (row) => {
      const receivedAt = parseTime(row.rx, "Europe/Moscow") ?? 0;
      return { row, read: await read(CONNECTION[row.src] ?? "", { json: eventOf(row), receivedAt }) };
    }),
  );
}

describe("the worked data set", () => {
  it("76 deliveries are 67 accepted, 3 duplicates, 5 quarantined, 1 preview", async () => {
    const seen = new Set<string>();
    const count = { accepted: 0, duplicate: 0, quarantined: 0, preview: 0 };
    for (const { row, read: one } of await readAll()) {
      const fact = `${row.src} ${one.fact.key} ${one.fact.state}`;
      count[seen.has(fact) ? "duplicate" : one.verdict.verdict] += 1;
      seen.add(fact);
    }
    expect(count).toEqual({ accepted: 67, duplicate: 3, quarantined: 5, preview: 1 });
  });

  it("every row keeps its own time, type and sum", async () => {
    for (const { row, read: one } of await readAll()) {
      expect(one.event.eventAt).toBe(parseTime(row.at, "Europe/Moscow"));
      expect(one.event.type).toBe(row.type === "pin_login" ? "login" : row.type);
      if (one.verdict.verdict === "accepted") expect(one.event.dropped).toEqual([]);
    }
    const sums = (await readAll()).filter(({ read: one }) => one.event.order === "O1").map(({ read: one }) => one.event.money);
    expect(sums).toEqual([
      { amount: "20000", paidTotal: null, currency: "RUB" },
      { amount: "20000", paidTotal: null, currency: "RUB" },
    ]);
  });
});
