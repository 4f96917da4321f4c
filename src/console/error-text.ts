/** A mistake of the document for an operator: its place, and the usual ones in the operator's language. The judge speaks English, because its words are
 *  part of the API; a message not in this list is shown as it is. */
import type { FieldError } from "../lib/field-errors.ts";
import type { View } from "./view.ts";

const RUSSIAN: readonly (readonly [RegExp, string])[] = [
  [/^required$/, "обязательное поле"],
  [/^is not a URL$/, "это не адрес"],
  [/^must be http or https$/, "нужен адрес http или https"],
  [/^must be http, https or tg$/, "нужен адрес http, https или tg"],
  [/^must be https$/, "нужен https"],
  [/^must not carry a user name or password$/, "в адресе не может быть имени и пароля"],
  [/^points at a private, link-local or reserved address$/, "адрес частной или служебной сети: туда отправлять нельзя"],
  [/^points at a local name$/, "имя локальной сети: туда отправлять нельзя"],
  [/^must not have a query or a fragment$/, "в этом адресе не может быть «?» и «#»"],
  [/^must not have a fragment$/, "в этом адресе не может быть «#»"],
  [/^must be an origin: .*$/, "нужны только схема, имя и порт, как https://school.example"],
  [/^an unfinished macro: (.+)$/, "макрос не закрыт: $1"],
  [/^a macro is filled in a rule only$/, "макросы подставляются только в правиле"],
  [/^"(.+)": only resale takes a number.*$/, "«$1»: номер бывает только у resale, начиная с resale#1"],
  [/^a condition reads event\.x.*$/, "условие читает event.x, person.x, fields.x или tracker.x"],
  [/^an empty list never matches$/, "пустой список никогда не совпадёт"],
  [/^"(.*)" is not an action of (\w+) \((.+)\)$/, "«$1» — не действие $2; есть: $3"],
  [/^"(.+)" is of kind (\w+), expected (.+)$/, "«$1» — это $2, а нужно: $3"],
  [/^a secret is read at a connection only.*$/, "секрет указывают у самого подключения, в его полях"],
  [/^a GET carries no body.*$/, "у GET нет тела: передайте это в адресе"],
  [/^required: the connection has no url$/, "обязательное поле: у подключения нет адреса"],
  [/^this id is reserved.*$/, "это имя занято самим шлюзом"],
  [/^a signing secret is whsec_.*$/, "секрет подписи — whsec_ и дальше base64"],
  [/^the same value as (.+)$/, "то же значение, что у $1"],
  [/^(\$\w+) is the gateway's own key.*$/, "$1 — собственный ключ шлюза, подключению его давать нельзя"],
  [/^(?:bad name: )?an id is 1-64 of.*$/, "имя — от 1 до 64 знаков A-Z a-z 0-9 _ -"],
  [/^a rate above zero$/, "нужен курс больше нуля"],
  [/^a header name$/, "это не имя заголовка"],
  [/^is longer than (\d+) characters$/, "длиннее $1 знаков"],
  [/^expected (?:object|record)$/, "нужен объект"],
  [/^expected array$/, "нужен список"],
  [/^expected boolean$/, "нужно true или false"],
  [/^expected int$/, "нужно целое число"],
  [/^at least (\d+) items?$/, "не меньше $1 в списке"],
  [/^at most (\d+) items?$/, "не больше $1 в списке"],
  [/^above (-?[\d.]+)$/, "больше $1"],
  [/^at least (-?[\d.]+)$/, "не меньше $1"],
  [/^at most (-?[\d.]+)$/, "не больше $1"],
  [/^one of: (.+)$/, "одно из: $1"],
  [/^a value of another type is expected$/, "нужно значение другого типа"],
  [/^(?:bad name: )?not (?:a )?valid\b.*$/, "запись не подходит: сверьте с примером в документации"],
  [/^a date such as (.+)$/, "нужна дата вида $1"],
  [/^no such date$/, "такой даты нет"],
  [/^the end is exclusive.*$/, "конец не входит в период и должен быть позже начала"],
  [/^must not be empty$/, "не может быть пустым"],
  [/^expected number$/, "нужно число"],
  [/^expected string$/, "нужен текст"],
  [/^at least (\d+) characters?$/, "не короче $1 знаков"],
  [/^at most (\d+) characters?$/, "не длиннее $1 знаков"],
  [/^there is no connection ""$/, "выберите подключение"],
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

/** The message in the reader's language; one that is not in the list as the judge said it. */
export function messageText(view: View, message: string): string {
  if (view.lang === "en") return message;
  const known = RUSSIAN.find(([pattern]) => pattern.test(message));
  return known ? message.replace(known[0], known[1]) : message;
}

/** "links.a.to: is not a URL" in the reader's language; the path is left out when the mistake is about the whole document. */
export const errorText = (view: View, { path, message }: FieldError): string =>
  `${path === "" ? "" : `${path}: `}${messageText(view, message)}`;
