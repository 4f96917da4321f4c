/** The worked data set (test/fixtures/funnel-dataset.jsonl) as lines for POST /v1/import. Knows no runtime: tests in workerd and scripts in Node share it. */

type Line = Record<string, unknown> & { rx: string; at: string; src: string; type: string; ids: Record<string, string> };

const CONNECTIONS: Readonly<Record<string, string>> = {
  gw: "links",
  pin: "login",
  "1win": "onewin",
  chatterfy: "chat",
  sb: "sb",
  gc: "gc",
};
/** Identifiers of the set in the field names of the HTTP contract. */
export const NAMES: Readonly<Record<string, string>> = {
  tg: "telegram_id",
  sb_client: "client_id",
  gc_user: "gc_user_id",
  site_user: "user_id",
  aff_player: "player_id",
};

/** `source`: the fixture's text. */
export function importLines(source: string): string {
  const lines = source.trim().split("\n");
  return lines.map((text) => JSON.stringify(importLine(JSON.parse(text) as Line))).join("\n");
}

function importLine(line: Line): unknown {
  const { rx, at, src, type, ids, eid, utm, ua, cur, cost, amount, ...rest } = line;
  const [source = "", medium = "", campaign = ""] = Array.isArray(utm) ? utm.map(String) : [];
  delete rest["n"];
  return {
    connection: CONNECTIONS[src],
    received_at: rx.endsWith("Z") ? rx : `${rx}:00+03:00`,
    event: {
      ...rest,
      event: type === "pin_login" ? "login" : type,
      event_at: at,
      ...Object.fromEntries(Object.entries(ids).map(([name, value]) => [NAMES[name] ?? name, value])),
      ...(eid === undefined ? {} : { event_id: eid }),
      ...(utm === undefined ? {} : { utm_source: source, utm_medium: medium, utm_campaign: campaign }),
      ...(ua === undefined ? {} : { user_agent: ua }),
      ...(cur === undefined ? {} : { currency: cur }),
      ...(amount === undefined ? {} : { amount }),
      ...(cost === undefined ? {} : { amount: cost }),
      ...(src === "pin" ? { site: "site1" } : {}),
    },
  };
}
