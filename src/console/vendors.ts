/** What to paste into each vendor: the address, the body and the macros, with the connection's own id in place. The token is a secret and is not
 *  shown: TOKEN stands in its place until it is revealed. Vendor facts: docs/vendors.md (2026-11). */
import type { Connection, Kind } from "../domain/config.ts";
import type { Phrase } from "./copy.ts";

/** How one kind is connected, from the vendor's side. */
export type Recipe = {
  readonly name: Phrase;
  /** What it adds to the path, for choosing. */
  readonly brings: Phrase;
  readonly hint: Phrase;
  /** What is copied; `{base}`, `{id}`, `{token}`, `{secret}` and `{bot_token}` are filled in. */
  readonly blocks: readonly { readonly title: Phrase; readonly text: string }[];
};

const HOOK = "{base}/webhook/{id}/{token}";
const POST: Phrase = ["Адрес для POST-запроса", "Address for a POST request"];
const BODY: Phrase = ["Тело запроса, JSON", "Request body, JSON"];

/** Per kind: its name, what it brings, and the lines an operator pastes; `{base} {id} {token} {secret} {bot_token}` are filled in. */
export const RECIPES: Readonly<Record<Kind, Recipe>> = {
  salebot: {
    name: ["Salebot", "Salebot"],
    brings: ["старты, почта и шаги бота; ответы ему", "bot starts, e-mails and steps; replies to it"],
    hint: ["Поставьте блок API-запроса Salebot, тип POST json.", "Add an API request block in Salebot, type POST json."],
    blocks: [
      { title: POST, text: HOOK },
      {
        title: BODY,
        text: `{"event":"bot_start","client_id":"#{client_id}","telegram_id":"#{platform_id}","start":"#{tag}","first_name":"#{full_name}"}`,
      },
      {
        title: ["Узнали почту", "The e-mail became known"],
        text: `{"event":"identify","client_id":"#{client_id}","telegram_id":"#{platform_id}","email":"#{email}","phone":"#{phone}"}`,
      },
    ],
  },
  getcourse: {
    name: ["GetCourse", "GetCourse"],
    brings: ["регистрации, заказы, оплаты школы", "registrations, orders and payments of the school"],
    hint: [
      "В процессе добавьте операцию «Вызвать URL». GetCourse и в GET, и в POST кладёт значения в адрес.",
      "Add a «Вызвать URL» step to the process. GetCourse puts the values into the address for GET and POST alike.",
    ],
    blocks: [
      {
        title: ["Процесс по пользователям: регистрация", "User process: registration"],
        text: `${HOOK}/registration?gc_user_id={object.id}&email={object.email}&phone={object.phone}&first_name={object.first_name}`,
      },
      {
        title: ["Процесс по заказам", "Order process"],
        text: `${HOOK}?email={object.user.email}&number={object.number}&cost_money_value={object.cost_money_value}&payed_money={object.payed_money}&left={object.left_cost_money}&status={object.status}`,
      },
    ],
  },
  chatterfy: {
    name: ["Chatterfy", "Chatterfy"],
    brings: ["старты и шаги бота, clickid", "bot starts and steps, the clickid"],
    hint: [
      "В шаге бота включите Send Webhook и вставьте адрес целиком.",
      "Switch on Send Webhook in the step and paste the whole address.",
    ],
    blocks: [
      {
        title: ["Send Webhook", "Send Webhook"],
        text: `${HOOK}/bot_start?chatid={chatId}&clickid={tracker.clickid}&username={username}&step={stepKey}&started={createdAt}`,
      },
    ],
  },
  metabot: {
    name: ["Metabot", "Metabot"],
    brings: ["лиды бота, вход по PIN", "leads of the bot, PIN login"],
    hint: ["Вызовите адрес из скрипта бота методом POST.", "Call the address from the bot's script with POST."],
    blocks: [
      { title: POST, text: HOOK },
      {
        title: BODY,
        text: `{"event":"bot_start","lead_id":"{{lead.id}}","person_id":"{{person.id}}","telegram_id":"{{lead.messenger_id}}"}`,
      },
    ],
  },
  telegram: {
    name: ["Telegram", "Telegram"],
    brings: ["ваш бот напрямую; коды и тревоги", "your own bot; codes and alerts"],
    hint: ["Откройте эту строку в браузере один раз.", "Open this line in a browser once."],
    blocks: [
      {
        title: ["setWebhook", "setWebhook"],
        text: `https://api.telegram.org/bot{bot_token}/setWebhook?url={base}/webhook/{id}&secret_token={token}`,
      },
    ],
  },
  keitaro: {
    name: ["Keitaro", "Keitaro"],
    brings: ["клики и конверсии трекера", "clicks and conversions of the tracker"],
    hint: [
      "S2S-постбек из Keitaro к нам. В ссылке передайте subid, в ссылке шлюза назовите его в clickids.",
      "S2S postback from Keitaro to us. Pass subid in the link and name it in the link's clickids.",
    ],
    blocks: [
      {
        title: ["S2S-постбек", "S2S postback"],
        text: `{base}/postback/{id}/{token}?subid={subid}&status={status}&payout={revenue}&currency=USD&tid={tid}`,
      },
    ],
  },
  network: {
    name: ["Партнёрская сеть", "Affiliate network"],
    brings: ["регистрации и депозиты 1win, Binomo и других", "registrations and deposits of 1win, Binomo and others"],
    hint: ["Имена макросов у сетей разные: проверьте по списку сети.", "Macro names differ: check the network's list."],
    blocks: [
      {
        title: ["Регистрация", "Registration"],
        text: `{base}/postback/{id}/{token}/registration?clickid={sub1}&player={user_id}`,
      },
      {
        title: ["Первый депозит", "First deposit"],
        text: `{base}/postback/{id}/{token}/sale?clickid={sub1}&amount={amount}&currency=usd&tid={transaction_id}&player={user_id}`,
      },
      {
        title: ["Депозит", "Deposit"],
        text: `{base}/postback/{id}/{token}/deposit?clickid={sub1}&amount={amount}&currency=usd&tid={transaction_id}&player={user_id}`,
      },
    ],
  },
  site: {
    name: ["Сайт", "Site"],
    brings: ["вход по PIN, переходы со страниц", "PIN login, clicks from pages"],
    hint: [
      "Сниппет несёт переход до кнопки бота; сервер сайта подписывает запросы по Standard Webhooks.",
      "The snippet carries the click to the bot's button; the site's backend signs its calls (Standard Webhooks).",
    ],
    blocks: [
      {
        title: ["На каждой странице сайта", "On every page"],
        text: `<script src="{base}/snippet.js" data-site="{id}" async></script>`,
      },
      { title: ["Секрет подписи", "Signing secret"], text: "{secret}" },
      { title: ["Проверка PIN", "Checking a PIN"], text: `POST {base}/v1/authorize  {"buid":"…","pin":"…"}` },
    ],
  },
  http: {
    name: ["Любой сервис", "Any service"],
    brings: ["MAX, почта, CRM, Albato, n8n — всё, что умеет HTTP", "MAX, e-mail, CRM, Albato, n8n: whatever speaks HTTP"],
    hint: [
      "JSON, форма или параметры в адресе: имена полей общие для всех подключений.",
      "JSON, form or query: the field names are the same for every connection.",
    ],
    blocks: [
      { title: POST, text: HOOK },
      { title: BODY, text: `{"event":"registration","email":"…","phone":"…","clickid":"…"}` },
    ],
  },
};

