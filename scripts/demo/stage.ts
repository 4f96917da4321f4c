/** What a step of the story may do: call the gateway over HTTP as an outside caller would, watch the sandbox, say what it saw, judge it. */
import { randomBytes } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import { signStandardWebhook } from "../../sandbox/site.ts";
import { fieldsOf, listOf } from "../../sandbox/kit/values.ts";
import type { Cast } from "./cast.ts";
import { DEMO_VARS } from "./config.ts";
import type { Teller } from "./teller.ts";

export type Reply = { status: number; text: string; body: Record<string, unknown>; headers: Headers };
export type Proof = "none" | "bot" | "site" | "operator";
export type Call = {
  method?: "GET" | "POST" | "PUT" | "DELETE";
  path: string;
  proof?: Proof;
  json?: unknown;
  form?: Record<string, string>;
  headers?: Record<string, string>;
};

/** One call as the sandbox's own list shows it. */
export type Arrived = {
  seq: number;
  vendor: string;
  path: string;
  query: Record<string, unknown>;
  parsed: unknown;
  reply: unknown;
};

export type Stage = {
  gateway: string;
  sandbox: string;
  adminToken: string;
  cast: Cast;
  teller: Teller;
  /** How a request reaches the gateway; the kill test puts its own here. */
  fetch: typeof fetch;
  /** What one step learns and a later one needs. */
  notes: Map<string, string>;
  /** The newest sandbox call that has been told. */
  seen: { seq: number };
};

/** A stage on which nothing has happened yet. */
export const newStage = (place: Pick<Stage, "gateway" | "sandbox" | "adminToken" | "cast" | "teller">): Stage => ({
  ...place,
  fetch,
  notes: new Map(),
  seen: { seq: 0 },
});

/** Outgoing work may take a retry after a kill: the contract's 10 s and a little. */
const PATIENCE_MS = 12_000;
const POLL_MS = 40;

function parseBody(text: string): Record<string, unknown> {
  try {
    return fieldsOf(JSON.parse(text));
  } catch {
    return {};
  }
}

function proofHeaders(stage: Stage, proof: Proof, body: string): Record<string, string> {
  switch (proof) {
    case "none":
      return {};
    case "bot":
      return { authorization: `Bearer ${DEMO_VARS.SALEBOT_TOKEN}` };
    case "operator":
      return { authorization: `Bearer ${stage.adminToken}` };
    case "site": {
      const message = {
        id: `msg_${randomBytes(12).toString("base64url")}`,
        timestamp: String(Math.floor(Date.now() / 1000)),
        body,
      };
      const signature = signStandardWebhook(DEMO_VARS.SITE_SECRET, message);
      return { "webhook-id": message.id, "webhook-timestamp": message.timestamp, "webhook-signature": signature };
    }
  }
}

/** Sends without telling. */
export async function request(stage: Stage, call: Call): Promise<Reply> {
  const { path, proof = "none", json, form, headers = {} } = call;
  const body = json !== undefined ? JSON.stringify(json) : form ? new URLSearchParams(form).toString() : "";
  const method = call.method ?? (body === "" ? "GET" : "POST");
  const type: Record<string, string> =
    body === "" ? {} : { "content-type": json !== undefined ? "application/json" : "application/x-www-form-urlencoded" };
  const response = await stage.fetch(path.startsWith("http") ? path : stage.gateway + path, {
    method,
    redirect: "manual",
    headers: { ...type, ...proofHeaders(stage, proof, body), ...headers },
    ...(body === "" ? {} : { body }),
  });
  const text = await response.text();
  return { status: response.status, text, body: parseBody(text), headers: response.headers };
}

/** A call that is part of the story: made and told. */
export async function send(stage: Stage, call: Call): Promise<Reply> {
  const reply = await request(stage, call);
  stage.teller.sent(call, reply);
  return reply;
}

/** Repeats until it answers something else than null; null when patience ends. */
export async function until<T>(ask: () => Promise<T | null>): Promise<T | null> {
  const end = Date.now() + PATIENCE_MS;
  for (;;) {
    const answer = await ask();
    if (answer !== null || Date.now() > end) return answer;
    await wait(POLL_MS);
  }
}

async function callsOf(stage: Stage, since: number): Promise<Arrived[]> {
  const response = await fetch(`${stage.sandbox}/_sandbox/calls?since=${since}`);
  return listOf(await response.json()).map((entry) => {
    const { seq, vendor, path, query, parsed, reply } = fieldsOf(entry);
    return { seq: Number(seq), vendor: String(vendor), path: String(path), query: fieldsOf(query), parsed, reply };
  });
}

const mentions = (call: Arrived, words: readonly string[]): boolean => {
  const whole = `${call.vendor} ${call.path} ${JSON.stringify(call.query)} ${JSON.stringify(call.parsed)}`;
  return words.every((word) => whole.includes(word));
};

/** Waits for calls at the vendors since the last telling: one per list of words, all of which it must contain. Tells every new call. */
export async function expectArrived(stage: Stage, wanted: Record<string, readonly string[]>): Promise<void> {
  const since = stage.seen.seq;
  const calls = await until(async () => {
    const found = await callsOf(stage, since);
    return Object.values(wanted).every((words) => found.some((call) => mentions(call, words))) ? found : null;
  });
  const told = calls ?? (await callsOf(stage, since));
  for (const call of told) stage.teller.arrived(call);
  stage.seen.seq = told.at(-1)?.seq ?? since;
  for (const [what, words] of Object.entries(wanted))
    stage.teller.judged(
      what,
      told.some((call) => mentions(call, words)),
      words,
    );
}

/** Calls that match over the whole play. */
export async function countArrived(stage: Stage, words: readonly string[]): Promise<number> {
  return (await callsOf(stage, 0)).filter((call) => mentions(call, words)).length;
}

/** Gives a double the memory it would have of earlier days. */
export async function seedSandbox(stage: Stage, vendor: string, memory: unknown): Promise<void> {
  await fetch(`${stage.sandbox}/_sandbox/state/${vendor}`, { method: "POST", body: JSON.stringify(memory) });
}

/** Makes a double fail as `order` says (sandbox/faults.ts). */
export async function orderFault(stage: Stage, order: unknown): Promise<void> {
  await fetch(`${stage.sandbox}/_sandbox/faults`, { method: "POST", body: JSON.stringify(order) });
}
