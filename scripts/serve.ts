/** Serves the Worker alone until it is told to stop. */
import { openGateway } from "./local/gateway.ts";
import type { Options } from "./local/options.ts";
import { stopOnSignals } from "./local/signals.ts";
import { readVars } from "./local/vars.ts";

export async function serve(options: Options): Promise<void> {
  const vars = options.varsFile === null ? {} : readVars(options.varsFile);
  const opening = openGateway({ port: options.port, stateDirectory: options.stateDirectory, vars });
  stopOnSignals(async () => (await opening).stop());
  const gateway = await opening;
  process.stdout.write(
    `Throughline: ${gateway.url} · state ${options.stateDirectory} · ready in ${process.uptime().toFixed(1)} s\n`,
  );
  if (vars["ADMIN_TOKEN"] === undefined) process.stdout.write(`ADMIN_TOKEN is kept in ${options.stateDirectory}/secrets.env\n`);
}
