/** A new connection: what nobody can guess is asked, what is only needed for sending may wait. Secrets are asked by name: their values belong to the
 *  Worker's secrets and never into the document (locally they may stand in it, so a fresh one is offered). */
import type { Kind } from "../../domain/config.ts";
import { randomBase62 } from "../../lib/ids.ts";
import { type Html, html } from "../../lib/markup.ts";
import type { Phrase } from "../copy.ts";
import { actForm } from "../page.ts";
import { RECIPES } from "../vendors.ts";
import type { View } from "../view.ts";

type Field = { readonly name: string; readonly label: Phrase; readonly example: string };

const field = (name: string, label: Phrase, example: string): Field => ({ name, label, example });

/** What identifies the account, and what sending to it takes. */
const FIELDS: Readonly<Record<Kind, { readonly needed: readonly Field[]; readonly sending: readonly Field[] }>> = {
  salebot: {
    needed: [field("project", ["Номер проекта Salebot", "Salebot project number"], "294495")],
    sending: [
      field("api_key", ["Ключ API Salebot", "Salebot API key"], "$SALEBOT_API_KEY"),
      field("group", ["Имя бота", "Bot's name"], "my_bot"),
    ],
  },
  getcourse: {
    needed: [field("account", ["Адрес аккаунта", "Account address"], "school.getcourse.ru")],
    sending: [field("api_key", ["Ключ API GetCourse", "GetCourse API key"], "$GETCOURSE_KEY")],
  },
  chatterfy: {
    needed: [],
    sending: [
      field("postback_id", ["ID постбека трекера", "Tracker postback id"], "$CHATTERFY_POSTBACK"),
      field("webhook_id", ["ID вебхука бота", "Bot webhook id"], "$CHATTERFY_WEBHOOK"),
    ],
  },
  metabot: {
    needed: [field("bot_id", ["Номер бота", "Bot id"], "123")],
    sending: [
      field("api_token", ["Токен API Metabot", "Metabot API token"], "$METABOT_TOKEN"),
      field("alias", ["Имя точки вызова", "Endpoint alias"], "notify"),
    ],
  },
  telegram: {
    needed: [],
    sending: [
      field("bot_token", ["Токен бота", "Bot token"], "$TG_BOT_TOKEN"),
      field("username", ["Имя бота", "Bot's name"], "my_bot"),
    ],
  },
  keitaro: {
    needed: [field("url", ["Адрес трекера", "Tracker address"], "https://tr.example")],
    sending: [field("postback_key", ["Ключ постбеков", "Postback key"], "$KEITARO_KEY")],
  },
  network: { needed: [field("network", ["Имя сети", "Network's name"], "1win")], sending: [] },
  site: { needed: [field("origin", ["Адрес сайта", "Site address"], "https://school.example")], sending: [] },
  http: { needed: [], sending: [field("url", ["Куда отправлять", "Where to send"], "https://crm.example/hook")] },
};

/** Names of the fields a form may carry. */
export const CONNECT_FIELDS: readonly string[] = [
  ...new Set(Object.values(FIELDS).flatMap(({ needed, sending }) => [...needed, ...sending].map(({ name }) => name))),
];

/** `back` = where to go on; the connection's own page when not given. */
export function connectForm(view: View, kind: Kind, back?: string): Html {
  const { needed, sending } = FIELDS[kind];
  const { local } = view.ctx.settings;
  const secret = `${kind.toUpperCase()}_TOKEN`;
  const fresh = kind === "site" ? freshSigningSecret() : randomBase62(32);
  const input = ({ name, label, example }: Field, required: boolean): Html =>
    html`<label>${view.say(label)}<input name="field.${name}" placeholder="${example}" ${required && "required"}></label>`;
  const free = (): string => {
    for (let n = 1; ; n += 1) {
      const id = n === 1 ? kind : `${kind}${n}`;
      if (!view.ctx.config.connections.has(id)) return id;
    }
  };
  const how = local
    ? null
    : html`<p class="dim">${view.say(["Сначала положите секрет в Worker, значение можно взять готовое:", "First put the secret into the Worker; a ready value:"])} <code>${fresh}</code></p><pre tabindex="0">npx wrangler secret put ${secret}</pre>`;
  return html`<p class="dim">${view.say(RECIPES[kind].hint)}</p>${actForm(
    view,
    { act: "add-connection", fields: { kind, stay: back === undefined ? "" : "1" }, ...(back === undefined ? {} : { back }) },
    html`${how}<div class="row end"><label>${view.say(["Короткое имя латиницей", "Short id"])}<input name="id" required pattern="[A-Za-z0-9][A-Za-z0-9_\\-]{0,63}" value="${free()}"></label>${needed.map((one) => input(one, true))}<label>${local ? view.say(["Секрет адреса (или $ИМЯ)", "The address's secret (or $NAME)"]) : view.say(["Имя секрета Worker", "Name of the Worker secret"])}<input name="secret" required value="${local ? fresh : `$${secret}`}" pattern="${local ? ".{8,}" : "\\$[A-Z][A-Z0-9_]*"}"></label></div>${sending.length > 0 && html`<details><summary>${view.say(["Чтобы шлюз туда и писал (можно позже)", "So that the gateway writes there too (may wait)"])}</summary><div class="row end">${sending.map((one) => input(one, false))}</div></details>`}<p><button class="main">${view.say(["Подключить", "Connect"])}</button></p>`,
  )}`;
}

/** A Standard Webhooks secret: 24 random bytes. */
const freshSigningSecret = (): string => `whsec_${btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(24))))}`;
