/** The funnel over ten thousand, a hundred thousand and a million events, and the console's first screen over a hundred thousand. */
import { type Host, operator, signIn, startGateway } from "./kit/host.ts";
import { heading, line, printGoal } from "./kit/print.ts";
import { median } from "./kit/measure.ts";
import { seedEvents } from "./kit/seed-events.ts";
import { BOT, BOT_VARS } from "./kit/traffic.ts";

const SIZES = [10_000, 100_000, 1_000_000] as const;
const CONSOLE_SIZE = 100_000;
const DAY_MS = 86_400_000;

export async function benchReport(): Promise<void> {
  heading("the funnel of the last 30 days (first and last touch, by source)");
  for (const events of SIZES) {
    await using host = await startGateway("src/worker.ts", { connections: { bot: BOT } }, BOT_VARS);
    const now = Date.now();
    await seedEvents(await host.miniflare.getD1Database("DB"), { events, from: now - 30 * DAY_MS, to: now });
    const day = (at: number): string => new Date(at).toISOString().slice(0, 10);
    const range = `from=${day(now - 31 * DAY_MS)}&to=${day(now + 2 * DAY_MS)}`;
    const first = await timed(() => operator(host, "GET", `/v1/report?${range}`));
    const times = { first: [] as number[], last: [] as number[] };
    for (let round = 0; round < 7; round += 1) {
      for (const attribution of ["first", "last"] as const) {
        times[attribution].push(await timed(() => operator(host, "GET", `/v1/report?${range}&attribution=${attribution}`)));
      }
    }
    line(
      `${events.toLocaleString("en").padStart(9)} events: first touch ${median(times.first).toFixed(0).padStart(5)} ms, last touch ${median(times.last).toFixed(0).padStart(5)} ms; the very first report, which computes every person, ${first.toFixed(0)} ms`,
    );
    if (events === 1_000_000) printGoal("the funnel over 1 million events, s", median(times.first) / 1_000, { most: 1 });
    if (events === CONSOLE_SIZE) await firstScreen(host);
  }
}

async function timed(act: () => Promise<unknown>): Promise<number> {
  const from = performance.now();
  await act();
  return performance.now() - from;
}

const VIEWS = 200;

async function firstScreen(host: Host): Promise<void> {
  const cookie = await signIn(host);
  const times: number[] = [];
  let bytes = 0;
  for (let n = 0; n < VIEWS + 20; n += 1) {
    const from = performance.now();
    const response = await fetch(`${host.origin}/console`, { headers: { cookie } });
    const body = await response.text();
    if (!response.ok || !body.includes("/console/events")) throw new Error(`the console answered ${response.status}`);
    bytes = Buffer.byteLength(body);
    if (n >= 20) times.push(performance.now() - from);
  }
  times.sort((a, b) => a - b);
  line(`          the console's first screen (${bytes} bytes of HTML): median ${median(times).toFixed(1)} ms`);
  printGoal("its p95 over 100,000 events, ms", times[Math.floor(times.length * 0.95)] ?? Number.NaN, { most: 50 });
}
