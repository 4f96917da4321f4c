/** Starts the vendor and asks it what it got. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

export type Sink = AsyncDisposable & {
  readonly origin: string;
  /** Every arrival since the last look: its number and its time. */
  readonly arrivals: () => Promise<[n: number, at: number][]>;
  /** The same as a time by number. */
  readonly seen: () => Promise<Map<number, number>>;
};

/** `port` 0 = any free one. */
export async function startSink(latencyMs = 5, port = 0): Promise<Sink> {
  const file = fileURLToPath(new URL("./sink-process.ts", import.meta.url));
  const child = spawn(process.execPath, [file, String(latencyMs), String(port)], { stdio: ["ignore", "pipe", "inherit", "ipc"] });
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  child.stdout?.once("data", (chunk: Buffer) => resolve(chunk.toString("utf8").trim()));
  child.once("exit", () => reject(new Error("the sink did not start")));
  const origin = `http://127.0.0.1:${await promise}`;
  const arrivals = async () => (await (await fetch(`${origin}/seen`)).json()) as [number, number][];
  return {
    origin,
    arrivals,
    seen: async () => new Map(await arrivals()),
    [Symbol.asyncDispose]: async () => {
      const gone = once(child, "exit");
      child.kill();
      await gone;
    },
  };
}
