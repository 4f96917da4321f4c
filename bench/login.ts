/** The log-in beside a bare Worker that makes the same platform calls and nothing else, in one process over one database: at a thousand and at a
 *  million holders. What a redeem and the page cost D1, and whether time tells which links exist. */
import { createHmac, randomBytes } from "node:crypto";
import { type Host, call, startGateway } from "./kit/host.ts";
import type { Shot } from "./kit/load.ts";
import { type Contestant, compare, median, ratioOf } from "./kit/measure.ts";
import { heading, line, printGoal, printRow } from "./kit/print.ts";
import { seedHolders } from "./kit/seed.ts";

const SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const CONFIG = {
  connections: {
    bot: { kind: "salebot", project: "294495", group: "my_bot", token: ["$BOT_TOKEN"], api_key: "$BOT_TOKEN" },
    site: {
      kind: "site",
      origin: "https://school.example",
      return_to: ["https://school.example/in"],
      secret: ["$SITE_SECRET"],
      bot: "bot",
    },
  },
};
const VARS = { BOT_TOKEN: "bench-bot-token", SITE_SECRET: SECRET };
const LINKS = 250;

type Link = { readonly buid: string; readonly pin: string; readonly buidMac: string; readonly pinMac: string };
type School = { readonly host: Host; readonly links: readonly Link[] };

export async function benchLogin(): Promise<void> {
  await using small = await startSchool(1_000);
  await using large = await startSchool(1_000_000);
  await authorizeRatio(small, large);
  await statements(small);
  await enumeration(small);
}

async function startSchool(holders: number): Promise<School & AsyncDisposable> {
  const host = await startGateway("bench/workers/login.ts", CONFIG, VARS, { BARE: "Bare" });
  await seedHolders(await host.miniflare.getD1Database("DB"), holders);
  return {
    host,
    links: await call<Link[]>(host, "/bench/links", { n: LINKS }),
    [Symbol.asyncDispose]: () => host[Symbol.asyncDispose](),
  };
}

const linkAt = (links: readonly Link[], n: number): Link => {
  const link = links[n % links.length];
  if (!link) throw new Error("there are no links");
  return link;
};

/** The site's backend: signs as Standard Webhooks says. */
function authorizeShot(links: readonly Link[], n: number): Shot {
  const { buid, pin } = linkAt(links, n);
  const body = JSON.stringify({ buid, pin });
  const id = `msg_${randomBytes(12).toString("hex")}`;
  const seconds = Math.floor(Date.now() / 1_000);
  const key = Buffer.from(SECRET.slice("whsec_".length), "base64");
  const signature = `v1,${createHmac("sha256", key).update(`${id}.${seconds}.${body}`).digest("base64")}`;
  const signed = { "webhook-id": id, "webhook-timestamp": String(seconds), "webhook-signature": signature };
  return { method: "POST", path: "/v1/authorize", headers: { "content-type": "application/json", ...signed }, body };
}

function bareShot(links: readonly Link[], n: number): Shot {
  const { buidMac, pinMac } = linkAt(links, n);
  const body = JSON.stringify({
    message: randomBytes(32).toString("base64url"),
    buid: buidMac,
    pin: pinMac,
    by: randomBytes(16).toString("hex"),
  });
  return { method: "POST", path: "/bench/bare", body };
}

async function authorizeRatio(small: School, large: School): Promise<void> {
  heading("authorize: a signed call with a right PIN");
  const contestant = (name: string, { host, links }: School, shot: typeof bareShot): Contestant => ({
    name,
    host,
    shot: (n) => shot(links, n),
    prepare: async () => void (await call(host, "/bench/reset")),
  });
  for (const connections of [1, 8]) {
    line(`${connections} connection(s)`);
    const rows = await compare(
      [
        contestant("control: the same calls, 1 thousand holders", small, bareShot),
        contestant("gateway: authorize, 1 thousand holders", small, authorizeShot),
        contestant("gateway: authorize, 1 million holders", large, authorizeShot),
      ],
      { connections, requests: LINKS, rounds: 10 },
    );
    rows.forEach(printRow);
    const [control, thousand, million] = rows;
    if (!control || !thousand || !million) throw new Error("nothing was measured");
    printGoal("authorize / control, p50", ratioOf(thousand, control, "p50"), { most: 1.3 });
    printGoal("authorize / control, CPU", ratioOf(thousand, control, "cpu"), { most: 1.3 });
    printGoal("1 million / 1 thousand holders, p50", ratioOf(million, thousand, "p50"), { most: 1.2 });
    printGoal("1 million / 1 thousand holders, CPU", ratioOf(million, thousand, "cpu"), { most: 1.2 });
  }
}

