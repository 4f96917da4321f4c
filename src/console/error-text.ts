/** A mistake of the document for an operator: its place, and the usual ones in the operator's language. The judge speaks English, because its words are
 *  part of the API; a message not in this list is shown as it is. */
import type { FieldError } from "../lib/field-errors.ts";
import type { View } from "./view.ts";

const RUSSIAN: readonly (readonly [RegExp, string])[] = [
  [/^required$/, "обязательное поле"],
  [/^is not a URL$/, "это не адрес"],
  [/^must not be empty$/, "не может быть пустым"],
  [/^expected number$/, "нужно число"],
  [/^expected string$/, "нужен текст"],
  [/^at least (\d+) characters?$/, "не короче $1 знаков"],
  [/^at most (\d+) characters?$/, "не длиннее $1 знаков"],
  [/^there is no connection "(.+)"$/, "нет подключения «$1»"],
  [/^there is no such day$/, "такого дня нет"],
  [/^the secret (\$\w+) is not set$/, "секрета $1 нет у Worker: npx wrangler secret put и повторите"],
  [/^a secret must be given as \$NAME.*$/, "секрет указывают как $ИМЯ секрета Worker, не значением"],
  [/^"(.+)" is not an IANA time zone.*$/, "«$1» — не часовой пояс вида Europe/Moscow"],
  [/^a decimal string such as.*$/, "число вида 90 или 90.5"],
  [/^bad name: a currency code.*$/, "код валюты — три буквы, как USD"],
  [/^an upper-case currency code$/, "код валюты — три буквы, как RUB"],
  [/^which chat is told$/, "укажите чат"],
  [/^a chat id or @channel$/, "номер чата или @канал"],
  [/^unknown field$/, "лишнее поле: опечатка в имени?"],
];

export function messageText(view: View, message: string): string {
  if (view.lang === "en") return message;
  const known = RUSSIAN.find(([pattern]) => pattern.test(message));
  return known ? message.replace(known[0], known[1]) : message;
}

export const errorText = (view: View, { path, message }: FieldError): string =>
  `${path === "" ? "" : `${path}: `}${messageText(view, message)}`;
