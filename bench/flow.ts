/** The whole way from a webhook to a vendor, with identity and twenty rules: how long an event takes at a given rate, how many a second the gateway
 *  keeps up with, and what ten thousand deliveries behind a dead vendor do to the others. The vendor is a process of its own that answers in 5 ms. */
import { type Host, operator, startGateway, startHost } from "./kit/host.ts";
import { load } from "./kit/load.ts";
import { compare, ratioOf } from "./kit/measure.ts";
import { heading, line, printGoal, printRow } from "./kit/print.ts";
import { twentyRules } from "./kit/rules.ts";
import { until } from "./kit/settled.ts";
import { type Sink, startSink } from "./kit/sink.ts";
import { BOT, BOT_PATH, BOT_VARS, salebotShot } from "./kit/traffic.ts";

/** `batch`: how many events are bound at once, 20 for the free plan's limits, up to 100 on the paid one. */
const config = (sink: string, batch: number, dead: object = { url: `${sink}/dead`, timeout_ms: 5_000 }) => ({
  workspace: { batch },
  connections: {
    bot: BOT,
    vendor: { kind: "http", url: `${sink}/live` },
    dead: { kind: "http", ...dead },
  },
  rules: twentyRules({ n: "{{fields.message_id}}", who: "{{person.key}}" }, "dead"),
});

/** Numbers of facts are never used twice. */
let next = 0;
/** Events each gateway was sent. */
const sent = new Map<Host, number>();

function numbersFor(gateway: Host, events: number): number {
  const first = next;
  next += events;
  sent.set(gateway, (sent.get(gateway) ?? 0) + events);
  return first;
}

export async function benchFlow(): Promise<void> {
  await using sink = await startSink();
  await using gateway = await startGateway("src/worker.ts", config(sink.origin, 20), BOT_VARS);
  await intake(gateway);
  await drained(gateway, sink);
  heading("webhook → vendor, identity and 20 rules on, the vendor answers in 5 ms");
  for (const rate of [10, 100]) await atRate(gateway, sink, rate, rate * 10);
  await operator(gateway, "PUT", "/v1/config", config(sink.origin, 100));
  await saturation(gateway, sink, 100);
  await operator(gateway, "PUT", "/v1/config", config(sink.origin, 20));
  const most = await saturation(gateway, sink, 20);
  await atRate(gateway, sink, Math.floor(most * 0.8), Math.floor(most * 8));
  await deadVendor(gateway, sink);
  await replay(gateway, sink);
}

async function intake(gateway: Host): Promise<void> {
  heading("intake with everything behind it switched on, beside a bare Worker, 16 connections");
  await using bare = await startHost("bench/workers/bare-intake.ts", { BARE: "Bare" });
  const first = numbersFor(gateway, 300 * 6);
  const rows = await compare(
    [
      { name: "control: bare Worker, 1 DO call, 1 insert", host: bare, shot: salebotShot("/") },
      { name: "gateway: accept, bind, deliver", host: gateway, shot: (n) => numbered(first + n) },
    ],
    { connections: 16, requests: 300, rounds: 5 },
  );
  rows.forEach(printRow);
  const [control, whole] = rows;
  if (control && whole) line(`       requests/s, share of the bare Worker's: ${ratioOf(whole, control, "perSecond").toFixed(2)}`);
}

const numbered = (n: number) => salebotShot(BOT_PATH, 20_000)(n);

/** The n-th fact carries n + 1 as its number. */
async function drained(gateway: Host, sink: Sink): Promise<Map<number, number>> {
  const all = new Map<number, number>();
  const db = await gateway.miniflare.getD1Database("DB");
  await until(async () => {
    for (const [n, at] of await sink.seen()) all.set(n - 1, at);
    const waiting = await db
      .prepare("SELECT (SELECT COUNT(*) FROM deliveries WHERE connection = 'vendor' AND status IN ('queued', 'retrying')) AS n")
      .first<number>("n");
    const bound = await db.prepare("SELECT COUNT(*) AS n FROM events").first<number>("n");
    return waiting === 0 && (bound ?? 0) >= (sent.get(gateway) ?? 0);
  }, 500);
  for (const [n, at] of await sink.seen()) all.set(n - 1, at);
  return all;
}