type Counts = {
  readonly d1Calls: number;
  readonly d1Statements: number;
  readonly rowsRead: number;
  readonly rowsWritten: number;
  readonly inboxCalls: number;
};

async function statements({ host, links }: School): Promise<void> {
  heading("what it costs the database");
  await call(host, "/bench/reset");
  const { buidMac, pinMac } = linkAt(links, 0);
  const meta = await call<{ rowsRead: number; rowsWritten: number }>(host, "/bench/redeem", {
    buid: buidMac,
    pin: pinMac,
    by: "bench",
  });
  printGoal("rows read by the statement that redeems", meta.rowsRead, { most: 2 });
  printGoal("rows written by it", meta.rowsWritten, { most: 1 });
  await call(host, "/bench/reset");
  await call(host, "/bench/count");
  const authorized = await send(host, authorizeShot(links, 1));
  const counts = await call<Counts>(host, "/bench/count");
  line(
    `       authorize (${authorized.status}): ${counts.d1Calls} D1 calls with ${counts.d1Statements} statements, ${counts.rowsRead} rows read, ${counts.rowsWritten} written, ${counts.inboxCalls} Durable Object call`,
  );
  const page = await send(host, { method: "GET", path: `/?buid=${linkAt(links, 2).buid}&site=site` });
  const read = await call<Counts>(host, "/bench/count");
  line(`       page GET (${page.status}): ${read.d1Calls} D1 calls, ${read.inboxCalls} Durable Object calls`);
  printGoal("rows read and written by the page", read.rowsRead + read.rowsWritten, { most: 0 });
  printGoal("bytes of the page", Buffer.byteLength(page.body), { most: 3_000 });
}

async function send(host: Host, shot: Shot): Promise<{ readonly status: number; readonly body: string }> {
  const { method, headers = {}, body = null } = shot;
  const response = await fetch(`${host.origin}${shot.path}`, { method, headers, body, redirect: "manual" });
  return { status: response.status, body: await response.text() };
}

const SAMPLES = 1_200;
/** Wrong guesses that a PIN bears before it locks, less one. */
const GUESSES_PER_LINK = 4;

/** Wrong PINs at links that exist and at links that do not, one after the other on one connection. */
async function enumeration({ host, links }: School): Promise<void> {
  heading(`S14 edge page: time of a wrong PIN, ${SAMPLES} interleaved samples per class`);
  const unknown = links.map(({ buid }) => ({ buid: buid.replace("Bench", "Nobod") }));
  const tokens = new Map<string, string>();
  for (const { buid } of [...links, ...unknown]) {
    const { body } = await send(host, { method: "GET", path: `/?buid=${buid}&site=site` });
    tokens.set(buid, /name="token" value="([^"]*)"/.exec(body)?.[1] ?? "");
  }
  const times = { known: [] as number[], unknown: [] as number[] };
  for (let n = 0; n < SAMPLES; n += 1) {
    if (n % (LINKS * GUESSES_PER_LINK) === 0) await call(host, "/bench/reset");
    const pair = [
      ["known", links[n % LINKS]],
      ["unknown", unknown[n % LINKS]],
    ] as const;
    for (const [kind, link] of n % 2 === 0 ? pair : pair.toReversed()) {
      if (!link) continue;
      const body = new URLSearchParams({ token: tokens.get(link.buid) ?? "", pin: "999999" }).toString();
      const headers = { "content-type": "application/x-www-form-urlencoded", "sec-fetch-site": "same-origin" };
      const from = performance.now();
      const answer = await send(host, { method: "POST", path: `/?buid=${link.buid}&site=site`, headers, body });
      times[kind].push(performance.now() - from);
      if (answer.status !== 200) throw new Error(`the page answered ${answer.status}`);
    }
  }
  const [known, nobody] = [median(times.known), median(times.unknown)];
  line(`       median: link that exists ${known.toFixed(3)} ms, link that does not ${nobody.toFixed(3)} ms`);
  printGoal("|Δ median|, %", (Math.abs(known - nobody) / known) * 100, { most: 5 });
}
