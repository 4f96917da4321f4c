/** `npm start`: see USAGE. Exit 2 is a mistake of the caller, 1 a failure of ours. */
import { demonstrate } from "./demo/demonstration.ts";
import { NotReady, PortInUse } from "./local/gateway.ts";
import { USAGE, UsageError, parseOptions } from "./local/options.ts";
import { StateInUse, StateUnusable } from "./local/state.ts";
import { serve } from "./serve.ts";

async function main(): Promise<void> {
  const options = parseOptions(process.argv.slice(2));
  if (options.help) process.stdout.write(`${USAGE}\n`);
  else if (options.play === "nothing") await serve(options);
  else await demonstrate(options);
}

try {
  await main();
} catch (failure) {
  const known = [UsageError, PortInUse, StateInUse, StateUnusable, NotReady].some((kind) => failure instanceof kind);
  process.stderr.write(
    failure instanceof Error ? `${known ? `npm start: ${failure.message}` : failure.stack}\n` : `${String(failure)}\n`,
  );
  if (failure instanceof UsageError) process.stderr.write(`${USAGE}\n`);
  process.exit(failure instanceof UsageError ? 2 : 1);
}
