/** Raises «тишина» for a connection that is quiet for three times its usual pause, once per silence, and closes it when it speaks again. */
import type { Context } from "../context.ts";
import { closeSilences, quietConnections, toldSilences } from "../store/operator/quiet.ts";
import { raiseProblem } from "../store/problems.ts";

/** A connection that never spoke is not silent; one silence is told once, by the time of the last word before it. */
export async function watchSilence(ctx: Context): Promise<void> {
  const { DB } = ctx.env;
  const now = ctx.clock();
  const watched = [...ctx.config.connections.values()].filter(({ disabled }) => disabled !== true).map(({ id }) => id);
  if (watched.length === 0) return;
  const quiet = await quietConnections(DB, watched, now);
  const told = await toldSilences(
    DB,
    quiet.map(({ connection }) => connection),
  );
  const fresh = quiet.filter(({ connection, last_at }) => (told.get(connection) ?? 0) < last_at);
  await DB.batch([
    closeSilences(
      DB,
      quiet.map(({ connection }) => connection),
      now,
    ),
    ...fresh.map(({ connection }) => raiseProblem(DB, { kind: "silence", dedupe: connection, connection, at: now })),
  ]);
}
