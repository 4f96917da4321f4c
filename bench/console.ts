/** The first screen behind a sign-in over a ledger of 100,000 events: how long the server takes for it. Beside it the console's script, a file that
 *  asks the database nothing: the difference is what the screen itself costs. */
import { signIn, startGateway } from "./kit/host.ts";
import { type Shot, load } from "./kit/load.ts";
import { heading, line, printGoal } from "./kit/print.ts";

const PEOPLE = 20_000;
const PART = 2_000;
const DAYS = 90;
const REQUESTS = 200;
const CONFIG = {
  connections: {
    bot: { kind: "salebot", project: "1", token: ["$BOT_TOKEN"] },
    school: { kind: "getcourse", account: "school.example", token: ["$SCHOOL_TOKEN"] },
  },
};

/** Persons ?1 … ?2 − 1 entered one after another over `DAYS` up to ?3: a click, a start, a registration, an order, its payment. */
const NUMBERS = "WITH RECURSIVE n(i) AS (SELECT ?1 UNION ALL SELECT i + 1 FROM n WHERE i < ?2 - 1)";
const AT = `?3 - ${DAYS * 86_400_000} + i * ${(DAYS * 86_400_000) / PEOPLE}`;
const PERSONS = `INSERT INTO persons (id, person_id, key, first_seen, last_seen, created_at)
  ${NUMBERS} SELECT 'per_' || i, 'per_' || i, 'k_' || i, ${AT}, ${AT}, ${AT} FROM n`;
const EVENTS = `INSERT INTO events (id, seq, connection, type, status, received_at, event_at, bound_at, person_id, home_id, fact, amount_e4, currency, order_number, link, utm_source, utm_campaign)
  ${NUMBERS} SELECT 'evt_' || (i * 5 + step), i * 5 + step, connection, type, 'bound', ${AT} + step * 1000, ${AT} + step * 1000, ${AT} + step * 1000, 'per_' || i, 'per_' || i,
    'fact_' || (i * 5 + step), amount, currency, CASE WHEN amount IS NOT NULL THEN 'O' || i END, CASE WHEN step < 2 THEN 'l' || (i % 20) END,
    CASE WHEN step < 2 THEN 's' || (i % 5) END, CASE WHEN step < 2 THEN 'c' || (i % 20) END
  FROM n CROSS JOIN (SELECT 0 AS step, 'links' AS connection, 'click' AS type, NULL AS amount, NULL AS currency UNION ALL SELECT 1, 'bot', 'bot_start', NULL, NULL
    UNION ALL SELECT 2, 'school', 'registration', NULL, NULL UNION ALL SELECT 3, 'school', 'order', 100000000, 'RUB' UNION ALL SELECT 4, 'school', 'payment', 100000000, 'RUB')`;
const COUNTS = `INSERT INTO intake_counts (connection, bucket_at, outcome, n)
  WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < ${DAYS * 96 - 1}) SELECT c.value, ?1 - i * 900000, 'accepted', 5 FROM n, json_each('["bot","school","links"]') c`;

export async function benchConsole(): Promise<void> {
  heading(`console, first screen over ${PEOPLE * 5} events`);
  await using gateway = await startGateway("src/worker.ts", CONFIG, {
    BOT_TOKEN: "bench-bot-token",
    SCHOOL_TOKEN: "bench-school-token",
  });
  const db = await gateway.miniflare.getD1Database("DB");
  const now = Math.floor(Date.now() / 900_000) * 900_000;
  for (let from = 0; from < PEOPLE; from += PART)
    await db.batch([PERSONS, EVENTS].map((sql) => db.prepare(sql).bind(from, from + PART, now)));
  await db.prepare(COUNTS).bind(now).run();
  const cookie = await signIn(gateway);
  const page = await (await fetch(`${gateway.origin}/console`, { headers: { cookie } })).text();
  const script = /src="([^"]+\.js)"/.exec(page)?.[1] ?? "/console/assets/console.js";
  const get = (path: string) => (): Shot => ({ method: "GET", path, headers: { cookie } });
  const screens: readonly (readonly [string, string])[] = [
    ["control: the script", script],
    ["first screen", "/console"],
    ["first screen, recounted", "/console"],
    ["poll of the live list", "/console"],
    ["events", "/console/events"],
    ["funnel, 7 days", "/console/funnel"],
  ];
  for (const [name, path] of screens) {
    const shot = get(path);
    const live = name.startsWith("poll");
    // Numbers are kept for five seconds per question: a parameter that changes nothing asks a new one every time.
    const recounted = name.endsWith("recounted");
    const result = await load({
      origin: gateway.origin,
      connections: 1,
      requests: REQUESTS,
      shot: (n) => {
        if (live) return { ...shot(), path: "/console?live=99999-0-0-0-0", headers: { cookie, "x-live": String(n) } };
        return recounted ? { ...shot(), path: `/console?again=${n}` } : shot();
      },
    });
    line(`${name.padEnd(24)} p50 ${result.p50.toFixed(1)} ms  p95 ${result.p95.toFixed(1)} ms  failures ${result.failures}`);
    if (name.startsWith("first screen")) printGoal(`${name}, p95 ms`, result.p95, { most: 50 });
  }
}
