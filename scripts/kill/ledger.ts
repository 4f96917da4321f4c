/** What the gateway says about its own work, read over the operator API. */
import { setTimeout as wait } from "node:timers/promises";
import { fieldsOf, listOf, textOf } from "../../sandbox/kit/values.ts";

export type Operator = { url: string; adminToken: string };
export type Row = Record<string, unknown>;

async function readPage(operator: Operator, path: string): Promise<{ items: Row[]; next: string }> {
  const response = await fetch(operator.url + path, { headers: { authorization: `Bearer ${operator.adminToken}` } });
  if (!response.ok) throw new Error(`${path} answered ${response.status}`);
  const { items, next_cursor } = fieldsOf(await response.json());
  return { items: listOf(items).map(fieldsOf), next: textOf(next_cursor) };
}

/** Every page of a list. Throws on anything but a 2xx. */
export async function readAll(operator: Operator, path: string): Promise<Row[]> {
  const rows: Row[] = [];
  let cursor = "";
  do {
    const page = await readPage(
      operator,
      `${path}${path.includes("?") ? "&" : "?"}limit=100${cursor === "" ? "" : `&cursor=${encodeURIComponent(cursor)}`}`,
    );
    rows.push(...page.items);
    cursor = page.next;
  } while (cursor !== "");
  return rows;
}

export type Unfinished = { accepted: number; queued: number; retrying: number };

/** Only the first page of each is counted: enough to know that something is left. */
export async function countUnfinished(operator: Operator): Promise<Unfinished> {
  const count = async (path: string) => (await readPage(operator, `${path}&limit=100`)).items.length;
  const [accepted, queued, retrying] = await Promise.all([
    count("/v1/events?status=accepted"),
    count("/v1/deliveries?status=queued"),
    count("/v1/deliveries?status=retrying"),
  ]);
  return { accepted, queued, retrying };
}

/** Milliseconds until nothing waits any more; null when that did not happen in time. */
export async function settle(operator: Operator, limitMs: number): Promise<number | null> {
  const began = performance.now();
  for (;;) {
    const { accepted, queued, retrying } = await countUnfinished(operator);
    if (accepted + queued + retrying === 0) return performance.now() - began;
    if (performance.now() - began > limitMs) return null;
    await wait(100);
  }
}
