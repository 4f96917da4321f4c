/** Tells the operator of new problems: once a minute, all of them in one message, each problem once until it is solved and comes again.
 *  The messages are ordinary deliveries, so they are retried and shown like any other. A problem of the very connection that carries the alert is not
 *  sent through it: that message would fail in the same way and raise the next problem. */
import type { Context } from "../context.ts";
import type { Alert } from "../domain/config.ts";
import { alertText } from "../ui/alert-text.ts";
import { type UntoldProblem, markTold, untoldProblems } from "../store/operator/alerts.ts";
import { type NewDelivery, enqueueDeliveries, handOver, prepareDeliveries } from "./enqueue-delivery.ts";

const MOST = 20;
const PLACEHOLDER = "{{text}}";

/** Writing the messages and marking the problems as told is one batch: a crash tells nobody twice and forgets nothing. More than twenty wait a minute. */
export async function sendAlerts(ctx: Context): Promise<void> {
  const { alerts } = ctx.config.workspace;
  if (alerts.length === 0) return;
  const problems = await untoldProblems(ctx.env.DB, MOST);
  if (problems.length === 0) return;
  const messages = alerts.flatMap((alert) => {
    const told = problems.filter(({ connection }) => connection !== alert.to);
    const message = told.length === 0 ? null : messageOf(ctx, alert, textOf(ctx, told));
    return message ?? [];
  });
  const prepared = await prepareDeliveries(ctx, messages);
  const ids = problems.map(({ id }) => id);
  await ctx.env.DB.batch([...prepared.map(({ statement }) => statement), markTold(ctx.env.DB, ids, ctx.clock())]);
  await handOver(ctx, prepared);
}

/** A trial message through one alert; false when its connection is gone. */
export async function tryAlert(ctx: Context, index: number, text: string): Promise<boolean> {
  const alert = ctx.config.workspace.alerts[index];
  const message = alert && messageOf(ctx, alert, text);
  if (!message) return false;
  await enqueueDeliveries(ctx, [message]);
  return true;
}

/** The link to the console only where the public address is set: there is no request here whose origin could stand in. */
function textOf(ctx: Context, problems: readonly UntoldProblem[]): string {
  const { connections, workspace } = ctx.config;
  const nameOf = (id: string | null): string | null => (id === null ? null : (connections.get(id)?.name ?? id));
  const lines = problems.map((problem) => ({ ...problem, connection: nameOf(problem.connection) }));
  const base = ctx.settings.publicUrl;
  const console = base === null ? null : `${base}/console/problems`;
  return alertText(lines, { workspace: workspace.name, console, lang: workspace.locale });
}

/** null = its connection is gone, which the judge of the configuration does not allow while the alert stands. One line a
 *  destination: alerts go in order, and they and people's messages never wait for each other. */
function messageOf(ctx: Context, { to, chat, body }: Alert, text: string): NewDelivery | null {
  const connection = ctx.config.connections.get(to);
  if (!connection) return null;
  const telegram = connection.kind === "telegram";
  return {
    connection: to,
    action: telegram ? "send_message" : "request",
    line: `alert:${to}`,
    work: {
      with: telegram ? { text } : { body: filled(body ?? { text: PLACEHOLDER }, text) },
      literal: true,
      personId: null,
      address: telegram ? { telegram_id: chat ?? "" } : null,
      event: null,
      rendered: null,
      replay: false,
    },
  };
}

/** The text in place of `{{text}}` wherever it stands in the body. */
function filled(value: unknown, text: string): unknown {
  if (typeof value === "string") return value.replaceAll(PLACEHOLDER, () => text);
  if (Array.isArray(value)) return value.map((item) => filled(item, text));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, filled(item, text)]));
}
