/** The product as it runs, beside the vendor doubles: what a journey sends in, what the operator may read, what arrived at the vendors. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import type { Call } from "../../../sandbox/kit/calls.ts";
import { type Fields, fieldsOf, listOf, textOf } from "../../../sandbox/kit/values.ts";
import { type Sandbox, startSandbox } from "../../../sandbox/server.ts";
import { freePort } from "../../kill/server.ts";
import { openGateway } from "../../local/gateway.ts";

export type Answer = { readonly status: number; readonly body: Fields };

export type Rig = {
  readonly url: string;
  readonly adminToken: string;
  readonly sandbox: Sandbox;
  /** Makes this the configuration; throws when it is refused. */
  readonly save: (document: Fields) => Promise<void>;
  /** A call of the operator. */
  readonly operate: (method: string, path: string, body?: unknown) => Promise<Answer>;
  /** A fact at the door of a connection whose token is its id with `-token` after it. */
  readonly tell: (connection: string, fact: Fields) => Promise<Answer>;
  /** As `tell`, but a fact that is not accepted is a failure; answers with the event's id. */
  readonly accept: (connection: string, fact: Fields) => Promise<string>;
  /** The event once it is bound and everything about it is settled. */
  readonly settled: (event: string) => Promise<Settled>;
  readonly close: () => Promise<void>;
};

export type Delivery = {
  readonly id: string;
  readonly connection: string;
  readonly status: string;
  readonly reason: string;
  readonly attempts: readonly {
    readonly at: number;
    readonly status: number;
    readonly outcome: string;
    readonly reply: string;
  }[];
};
export type Settled = { readonly status: string; readonly deliveries: readonly Delivery[] };

const POLL_MS = 25;
const PATIENCE_MS = 30_000;

/** What the sender of a connection proves itself by. */
export const tokenOf = (connection: string): string => `${connection}-token-0123456789`;

/** Calls of one delivery as they arrived, oldest first. */
export const callsOf = (calls: readonly Call[], { id }: Pick<Delivery, "id">): Call[] =>
  calls.filter(({ headers }) => headers["idempotency-key"] === id);

/** Looks until it is not null; throws, naming what was waited for, when `patienceMs` end. */
export async function until<T>(what: string, look: () => Promise<T | null> | T | null, patienceMs = PATIENCE_MS): Promise<T> {
  const end = Date.now() + patienceMs;
  for (;;) {
    const found = await look();
    if (found !== null) return found;
    if (Date.now() > end) throw new Error(`waited in vain: ${what}`);
    await wait(POLL_MS);
  }
}

/** The server as `npm start` runs it and the doubles, on free ports over a state of their own; `close` removes it. */
export async function openRig(vars: Record<string, string> = {}): Promise<Rig> {
  const directory = mkdtempSync(join(tmpdir(), "throughline-outbound-"));
  const [port, sandbox] = await Promise.all([freePort(), startSandbox()]);
  const gateway = await openGateway({ port, stateDirectory: join(directory, "state"), vars: { LOG_LEVEL: "error", ...vars } });
  const operate = async (method: string, path: string, body?: unknown): Promise<Answer> => {
    const response = await fetch(gateway.url + path, {
      method,
      headers: { authorization: `Bearer ${gateway.adminToken}` },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: fieldsOf(await response.json()) };
  };
  const tell = async (connection: string, fact: Fields): Promise<Answer> => {
    const headers = { "content-type": "application/json" };
    const address = `${gateway.url}/webhook/${connection}/${tokenOf(connection)}`;
    const response = await fetch(address, { method: "POST", headers, body: JSON.stringify(fact) });
    return { status: response.status, body: fieldsOf(await response.json()) };
  };
  return {
    url: gateway.url,
    adminToken: gateway.adminToken,
    sandbox,
    operate,
    tell,
    save: async (document) => {
      const { status, body } = await operate("PUT", "/v1/config", document);
      if (status !== 200) throw new Error(`PUT /v1/config: ${status} ${JSON.stringify(body["errors"] ?? body)}`);
    },
    accept: async (connection, fact) => {
      const { status, body } = await tell(connection, fact);
      if (status !== 202) throw new Error(`not accepted: ${status} ${JSON.stringify(body)}`);
      return textOf(body["id"]);
    },
    settled: (event) => {
      let seen = "";
      return until(`${event} settles`, async () => {
        const { body } = await operate("GET", `/v1/events/${event}`);
        const story = { status: textOf(body["status"]), deliveries: listOf(body["deliveries"]).map(deliveryOf) };
        seen = JSON.stringify(story);
        const open = story.deliveries.some(({ status }) => status === "queued" || status === "retrying");
        return story.status === "accepted" || open ? null : story;
      }).catch((failure: unknown) => {
        throw new Error(`${String(failure)}: ${seen}`);
      });
    },
    close: async () => {
      await gateway.stop();
      await sandbox.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** A line of `GET /v1/deliveries`; what is absent reads as empty. `at` in epoch ms. */
export function deliveryOf(row: unknown): Delivery {
  const { id, connection, status, reason, attempts } = fieldsOf(row);
  return {
    id: textOf(id),
    connection: textOf(connection),
    status: textOf(status),
    reason: textOf(reason),
    attempts: listOf(attempts)
      .map(fieldsOf)
      .map((attempt) => ({
        at: Date.parse(textOf(attempt["at"])),
        status: Number(attempt["status"]),
        outcome: textOf(attempt["outcome"]),
        reply: textOf(attempt["reply"]),
      })),
  };
}
