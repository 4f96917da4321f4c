/** Builders of events and persons for pure tests. */
import { EMPTY_EVENT } from "../../src/domain/event.ts";
import type { Addressee, EventFacts } from "../../src/domain/delivery.ts";
import { configDocument } from "../../src/domain/config/document.ts";
import { resolveConfig } from "../../src/domain/config/resolve.ts";
import type { Config } from "../../src/domain/config.ts";
import type { IdentifierType } from "../../src/domain/identifier.ts";

export const factsOf = (changes: Partial<EventFacts> = {}): EventFacts => ({
  id: "evt_1",
  ...EMPTY_EVENT,
  type: "payment",
  money: { amount: "50", paidTotal: null, currency: "USD" },
  tid: "tx-77",
  utm: { utm_source: "tg", utm_campaign: "spring" },
  connection: "onewin",
  receivedAt: Date.UTC(2026, 2, 1, 12),
  label: "sale",
  eventTime: Date.UTC(2026, 2, 1, 11),
  ...changes,
});

type Known = readonly [type: IdentifierType, value: string, scope?: string, lastSeen?: number];

export const personOf = (known: readonly Known[] = [], traits: Readonly<Record<string, string>> = {}): Addressee => ({
  id: "per_1",
  key: "k_1",
  identifiers: known.map(([type, value, scope = "", lastSeen = 1]) => ({ type, value, scope, proof: "native", lastSeen })),
  traits,
});

/** A configuration with defaults filled in; literal secrets. */
export const configOf = (document: Readonly<Record<string, unknown>> = {}): Config =>
  resolveConfig(configDocument.parse(document), 1, () => null);
