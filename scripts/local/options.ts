/** The command line of `npm start`. */
import { parseArgs } from "node:util";

export class UsageError extends Error {}

export const USAGE = `usage: npm start [-- options]
  without options          the demonstration: vendor doubles, the story played once, then it stays up
  --port N                 serve on 127.0.0.1:N (default 8787)
  --state DIR              where everything is kept (default .data)
  --vars FILE              KEY=value lines that become the Worker's secrets
  --demo                   the demonstration, also with the options above
  --once                   play the demonstration and stop: non-zero when a step fails
  --help                   this text
with --port, --state or --vars and without --demo the Worker is served alone: it starts empty and waits for PUT /v1/config`;

export type Options = {
  port: number;
  stateDirectory: string;
  varsFile: string | null;
  play: "nothing" | "story" | "story once";
  help: boolean;
};

const FLAGS = {
  port: { type: "string" },
  state: { type: "string" },
  vars: { type: "string" },
  demo: { type: "boolean", default: false },
  once: { type: "boolean", default: false },
  help: { type: "boolean", default: false, short: "h" },
} as const;

/** Throws `UsageError` with a sentence for an option that is unknown or makes no sense. */
export function parseOptions(args: readonly string[]): Options {
  try {
    const { values } = parseArgs({ args: [...args], options: FLAGS, strict: true, allowPositionals: false });
    const port = values.port ?? "8787";
    if (!/^\d{1,5}$/.test(port) || Number(port) < 1 || Number(port) > 65_535) throw new UsageError(`--port: ${port} is no port`);
    for (const name of ["state", "vars"] as const) if (values[name] === "") throw new UsageError(`--${name}: nothing is named`);
    const alone = !values.demo && !values.once && (values.port ?? values.state ?? values.vars) !== undefined;
    return {
      port: Number(port),
      stateDirectory: values.state ?? ".data",
      varsFile: values.vars ?? null,
      play: alone ? "nothing" : values.once ? "story once" : "story",
      help: values.help,
    };
  } catch (failure) {
    if (failure instanceof UsageError) throw failure;
    throw new UsageError(failure instanceof Error ? failure.message : String(failure));
  }
}
