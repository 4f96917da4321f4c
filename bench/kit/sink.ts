/** Starts the vendor and asks it what it got. */
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

export type Sink = AsyncDisposable & {
  readonly origin: string;
  /** Arrival time by number, since the last look. */
  readonly seen: () => Promise<Map<number, number>>;
};

export async function startSink(latencyMs = 5): Promise<Sink> {
  const file = fileURLToPath(new URL("./sink-process.ts", import.meta.url));
  const child = spawn(process.execPath, [file, String(latencyMs)], { stdio: ["ignore", "pipe", "inherit", "ipc"] });
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  child.stdout?.once("data", (chunk: Buffer) => resolve(chunk.toString("utf8").trim()));
  child.once("exit", () => reject(new Error("the sink did not start")));
  const origin = `http://127.0.0.1:${await promise}`;
  return {
    origin,
    seen: async () => new Map((await (await fetch(`${origin}/seen`)).json()) as [number, number][]),
    [Symbol.asyncDispose]: async () => void child.kill(),
  };
}
