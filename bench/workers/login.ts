/** The gateway with binding switched off, and beside it what its log-in is measured against: the same D1 statements and the same Durable Object call
 *  with everything they need already in the request. `/bench/*` also writes the rows both work on. */
import { newContext } from "../../src/context.ts";
import type { Env } from "../../src/env.ts";
import { buidMac, pinMacs } from "../../src/flows/login/digests.ts";
import { Inbox as WholeInbox } from "../../src/inbox.ts";
import { selectGuess, settleWin } from "../../src/store/guesses.ts";
import { selectTold, selectStanding } from "../../src/store/login-standing.ts";
import { countPhantom, redeem } from "../../src/store/seats.ts";
import { noteMessage } from "../../src/store/seen-messages.ts";
import gateway from "../../src/worker.ts";
import type { Bare } from "./bare.ts";
import { countCalls, takeCounts } from "./counted.ts";

export { Lane } from "../../src/lane.ts";
export { Bare } from "./bare.ts";

export class Inbox extends WholeInbox {
  override async alarm(): Promise<void> {}
}

type BenchEnv = Env & { readonly BARE: DurableObjectNamespace<Bare> };
type Asked = { readonly message: string; readonly buid: string; readonly pin: string; readonly by: string };

const SITE = "site";
/** Sealed facts and raw delivery of a login event are about this long. */
const EVENT_BYTES = new ArrayBuffer(900);
const HOUR_MS = 3_600_000;

export default {
  async fetch(request, env, execution) {
    const { pathname } = new URL(request.url);
    if (pathname === "/bench/bare") return bare(env, await request.json());
    if (pathname === "/bench/links") return Response.json(await makeLinks(env, execution, await request.json()));
    if (pathname === "/bench/reset") return Response.json(await reset(env));
    if (pathname === "/bench/redeem") return Response.json(await redeemMeta(env, await request.json()));
    if (pathname === "/bench/count") countCalls(env);
    if (pathname === "/bench/count") return Response.json(takeCounts());
    return gateway.fetch(request, env, execution);
  },
} satisfies ExportedHandler<BenchEnv>;

async function bare({ DB, BARE }: BenchEnv, { message, buid, pin, by }: Asked): Promise<Response> {
  const now = Date.now();
  await noteMessage(DB, message, now + HOUR_MS);
  const guess = { site: SITE, buid, txn: "", macs: [pin], by, now };
  const asked = { site: SITE, buid, code: null };
  const results = await DB.batch([
    redeem(DB, guess),
    settleWin(DB, guess, true),
    countPhantom(DB, guess),
    selectGuess(DB, guess),
    selectStanding(DB, { ...asked, userHash: "" }),
    selectTold(DB, { ...asked, bots: ["login", "bot"] }),
  ]);
  await BARE.get(BARE.idFromName("bare")).put(EVENT_BYTES);
  return Response.json({ changes: results[0]?.meta.changes }, { status: results[0]?.meta.changes ? 200 : 500 });
}

type Link = { readonly buid: string; readonly pin: string; readonly buidMac: string; readonly pinMac: string };

/** Live login links of the first holders, straight into D1. */
async function makeLinks(env: BenchEnv, execution: ExecutionContext, given: { readonly n: number }): Promise<Link[]> {
  const ctx = await newContext(env, execution);
  const [sealedLink, now] = [await ctx.seal.seal(JSON.stringify({ buid: "b", url: "u", state: null })), Date.now()];
  const identity = await ctx.seal.seal("700001");
  const { results } = await env.DB.prepare("SELECT id FROM holders ORDER BY rowid LIMIT ?1").bind(given.n).all<{ id: string }>();
  const links: Link[] = [];
  for (const [index, { id }] of results.entries()) {
    const buid = `Bench${String(index).padStart(11, "0")}`;
    const pin = String(100_000 + index);
    const mac = await buidMac(ctx, buid);
    const [pinMac = ""] = await pinMacs(ctx, SITE, mac, pin);
    links.push({ buid, pin, buidMac: mac, pinMac });
    const seat = { buid: mac, pin: pinMac, until: now + HOUR_MS, tries: 0, locked: 0, used: null, by: null };
    await env.DB.batch([
      env.DB.prepare("UPDATE holders SET seats = ?2 WHERE id = ?1").bind(id, JSON.stringify({ [SITE]: seat })),
      env.DB.prepare("UPDATE holder_identities SET sealed = ?2 WHERE holder_id = ?1").bind(id, identity),
      env.DB.prepare(
        `INSERT INTO login_links (buid, site, holder_id, connection, kind, sealed, pin_ttl_ms, expires_at, created_at)
           VALUES (?1, ?2, ?3, 'bot', 'pin', ?4, 600000, ?5, ?6)`,
      ).bind(mac, SITE, id, sealedLink, now + HOUR_MS, now),
    ]);
  }
  return links;
}

/** Every PIN as good as new. */
const reset = ({ DB }: BenchEnv): Promise<unknown> =>
  DB.batch([
    DB.prepare(
      `UPDATE holders SET fails = 0, seats = json_set(seats, '$.${SITE}.used', NULL, '$.${SITE}.by', NULL, '$.${SITE}.tries', 0, '$.${SITE}.locked', 0)
       WHERE id IN (SELECT holder_id FROM login_links)`,
    ),
    DB.prepare("UPDATE login_links SET used_at = NULL, proved_at = NULL"),
    DB.prepare("DELETE FROM phantom_guesses"),
    DB.prepare("DELETE FROM codes"),
  ]);

/** What D1 says of the one statement that redeems. */
async function redeemMeta({ DB }: BenchEnv, { buid, pin, by }: Asked): Promise<unknown> {
  const { meta } = await redeem(DB, { site: SITE, buid, txn: "", macs: [pin], by, now: Date.now() }).run();
  return { rowsRead: meta.rows_read, rowsWritten: meta.rows_written, changes: meta.changes };
}
