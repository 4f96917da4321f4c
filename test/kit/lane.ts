/** A lane under test: a configuration with `http` connections, a scripted vendor behind the global fetch, deliveries written and handed over as
 *  producers do it. `run` ends when the lane has nothing more to do soon. */
import type { DeliveryId } from "../../src/lib/ids.ts";
import { runInDurableObject } from "cloudflare:test";
import { vi } from "vitest";
import type { WorkOrder } from "../../src/domain/delivery.ts";
import { enqueueDeliveries } from "../../src/flows/enqueue-delivery.ts";
import type { Lane } from "../../src/lane.ts";
import { bindings } from "./bindings.ts";
import { saveDocument, testContext } from "./context.ts";

/** Saves connections of kind `http`, each with what is given on top. */
export async function configure(connections: Readonly<Record<string, object>>, workspace: object = {}): Promise<void> {
  const filled = Object.entries(connections).map(([id, given]) => [
    id,
    { kind: "http", url: "https://vendor.example/", ...given },
  ]);
  await saveDocument({ workspace, connections: Object.fromEntries(filled) });
}

export type Call = { readonly url: string; readonly headers: Headers; readonly body: string; readonly at: number };
type Answer = Response | Promise<Response>;

/** Replaces the network: every outgoing call is recorded and answered by `answer`. */
export function vendor(answer: (call: Call, n: number) => Answer): Call[] {
  const calls: Call[] = [];
  vi.spyOn(globalThis, "fetch").mockImplementation(async (input, init) => {
    const headers = new Headers(init?.headers);
    const call = {
      url: input instanceof Request ? input.url : input.toString(),
      headers,
      body: typeof init?.body === "string" ? init.body : "",
      at: Date.now(),
    };
    calls.push(call);
    return answer(call, calls.length);
  });
  return calls;
}

export const fine = (): Response => new Response("ok");

/** A fresh person with a Telegram id; returns its id. */
export async function person(name: string): Promise<string> {
  const ctx = await testContext();
  const id = `per_${name}`;
  const sealed = await ctx.seal.seal(`tg-${name}`);
  const hash = await ctx.seal.index("telegram_id", "", `tg-${name}`);
  await bindings.DB.batch([
    bindings.DB.prepare(
      "INSERT INTO persons (id, person_id, key, first_seen, last_seen, created_at) VALUES (?1, ?1, ?2, 1, 1, 1) ON CONFLICT DO NOTHING",
    ).bind(id, `k_${name}`),
    bindings.DB.prepare(
      `INSERT INTO identifiers (hash, type, scope, person_id, home_id, proof, sealed, first_seen, last_seen, event_id)
       VALUES (?1, 'telegram_id', '', ?2, ?2, 'native', ?3, 1, 1, 'evt_x') ON CONFLICT DO NOTHING`,
    ).bind(hash, id, sealed),
  ]);
  return id;
}

export type Given = Partial<WorkOrder> & { readonly line?: string; readonly body?: unknown; readonly action?: string };

/** Writes and hands over one delivery per item, in order; returns the ids. */
export async function give(connection: string, items: readonly Given[]): Promise<DeliveryId[]> {
  const ctx = await testContext();
  return enqueueDeliveries(
    ctx,
    items.map(({ line, body, action = "request", ...work }) => ({
      connection,
      action,
      line: line ?? work.personId ?? "nobody",
      work: {
        with: { url: "https://vendor.example/in", method: "POST", body: body ?? { hello: 1 } },
        personId: null,
        address: null,
        event: null,
        rendered: null,
        replay: false,
        ...work,
      },
    })),
  );
}

export const laneStub = (connection: string): DurableObjectStub<Lane> =>
  bindings.LANE.get(bindings.LANE.idFromName(connection)) as unknown as DurableObjectStub<Lane>;

/** Runs the lane until it has nothing to do soon. */
export const run = (connection: string): Promise<void> => runInDurableObject(laneStub(connection), (lane: Lane) => lane.alarm());

export type Row = { status: string; reason: string | null; attempts: number; next_attempt_at: number | null; generation: number };

export async function row(id: string): Promise<Row> {
  const found = await bindings.DB.prepare(
    "SELECT status, reason, attempts, next_attempt_at, generation FROM deliveries WHERE id = ?1",
  )
    .bind(id)
    .first<Row>();
  if (!found) throw new Error(`no delivery ${id}`);
  return found;
}

/** Moves the clock of the whole isolate. */
export function travel(ms: number): void {
  const real = Date.now.bind(Date);
  const from = real() + ms;
  const start = performance.now();
  vi.spyOn(Date, "now").mockImplementation(() => Math.round(from + performance.now() - start));
}