/** In the order in which they are offered. */
export const KINDS: readonly Kind[] = [
  "salebot",
  "getcourse",
  "chatterfy",
  "metabot",
  "telegram",
  "keitaro",
  "network",
  "site",
  "http",
];

/** Own names only: `constructor` of a form is no kind. */
export const isKindName = (text: string): text is Kind => Object.hasOwn(RECIPES, text);

/** The field of a connection that holds what its sender proves itself by. */
export const proofField = (kind: Kind): "secret" | "secret_token" | "token" =>
  kind === "site" ? "secret" : kind === "telegram" ? "secret_token" : "token";

/** Binomo takes one address without «?» and adds its own parameters (docs/recipes/07-networks.md). */
const BINOMO: Pick<Recipe, "hint" | "blocks"> = {
  hint: [
    "Адрес один и без «?»: сеть допишет значения под именами, которые вы зададите.",
    "One address without “?”: the network adds the values under the names you give.",
  ],
  blocks: [
    { title: ["Адрес", "Address"], text: "{base}/postback/{id}/{token}" },
    { title: ["Имена", "Names"], text: "click_id amount tid player reg first_deposit deposit" },
  ],
};

/** The lines for this very connection: a network may have its own. */
export const recipeOf = (connection: Connection): Pick<Recipe, "hint" | "blocks"> =>
  connection.kind === "network" && /binomo/i.test(connection.network) ? BINOMO : RECIPES[connection.kind];

/** A block with this connection's addresses; the secrets only where they were asked for. */
export function fillBlock(text: string, connection: Connection, base: string, token?: string): string {
  const bot = connection.kind === "telegram" && token !== undefined ? connection.bot_token : undefined;
  return text
    .replaceAll("{base}", base)
    .replaceAll("{id}", connection.id)
    .replaceAll("{bot_token}", () => bot ?? "BOT_TOKEN")
    .replaceAll("{secret}", () => token ?? "TOKEN")
    .replaceAll("{token}", () => encodeURIComponent(token ?? "TOKEN"));
}
