/** The parts of a Telegram update in its flat view (core.telegram.org/bots/api, Bot API 9.5). */
export type Update = {
  /** `message`, `callback_query`, `my_chat_member` …: the one member beside `update_id`. */
  readonly kind: string;
  /** A value by its path inside that member. */
  readonly at: (path: string) => string | null;
};

/** Null when nothing stands beside `update_id`: the flat view of an update has one prefix, unknown ones included, so new kinds are kept and not lost. */
export function readUpdate(fields: Readonly<Record<string, string>>): Update | null {
  const name = Object.keys(fields).find((field) => /^[a-z_]+\./.test(field));
  if (name === undefined) return null;
  const kind = name.slice(0, name.indexOf("."));
  return {
    kind,
    at: (path) => {
      const value = fields[`${kind}.${path}`];
      return value === undefined || value === "" ? null : value;
    },
  };
}

/** Sums come in the currency's smallest unit; these have none smaller than one. */
const WHOLE_UNITS = new Set(["XTR", "JPY", "KRW", "VND", "CLP", "PYG", "ISK", "UGX", "XAF", "XOF"]);

/** A sum in smallest units as a decimal string. */
export function fromSmallestUnit(total: string, currency: string): string | null {
  if (!/^\d{1,15}$/.test(total)) return null;
  if (WHOLE_UNITS.has(currency)) return total;
  const padded = total.padStart(3, "0");
  return `${padded.slice(0, -2)}.${padded.slice(-2)}`;
}
