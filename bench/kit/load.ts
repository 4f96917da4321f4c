/** A closed-loop load from this process over keep-alive connections: each of `connections` sends its next request when the last was answered. */
import { Agent, request as httpRequest } from "node:http";

export type Shot = {
  readonly method: string;
  readonly path: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
};

export type LoadResult = {
  readonly requests: number;
  readonly seconds: number;
  readonly perSecond: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly failures: number;
};

export type LoadOrder = {
  readonly origin: string;
  readonly connections: number;
  readonly requests: number;
  /** The n-th request. */
  readonly shot: (n: number) => Shot;
  /** Whether an answer counts as a success; by default any 2xx or 3xx. */
  readonly accept?: (status: number, body: string) => boolean;
  /** Open loop: requests start at this rate whatever the answers do. */
  readonly perSecond?: number;
  /** Closed loop: nothing more is sent after this long. */
  readonly seconds?: number;
  /** Hears of every answer. */
  readonly answered?: (n: number, good: boolean) => void;
};

/** Times in ms, from the send to the last byte of the answer. A request that breaks counts as a failure; nothing throws. */
export async function load(order: LoadOrder): Promise<LoadResult> {
  const agent = new Agent({ keepAlive: true, maxSockets: order.connections });
  const { hostname, port } = new URL(order.origin);
  const times: number[] = [];
  let failures = 0;
  let next = 0;
  const accept = order.accept ?? ((status: number) => status >= 200 && status < 400);
  const fire = async (n: number): Promise<void> => {
    const shot = order.shot(n);
    const from = performance.now();
    const good = await send(agent, hostname, Number(port), shot).then(
      ({ status, body }) => accept(status, body),
      () => false,
    );
    times.push(performance.now() - from);
    if (!good) failures += 1;
    order.answered?.(n, good);
  };
  const started = performance.now();
  const end = started + (order.seconds ?? Number.POSITIVE_INFINITY) * 1_000;
  if (order.perSecond === undefined) {
    const worker = async (): Promise<void> => {
      while (next < order.requests && performance.now() < end) {
        next += 1;
        await fire(next - 1);
      }
    };
    await Promise.all(Array.from({ length: order.connections }, worker));
  } else {
    const shots: Promise<void>[] = [];
    for (let n = 0; n < order.requests; n += 1) {
      const due = started + (n * 1_000) / order.perSecond;
      const wait = due - performance.now();
      if (wait > 1) await new Promise((resolve) => setTimeout(resolve, wait));
      shots.push(fire(n));
    }
    await Promise.all(shots);
  }
  const seconds = (performance.now() - started) / 1_000;
  agent.destroy();
  times.sort((a, b) => a - b);
  const rank = (share: number): number => times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0;
  return {
    requests: times.length,
    seconds,
    perSecond: times.length / seconds,
    p50: rank(0.5),
    p95: rank(0.95),
    p99: rank(0.99),
    failures,
  };
}

function send(agent: Agent, host: string, port: number, shot: Shot): Promise<{ status: number; body: string }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number; body: string }>();
  const headers = {
    ...shot.headers,
    ...(shot.body === undefined ? {} : { "content-length": String(Buffer.byteLength(shot.body)) }),
  };
  const request = httpRequest({ agent, host, port, method: shot.method, path: shot.path, headers }, (response) => {
    const chunks: Buffer[] = [];
    response.on("data", (chunk: Buffer) => chunks.push(chunk));
    response.on("end", () => resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString("utf8") }));
    response.on("error", reject);
  });
  request.on("error", reject);
  request.end(shot.body);
  return promise;
}
