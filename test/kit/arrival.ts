/** An arrival at the inbox for tests of what happens to it there; its sealed parts cannot be opened. */
import { newEventId } from "../../src/lib/ids.ts";
import type { Arrival } from "../../src/rpc.ts";

export const arrivalOf = (fact: string, changes: Partial<Arrival> = {}): Arrival => ({
  id: newEventId(Date.now()),
  connection: "bot",
  type: "message",
  receivedAt: Date.now(),
  fact,
  told: null,
  state: "",
  windowMs: null,
  keepUntil: Date.now() + 86_400_000,
  verdict: "accepted",
  cause: null,
  field: null,
  rules: true,
  perSecond: null,
  facts: new ArrayBuffer(8),
  raw: null,
  ...changes,
});
