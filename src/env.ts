/** Bindings, one line each, and the settings parsed from them once: every mistake is named in one message. With a mistake among
 *  them nothing but the health check answers: a missing SEAL_KEY that showed at the first event would be an event that cannot be
 *  kept. The message names bindings, never their values. */
import type { InboxRpc, LaneRpc } from "./rpc.ts";

/** Bindings and secrets as `wrangler.toml` and the operator give them, unread; `settingsOf` judges them. */
export type Env = {
  /** The record that people query. */
  readonly DB: D1Database;
  /** Configuration snapshot for the edge. */
  readonly CONFIG: KVNamespace;
  /** The durable front door, one object named "workspace". */
  readonly INBOX: DurableObjectNamespace<InboxRpc & Rpc.DurableObjectBranded>;
  /** One object per destination connection, named by its id. */
  readonly LANE: DurableObjectNamespace<LaneRpc & Rpc.DurableObjectBranded>;
  /** First filters per address: page reads, page posts, failed proofs. */
  readonly PAGE_GETS: RateLimit;
  readonly PAGE_POSTS: RateLimit;
  readonly FAILED_PROOFS: RateLimit;
  /** Counters per connection and outcome; null-like when not bound. */
  readonly METRICS?: AnalyticsEngineDataset;
  readonly ADMIN_TOKEN: string;
  readonly SEAL_KEY: string;
  /** Public origin, e.g. https://go.school.example; the request's own origin when absent. */
  readonly PUBLIC_URL?: string;
  /** "1" on a developer's machine: loopback and plain-HTTP destinations and literal secrets are allowed. */
  readonly LOCAL_MODE?: string;
  readonly LOG_LEVEL?: string;
};

/** What the bindings say once they are read; a mistake among them stops every request with one message, rather than some requests with a surprise. */
export type Settings = {
  readonly adminToken: string;
  /** Origin without a trailing slash, or null: then the request's own origin is used. */
  readonly publicUrl: string | null;
  readonly local: boolean;
  readonly logLevel: "debug" | "info" | "warn" | "error";
  /** The value of a Worker secret named by `$NAME`, or null. */
  readonly secret: (name: string) => string | null;
};

const parsed = new WeakMap<Env, Settings>();

/** The settings of an environment, parsed once; throws one Error that names every mistake. */
export function settingsOf(env: Env): Settings {
  const known = parsed.get(env) ?? parseSettings(env);
  parsed.set(env, known);
  return known;
}

function parseSettings(env: Env): Settings {
  const mistakes: string[] = [];
  const local = env.LOCAL_MODE === "1";
  if (!env.ADMIN_TOKEN) mistakes.push("ADMIN_TOKEN is not set");
  if (!env.SEAL_KEY) mistakes.push("SEAL_KEY is not set");
  if (!local && env.ADMIN_TOKEN && env.ADMIN_TOKEN.length < 24) mistakes.push("ADMIN_TOKEN is shorter than 24 characters");
  if (!local && env.SEAL_KEY && env.SEAL_KEY.length < 32) mistakes.push("SEAL_KEY is shorter than 32 characters");
  const publicUrl = parseOrigin(env.PUBLIC_URL);
  if (publicUrl === "invalid") mistakes.push("PUBLIC_URL is not an http(s) origin");
  const level = env.LOG_LEVEL ?? "info";
  if (!isLevel(level)) mistakes.push("LOG_LEVEL is not one of debug, info, warn, error");
  if (mistakes.length > 0) throw new Error(`settings: ${mistakes.join("; ")}`);
  const values = new Map<string, unknown>(Object.entries(env));
  return {
    adminToken: env.ADMIN_TOKEN,
    publicUrl,
    local,
    logLevel: isLevel(level) ? level : "info",
    secret: (name) => {
      const value = values.get(name);
      return typeof value === "string" && value !== "" ? value : null;
    },
  };
}

const isLevel = (text: string): text is Settings["logLevel"] => ["debug", "info", "warn", "error"].includes(text);

function parseOrigin(text: string | undefined): string | null | "invalid" {
  if (!text) return null;
  try {
    const url = new URL(text);
    return url.protocol === "https:" || url.protocol === "http:" ? url.origin : "invalid";
  } catch {
    return "invalid";
  }
}
