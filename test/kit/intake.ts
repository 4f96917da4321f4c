/** A delivery read as the front door reads it, without storage: (connection, request) → event, verdict, fact. */
import { newIncoming } from "../../src/connectors/incoming.ts";
import { readEvent } from "../../src/connectors/registry.ts";
import { readReserved, reservedConnection } from "../../src/connectors/reserved.ts";
import { isReserved } from "../../src/domain/reserved.ts";
import type { Config } from "../../src/domain/config.ts";
import type { NewEvent } from "../../src/domain/event.ts";
import { type Fact, type IntakeVerdict, factKey, intakeVerdict } from "../../src/domain/intake.ts";
import { contentText, readDelivery } from "../../src/lib/body.ts";
import { configOf } from "./facts.ts";

export const RECEIVED_AT = Date.UTC(2026, 2, 10, 12);

export const WORKED_CONFIG: Config = configOf({
  workspace: { time_zone: "Europe/Moscow", currency: "RUB", fx: { USD: "90" } },
  connections: {
    bot: { kind: "salebot", project: "294495", school: "school" },
    school: { kind: "getcourse", account: "school.getcourse.ru" },
    chat: { kind: "chatterfy" },
    meta: { kind: "metabot", bot_id: "7", business: "biz" },
    tg: { kind: "telegram" },
    tracker: { kind: "keitaro", url: "https://tr.example" },
    onewin: { kind: "network", network: "1win", click_issuer: "chat" },
    binomo: { kind: "network", network: "binomo", click_issuer: "chat", mapping: { superrega: "reg", their_sum: "amount" } },
    site: { kind: "site", origin: "https://school.example", bot: "bot" },
    old: { kind: "network", network: "old", duplicates: "ignore" },
    loose: { kind: "network", network: "loose", duplicates: "new" },
  },
  links: {
    vk1: {
      to: "https://t.me/b?start={click}",
      utm_source: "VK",
      utm_medium: "cpc",
      utm_campaign: "spring",
      clickids: { subid: "tracker" },
    },
    tg1: { to: "https://t.me/b?start={click}", utm_source: "tgads", utm_medium: "cpm", utm_campaign: "spring" },
    anna: { to: "https://t.me/b?start={click}", utm_source: "blogger", utm_medium: "post", utm_campaign: "anna" },
  },
});

export type Sending = {
  readonly query?: string;
  readonly json?: unknown;
  readonly body?: string;
  readonly type?: string;
  readonly path?: string;
  readonly webhookId?: string;
  readonly receivedAt?: number;
};

export type Read = { readonly event: NewEvent; readonly verdict: IntakeVerdict; readonly fact: Fact };

export async function read(id: string, sending: Sending, config: Config = WORKED_CONFIG): Promise<Read> {
  const connection = isReserved(id) ? reservedConnection(id) : config.connections.get(id);
  if (!connection) throw new Error(`no connection ${id}`);
  const body = sending.json === undefined ? sending.body : JSON.stringify(sending.json);
  const init =
    body === undefined ? {} : { method: "POST", body, headers: { "content-type": sending.type ?? "application/json" } };
  const delivery = await readDelivery(new Request(`https://go.example/webhook/x?${sending.query ?? ""}`, init));
  if (!delivery.ok || !delivery.value.content.ok) throw new Error("not readable");
  const { method, content } = delivery.value;
  const delivered = content.value;
  const receivedAt = sending.receivedAt ?? RECEIVED_AT;
  const deliveryId = sending.webhookId ?? null;
  const incoming = newIncoming(config, connection, {
    method,
    content: content.value,
    pathEvent: sending.path ?? null,
    deliveryId,
    receivedAt,
  });
  const event = isReserved(id) ? readReserved(config, id, incoming) : readEvent(connection, incoming);
  return {
    event,
    verdict: intakeVerdict(event),
    fact: factKey(connection, event, () => contentText(delivered)),
  };
}

/** `type@scope=value` of every identifier: short enough to compare at a glance. */
export const ids = (event: NewEvent): string[] =>
  event.identifiers.map(({ type, scope, value }) => `${type}${scope === "" ? "" : `@${scope}`}=${value}`).toSorted();
