/** Vendor doubles on one local port: `/{vendor}/…` answers as that vendor does, lies included, and `/_sandbox/` shows what arrived.
 *  Nothing is persisted and nothing leaves the machine; it is for demonstrations, journeys and load, never for production. */
import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import { setTimeout as wait } from "node:timers/promises";
import { parseArgs } from "node:util";
import { distort, openFaults } from "./faults.ts";
import type { Fault } from "./faults.ts";
import { answered, cutOff, openCallLog } from "./kit/calls.ts";
import type { Call, CallLog } from "./kit/calls.ts";
import { answerControl } from "./kit/control.ts";
import type { Controls } from "./kit/control.ts";
import { openDoubles } from "./kit/doubles.ts";
import type { Double } from "./kit/doubles.ts";
import { readBody, readHead } from "./kit/read.ts";
import { cut, send, sendHalf } from "./kit/send.ts";
import { json } from "./kit/wire.ts";
import type { SandboxRequest } from "./kit/wire.ts";

/** `url` has no trailing slash: a connection's `base_url` is `{url}/{vendor}`. */
export type Sandbox = Controls & { url: string; close: () => Promise<void> };

const KEPT_CALLS = 100_000;
/** Longer than any client keeps an idle connection, so that it is never the double that closes one under a request. */
const KEEP_ALIVE_MS = 120_000;

type Exchange = { response: ServerResponse; double: Double; request: SandboxRequest; call: Call };

function act({ double, request, call }: Exchange) {
  call.applied = true;
  return double.answer(request);
}

async function answerFaulty(exchange: Exchange, fault: Fault): Promise<void> {
  const { response, call } = exchange;
  const applied = fault.after === true ? act(exchange) : null;
  if (fault.kind === "slow") await wait(fault.ms);
  const truth = applied ?? (fault.kind === "slow" ? act(exchange) : null);
  const reply = distort(fault, truth, Date.now());
  if (fault.kind === "hang") return;
  if (reply === null || fault.kind === "half") cutOff(call);
  else answered(call, reply);
  if (reply === null) cut(response);
  else if (fault.kind === "half") sendHalf(response, reply);
  else send(response, reply);
}

type Desk = { doubles: Map<string, Double>; log: CallLog; controls: Controls };

async function answer(message: IncomingMessage, response: ServerResponse, { doubles, log, controls }: Desk): Promise<void> {
  const { prefix, head } = readHead(message);
  if (prefix === "") return send(response, { status: 302, headers: { location: "/_sandbox/" }, body: "" });
  if (prefix === "_sandbox") return send(response, answerControl(await readBody(message, head), controls));
  const double = doubles.get(prefix);
  if (double === undefined) return send(response, json({ vendors: [...doubles.keys()] }, 404));
  const target = { vendor: prefix, path: head.path };
  if (controls.faults.take({ ...target, body: null }) !== null) {
    cutOff(log.record(prefix, head, "refuse"));
    return cut(response);
  }
  const request = await readBody(message, head);
  const fault = controls.faults.take({ ...target, body: request.body });
  const seen = { ...request, parsed: double.unfold(request) };
  const exchange = {
    response,
    double,
    request,
    call: log.record(prefix, seen, fault?.kind ?? null),
  };
  if (fault !== null) return answerFaulty(exchange, fault);
  const reply = act(exchange);
  answered(exchange.call, reply);
  send(response, reply);
}

function openDesk(): Desk {
  const doubles = openDoubles();
  const log = openCallLog(KEPT_CALLS);
  const faults = openFaults();
  const controls: Controls = {
    calls: log.list,
    faults,
    vendors: [...doubles.keys()],
    state: () => Object.fromEntries([...doubles].map(([name, double]) => [name, double.memory()])),
    seed: (vendor, input) => doubles.get(vendor)?.seed(input) ?? false,
    reset: () => {
      log.clear();
      faults.clear();
      for (const double of doubles.values()) double.reset();
    },
  };
  return { doubles, log, controls };
}

/** Port 0 (the default) takes a free one; see `url`. */
export async function startSandbox(options: { port?: number; host?: string } = {}): Promise<Sandbox> {
  const desk = openDesk();
  const server = createServer((message, response) => {
    answer(message, response, desk).catch((error: unknown) => {
      if (response.headersSent || response.destroyed) cut(response);
      else send(response, json({ error: String(error) }, 500));
    });
  });
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  const { promise: listening, resolve, reject } = Promise.withResolvers<void>();
  server.once("error", reject);
  server.listen(options.port ?? 0, options.host ?? "127.0.0.1", resolve);
  await listening;
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no TCP address");
  return {
    ...desk.controls,
    url: `http://${address.address}:${address.port}`,
    close: async () => {
      const { promise: closed, resolve: done } = Promise.withResolvers<void>();
      server.close(() => done());
      server.closeAllConnections();
      await closed;
    },
  };
}

if (import.meta.main) {
  const { values } = parseArgs({ options: { port: { type: "string", default: "8799" } } });
  const { url } = await startSandbox({ port: Number(values.port) });
  process.stdout.write(`sandbox: ${url}/_sandbox/\n`);
}
