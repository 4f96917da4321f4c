/** What a platform may report back to us after we wrote to it (O-01): the names and values of the fields an action sets. Messages and callback
 *  variables are not among them: a bot that answers to those means it. Pure. */
import { isIdentifierType } from "./identifier.ts";

/** `value` in the spelling of `echoValue`; it is hashed before it is stored. `shared`: the value names its person by itself, so whoever reports it
 *  reports our write; any other value ("vip", "50") is an echo only from the person we wrote it for. */
export type Echo = { readonly name: string; readonly value: string; readonly shared: boolean };

/** Actions that set fields, and the parameter that holds them. */
const WRITES: Readonly<Record<string, string>> = {
  set_fields: "fields",
  upsert_user: "fields",
  update_dialog: "fields",
  tracker_postback: "fields",
  save_variables: "variables",
};

/** Field names that vendors' reports turn into an identifier of another name. */
const IDENTIFIER_NAMES: Readonly<Record<string, string>> = {
  salebot_id: "client_id",
  sb_id: "client_id",
  tg: "telegram_id",
  chat_id: "telegram_id",
  chatId: "telegram_id",
};

/** Each is a row for a day; a bot that sets more fields at once is still recognised by these. */
const LONGEST = 60;

/** `titles`: the connection's own names of our field keys; the report may use either. */
export function echoesOf(
  action: string,
  parameters: Readonly<Record<string, unknown>>,
  titles: Readonly<Record<string, string>>,
): Echo[] {
  const written = parameters[WRITES[action] ?? ""];
  if (typeof written !== "object" || written === null) return [];
  const echoes = Object.entries(written).flatMap(([name, value]): Echo[] => {
    if (typeof value !== "string" && typeof value !== "number" && typeof value !== "boolean") return [];
    const text = String(value).trim();
    if (text === "") return [];
    const identifier = IDENTIFIER_NAMES[name];
    const names = new Set([name, titles[name], identifier].filter((known) => known !== undefined));
    const shared = identifier !== undefined || isIdentifierType(name);
    return [...names].map((known) => ({ name: known, value: echoValue(text), shared }));
  });
  return echoes.slice(0, LONGEST);
}

/** An order in a state. */
export const orderEcho = (order: string, status: string): Echo => ({
  name: "order",
  value: echoValue(`${order} ${status}`),
  shared: true,
});

/** One spelling for both sides of the comparison. */
export const echoValue = (text: string): string => text.trim().toLowerCase();
