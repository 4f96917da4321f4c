/** The endpoint `update_telegram_id`, whose answers existing bots branch on: a Salebot block tells e-mail, Telegram id and client, the school's user gets both written.
 *  The fact is stored before GetCourse is called, so a school that is down loses nothing; the answer tells what the school said, in the seed's words,
 *  and comes within ten seconds whatever the school does. */
import { seedError, telegramIdPlan, telegramIdTitles } from "../connectors/getcourse/telegram-id.ts";
import type { Plan, Verdict } from "../connectors/connector.ts";
import { type Context, laneOf } from "../context.ts";
import { type Config, type Connection, type ConnectionOf, connectionOf, isKind } from "../domain/config.ts";
import { UNREADABLE_EVENT } from "../domain/event.ts";
import { isBlocked } from "../domain/normalise/blocked.ts";
import { hasMacro } from "../domain/normalise/macro.ts";
import { type Result, ok } from "../lib/result.ts";
import { forgetEchoes, rememberEchoes } from "../store/echoes.ts";
import { echoDigest } from "./echo-digest.ts";
import { type DeliveryAddress, type DeliveryRefusal, proveDelivery, readContent, storeEvent } from "./receive-delivery.ts";
import { sendRequest } from "./send-request.ts";

/** The caller waits ten seconds; the answer itself and its way back take some of them. */
const TOTAL_MS = 9_500;
const NAMES = ["email", "telegram_id", "sb_id"] as const;

/** The wire itself, always with HTTP 200 as in the seed (vendors.md §1.7): existing bots compare the words of `error`. */
export type SeedAnswer = { readonly success: true } | { readonly success: false; readonly error: string };

/** Word for word as the seed answers: its author's bots compare it. */
export const MISSING = "email, telegram_id и sb_id обязательны";

/** An error is a caller that did not prove itself; whatever the school says, or fails to say, is an answer. */
export async function updateTelegramId(
  ctx: Context,
  request: Request,
  address: DeliveryAddress,
): Promise<Result<SeedAnswer, DeliveryRefusal>> {
  const deadline = ctx.clock() + TOTAL_MS;
  const proved = await proveDelivery(ctx, request, address);
  if (!proved.ok) return proved;
  const { delivery, caller } = proved.value;
  const read = readContent(ctx, caller, delivery, "identify");
  const given = valuesOf(delivery.content.ok ? delivery.content.value.fields : {});
  const missing = NAMES.find((name) => given[name] === "");
  const lacks = missing === undefined ? null : { cause: "missing_field", field: missing };
  const quarantine = read.ok ? lacks : { cause: "unparsable", field: null };
  const { id } = await storeEvent(ctx, proved.value, read.ok ? read.value : UNREADABLE_EVENT, quarantine);
  if (missing !== undefined) return ok({ success: false, error: MISSING });
  const school = schoolOf(ctx.config, caller.connection);
  const project = isKind(caller.connection, "salebot") ? caller.connection.project : caller.connection.id;
  const input = { project, email: given.email, telegramId: given.telegram_id, salebotId: given.sb_id, now: ctx.clock() };
  const plan = school ? telegramIdPlan({ school, ...input }) : null;
  if (!school || !plan?.ok) return ok({ success: false, error: "internal_error" });
  const echoes = await echoesOf(ctx, school, telegramIdTitles(school, project), given);
  await note(ctx, id, rememberEchoes(ctx.env.DB, id, echoes, ctx.clock()));
  const verdict = await follow(ctx, plan.value, { id, deadline, school });
  if (verdict.outcome === "dead") await note(ctx, id, forgetEchoes(ctx.env.DB, id, echoes));
  const error = seedError(verdict);
  ctx.log(error === null ? "info" : "warn", "telegram_id_update.answered", { event: id, error: error ?? "none" });
  return ok(error === null ? { success: true } : { success: false, error });
}

/** Trimmed values. A macro that was not substituted and a word for "nothing" (`0`, `null`, `false`) are missing: a school's field must not hold them. */
function valuesOf(fields: Readonly<Record<string, string>>): Record<(typeof NAMES)[number], string> {
  const value = (name: string): string => {
    const text = (fields[name] ?? "").trim();
    return hasMacro(text) || isBlocked(text) ? "" : text;
  };
  return { email: value("email"), telegram_id: value("telegram_id"), sb_id: value("sb_id") };
}

/** The bot's own school, else the only one there is. */
function schoolOf(config: Config, bot: Connection): ConnectionOf<"getcourse"> | null {
  if (isKind(bot, "salebot") && bot.school !== undefined) return connectionOf(config, bot.school, "getcourse");
  const schools = [...config.connections.values()].filter((connection) => isKind(connection, "getcourse"));
  return schools.length === 1 ? (schools[0] ?? null) : null;
}

type Pace = { readonly id: string; readonly deadline: number; readonly school: ConnectionOf<"getcourse"> };

/** While the caller waits: no retry and no queue, only the time left. Out of it it is `timeout`. */
async function follow(ctx: Context, first: Plan, { id, deadline, school }: Pace): Promise<Verdict> {
  let plan = first;
  for (;;) {
    const admitted = await isAdmitted(ctx, school, deadline);
    const left = deadline - ctx.clock();
    if (!admitted || left <= 0) return { outcome: "retry", reason: "timeout" };
    const sent = await sendRequest(ctx, plan.request, {
      timeoutMs: Math.min(school.timeout_ms, left),
      idempotencyKey: id,
      replay: false,
    });
    if (!sent.sent) return { outcome: "dead", reason: sent.why };
    const verdict = plan.judge(sent.reply);
    if (verdict.outcome !== "next") return verdict;
    plan = verdict.plan;
  }
}

/** The school's rate holds for these requests too, before what its lane has queued. A lane that does not answer keeps nobody waiting. */
const isAdmitted = async (ctx: Context, { id, rate }: ConnectionOf<"getcourse">, until: number): Promise<boolean> =>
  rate === undefined ||
  laneOf(ctx.env, id)
    .admit(rate.per_second, until)
    .catch(() => true);

/** What we write here comes back in the school's own reports (O-01), under our name of it or the account's. */
function echoesOf(
  ctx: Context,
  school: ConnectionOf<"getcourse">,
  titles: ReturnType<typeof telegramIdTitles>,
  { telegram_id, sb_id }: ReturnType<typeof valuesOf>,
): Promise<string[]> {
  const written = { telegram_id, client_id: sb_id, [titles.telegram_id]: telegram_id, [titles.client_id]: sb_id };
  return Promise.all(Object.entries(written).map(([name, value]) => echoDigest(ctx, school.id, name, value)));
}

/** The bot waits for the school's answer; that an echo is missed is stopped by the loop breaker (O-02). */
async function note(ctx: Context, id: string, echoes: D1PreparedStatement): Promise<void> {
  try {
    await echoes.run();
  } catch (failure) {
    ctx.log("error", "telegram_id_update.echoes.failed", { event: id, error: String(failure) });
  }
}
