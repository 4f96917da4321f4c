/** Three destinations that get every event: one healthy, one down, one that never answers. All three are paths of the sandbox's echoing site. */
import type { Sandbox } from "../../sandbox/server.ts";

export const CHAOS_VARS = { CHAOS_TOKEN: "chaos-hook-0c9e7a51" } as const;

export const DESTINATIONS = ["up", "down", "hanging"] as const;
export type Destination = (typeof DESTINATIONS)[number];

/** Thirty short steps: nothing may die of patience while the sandbox misbehaves. */
const RETRY_SECONDS = Array.from({ length: 30 }, (_none, index) => Math.min(5, 1 + index));

/** The configuration: every `tick` goes to all three. */
export function chaosDocument(sandbox: Sandbox) {
  const destination = (name: Destination) => ({
    kind: "http",
    url: `${sandbox.url}/site/${name}`,
    timeout_ms: 1000,
    retry_seconds: RETRY_SECONDS,
  });
  return {
    connections: {
      source: { kind: "http", token: ["$CHAOS_TOKEN"] },
      ...Object.fromEntries(DESTINATIONS.map((name) => [name, destination(name)])),
    },
    rules: [
      {
        on: "tick",
        do: DESTINATIONS.map((to) => ({
          to,
          action: "request",
          with: { method: "POST", body: { who: "{{event.telegram_id}}", n: "{{fields.n}}" } },
        })),
      },
    ],
  };
}

/** Until the faults are taken back. */
export function breakVendors(sandbox: Sandbox): void {
  sandbox.faults.add({ vendor: "site", match: { path: "/down" }, fault: { kind: "status", status: 503, body: "down" } });
  sandbox.faults.add({ vendor: "site", match: { path: "/hanging" }, fault: { kind: "hang" } });
}