/** Milliseconds from webhook to vendor, ascending; what never arrived took forever. */
type Latencies = readonly number[];

const rank = (times: Latencies, share: number): number =>
  times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? Number.NaN;

/** An open loop: events leave at their time whatever the answers do. */
async function stream(gateway: Host, sink: Sink, perSecond: number, events: number) {
  const first = numbersFor(gateway, events);
  const sentAt: number[] = [];
  const shot = (n: number) => {
    sentAt[n] = performance.timeOrigin + performance.now();
    return numbered(first + n);
  };
  const answers = await load({ origin: gateway.origin, connections: 64, requests: events, shot, perSecond });
  const seen = await drained(gateway, sink);
  const times = sentAt.map((at, n) => (seen.get(first + n) ?? Number.POSITIVE_INFINITY) - at).toSorted((a, b) => a - b);
  return { times, answers };
}

async function atRate(gateway: Host, sink: Sink, perSecond: number, events: number): Promise<void> {
  const { times, answers } = await stream(gateway, sink, perSecond, events);
  const lost = times.filter((time) => !Number.isFinite(time)).length;
  const [p50, p99] = [rank(times, 0.5), rank(times, 0.99)].map((ms) => ms.toFixed(0).padStart(5));
  line(
    `${String(perSecond).padStart(5)} events/s for ${(events / perSecond).toFixed(0)} s: p50 ${p50} ms, p99 ${p99} ms; answered in p50 ${answers.p50.toFixed(1)} ms, p99 ${answers.p99.toFixed(1)} ms; ${answers.failures} refused, ${lost} not delivered`,
  );
}

/** A burst as fast as it is taken; how many a second the vendor then gets. */
async function saturation(gateway: Host, sink: Sink, batch: number): Promise<number> {
  const events = 2_000;
  const first = numbersFor(gateway, events);
  const from = performance.timeOrigin + performance.now();
  const { perSecond, failures } = await load({
    origin: gateway.origin,
    connections: 16,
    requests: events,
    shot: (n) => numbered(first + n),
  });
  const seen = await drained(gateway, sink);
  const last = Math.max(...seen.values());
  const delivered = seen.size / ((last - from) / 1_000);
  line(
    `      a burst of ${events}, ${batch} bound at once: taken at ${perSecond.toFixed(0)} req/s, delivered at ${delivered.toFixed(0)} events/s; ${failures} refused, ${events - seen.size} not delivered`,
  );
  return delivered;
}

/** 50,000 takes minutes more: `BEHIND=50000 npm run bench -- flow`. */
const BEHIND = Number(process.env["BEHIND"] ?? "10000");
const RATE = 25;
/** A 99th percentile of few is one accident: it is taken over all turns together. */
const TURNS = 6;
const TURN_SECONDS = 10;

/** The gateway and one beside it that had the same events, none of which waits for anybody, are measured by turns: whatever the machine does
 *  meanwhile is done to both. */
async function deadVendor(gateway: Host, sink: Sink): Promise<void> {
  heading(`${RATE} events/s to one vendor, with ${BEHIND} deliveries behind another that never answers`);
  await using beside = await startGateway("src/worker.ts", config(sink.origin, 20), BOT_VARS);
  for (const [host, word] of [
    [beside, ""],
    [gateway, "/stop"],
  ] as const) {
    const first = numbersFor(host, BEHIND);
    const shot = (n: number) => ({ ...numbered(first + n), path: `${BOT_PATH}${word}` });
    await load({ origin: host.origin, connections: 16, requests: BEHIND, shot });
    await drained(host, sink);
  }
  line(`       ${await countOf(gateway, "status IN ('queued', 'retrying')")} deliveries wait behind the dead vendor`);
  const [without, behind] = await byTurns([beside, gateway], sink);
  printLatencies("without", without, "with", behind);
}

