/** What a scenario works with: a server that can be killed, the vendor doubles, and thousands of facts at once. */
import type { Call } from "../../sandbox/kit/calls.ts";
import { type Fields, fieldsOf, textOf } from "../../sandbox/kit/values.ts";
import { type Sandbox, startSandbox } from "../../sandbox/server.ts";
import { type MortalServer, newMortalServer } from "../kill/server.ts";
import { CHAOS_VARS } from "./scene.ts";

export type Verdict = { readonly lines: readonly string[]; readonly passed: boolean };

export type Fact = { readonly who: string; readonly n: number; readonly event: string };

export type Arena = {
  readonly sandbox: Sandbox;
  readonly server: MortalServer;
  readonly operate: (method: string, path: string, body?: unknown) => Promise<Fields>;
  readonly save: (document: Fields) => Promise<void>;
  /** Hands facts in through the import, rules on, in order; throws when one is not accepted. */
  readonly feed: (facts: readonly Fact[]) => Promise<void>;
  /** Calls of one destination that the vendor acted on, oldest first. */
  readonly applied: (destination: string) => Call[];
  /** A number of the command line, or this one. */
  readonly size: (name: string, usual: number) => number;
  readonly close: () => Promise<void>;
};

/** What a destination was told: whom a fact is about and its number. */
export const who = ({ parsed }: Call): string => textOf(fieldsOf(parsed)["who"]);
export const number = ({ parsed }: Call): number => Number(textOf(fieldsOf(parsed)["n"]));

const LINES = 1_000;

/** `sizes` are the numbers of the command line by name. */
export async function openArena(sizes: Readonly<Record<string, string | undefined>>): Promise<Arena> {
  const [sandbox, server] = await Promise.all([startSandbox(), newMortalServer({ ...CHAOS_VARS, LOG_LEVEL: "error" })]);
  await server.start();
  const call = async (method: string, path: string, body?: string): Promise<Fields> => {
    const headers = { authorization: `Bearer ${server.adminToken}` };
    const response = await fetch(server.url + path, { method, headers, ...(body === undefined ? {} : { body }) });
    const answer: unknown = await response.json();
    if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${JSON.stringify(answer)}`);
    return fieldsOf(answer);
  };
  return {
    sandbox,
    server,
    operate: (method, path, body) => call(method, path, body === undefined ? undefined : JSON.stringify(body)),
    save: async (document) => {
      await call("PUT", "/v1/config", JSON.stringify(document));
    },
    feed: async (facts) => {
      for (let from = 0; from < facts.length; from += LINES) {
        const lines = facts.slice(from, from + LINES).map(({ who: telegram_id, n, event }) => {
          const fact = { event, event_id: `${event}-${telegram_id}-${n}`, telegram_id, n };
          return JSON.stringify({ connection: "source", event: fact });
        });
        const { accepted } = await call("POST", "/v1/import?rules=1", lines.join("\n"));
        if (accepted !== lines.length) throw new Error(`${String(accepted)} of ${lines.length} facts were accepted`);
      }
    },
    applied: (destination) => sandbox.calls("site").filter(({ path, applied }) => applied && path === `/${destination}`),
    size: (name, usual) => Number(sizes[name] ?? usual),
    close: async () => {
      await server.close();
      await sandbox.close();
    },
  };
}

/** One destination that hears of every event of its own name. */
export function oneDestination(sandbox: Sandbox, name: string, more: Fields): Fields {
  return {
    connections: {
      source: { kind: "http", token: ["$CHAOS_TOKEN"] },
      [name]: { kind: "http", url: `${sandbox.url}/site/${name}`, timeout_ms: 2_000, ...more },
    },
    rules: [
      {
        on: name,
        do: [
          { to: name, action: "request", with: { method: "POST", body: { who: "{{event.telegram_id}}", n: "{{fields.n}}" } } },
        ],
      },
    ],
  };
}

/** `persons` × `each` facts, every person's in order, the persons taking turns. */
export const factsOf = (event: string, persons: number, each: number): Fact[] =>
  Array.from({ length: each }, (_none, n) =>
    Array.from({ length: persons }, (_each, p) => ({ who: String(710_000_000 + p), n, event })),
  ).flat();

export type Arrivals = { readonly missing: number; readonly repeated: number; readonly inversions: number };

/** What arrived against what was fed in. */
export function judgeArrivals(calls: readonly Call[], facts: readonly Fact[]): Arrivals {
  const last = new Map<string, number>();
  const seen = new Set<string>();
  let repeated = 0;
  let inversions = 0;
  for (const call of calls) {
    const key = `${who(call)} ${number(call)}`;
    if (seen.has(key)) repeated += 1;
    else if ((last.get(who(call)) ?? -1) > number(call)) inversions += 1;
    if (!seen.has(key)) last.set(who(call), number(call));
    seen.add(key);
  }
  return { missing: facts.filter((fact) => !seen.has(`${fact.who} ${fact.n}`)).length, repeated, inversions };
}