/** The vendor refuses all of them for good; then each turn it refuses a few more and takes them again, recovered at the pace that is set unless
 *  one asks for another: turns with and without a replay follow each other on one gateway, so the machine's moods are in both. */
async function replay(gateway: Host, sink: Sink): Promise<void> {
  heading(`${RATE} events/s to one vendor, beside a replay of what another refused`);
  await operator(gateway, "PUT", "/v1/config", refusing(sink));
  await idle(gateway);
  const dead = await countOf(gateway, "status = 'dead'");
  const without: number[] = [];
  const during: number[] = [];
  let pace = 0;
  for (let turn = 0; turn < TURNS; turn += 1) {
    const since = new Date().toISOString();
    await refuseMore(gateway, sink);
    without.push(...(await stream(gateway, sink, RATE, RATE * TURN_SECONDS)).times);
    const job = (await operator(gateway, "POST", "/v1/deliveries/recover", { connection: "dead", since })) as {
      per_second: number;
    };
    pace = job.per_second;
    during.push(...(await stream(gateway, sink, RATE, RATE * TURN_SECONDS)).times);
    await until(async () => (await countOf(gateway, "status = 'dead'")) === dead, 500);
  }
  line(`       ${await countOf(gateway, "status = 'delivered'")} replayed at ${pace}/s, ${dead} more stay dead`);
  const [a, b] = [without, during].map((times) => times.toSorted((x, y) => x - y));
  printLatencies("without", a, "during", b);
}

/** More than a turn replays, so that a replay outlasts its turn. */
const REFUSED = 60 * TURN_SECONDS;

async function refuseMore(gateway: Host, sink: Sink): Promise<void> {
  await operator(gateway, "PUT", "/v1/config", refusing(sink));
  const first = numbersFor(gateway, REFUSED);
  const shot = (n: number) => ({ ...numbered(first + n), path: `${BOT_PATH}/stop` });
  await load({ origin: gateway.origin, connections: 16, requests: REFUSED, shot });
  await drained(gateway, sink);
  await idle(gateway);
  await operator(gateway, "PUT", "/v1/config", config(sink.origin, 20, { url: `${sink.origin}/live` }));
}

const refusing = (sink: Sink) => config(sink.origin, 20, { url: `${sink.origin}/refused`, retry_seconds: [] });

const idle = (gateway: Host): Promise<void> =>
  until(async () => (await countOf(gateway, "status IN ('queued', 'retrying')")) === 0, 500);

async function countOf(gateway: Host, where: string): Promise<number> {
  const db = await gateway.miniflare.getD1Database("DB");
  return (
    (await db.prepare(`SELECT COUNT(*) AS n FROM deliveries WHERE connection = 'dead' AND ${where}`).first<number>("n")) ?? 0
  );
}

/** All turns of each gateway taken together. */
async function byTurns(gateways: readonly Host[], sink: Sink): Promise<Latencies[]> {
  const all = gateways.map((): number[] => []);
  for (let turn = 0; turn < TURNS; turn += 1) {
    for (const [n, gateway] of gateways.entries()) {
      const { times } = await stream(gateway, sink, RATE, RATE * TURN_SECONDS);
      all[n]?.push(...times);
    }
  }
  return all.map((times) => times.toSorted((a, b) => a - b));
}

function printLatencies(nameA: string, a: Latencies = [], nameB: string, b: Latencies = []): void {
  for (const share of [0.5, 0.99]) {
    line(`       p${share * 100}: ${rank(a, share).toFixed(1)} ms ${nameA}, ${rank(b, share).toFixed(1)} ms ${nameB}`);
  }
  printGoal(`p99 ${nameB} / ${nameA}`, rank(b, 0.99) / rank(a, 0.99), { most: 1.1 });
}
