/** A new connection: what nobody can guess is asked, what is only needed for sending may wait. Secrets are asked by name: their values belong to the
 *  Worker's secrets and never into the document (locally they may stand in it, so a fresh one is offered). */
import type { Config, Kind } from "../../domain/config.ts";
import type { SecretLookup } from "../../domain/config/resolve.ts";
import { randomBase62 } from "../../lib/ids.ts";
import { type Html, html } from "../../lib/markup.ts";
import type { Phrase } from "../copy.ts";
import { actForm } from "../page.ts";
import { connectionName } from "../parts.ts";
import { RECIPES } from "../vendors.ts";
import type { View } from "../view.ts";
import { select } from "../layout.ts";

/** An example that is a secret's name makes a secret of it; one without an example names another connection. */
type Field = { readonly name: string; readonly label: Phrase; readonly example: string };

const field = (name: string, label: Phrase, example: string): Field => ({ name, label, example });

/** What identifies the account, what ties it to the others, what sending to it takes. */
const FIELDS: Readonly<Record<Kind, Partial<Readonly<Record<"needed" | "ties" | "sending", readonly Field[]>>>>> = {
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
    sending: [
      field("bot_token", ["Токен бота", "Bot token"], "$TG_BOT_TOKEN"),
      field("username", ["Имя бота", "Bot's name"], "my_bot"),
    ],
  },
  keitaro: {
    needed: [field("url", ["Адрес трекера", "Tracker address"], "https://tr.example")],
    sending: [field("postback_key", ["Ключ постбеков", "Postback key"], "$KEITARO_KEY")],
  },
  network: {
    needed: [field("network", ["Имя сети", "Network's name"], "1win")],
    ties: [
      field("click_issuer", ["Кто выдаёт clickid", "Who issues the clickid"], ""),
      field("currency", ["Валюта сумм", "Currency"], "USD"),
    ],
  },
  site: {
    needed: [field("origin", ["Адрес сайта", "Site address"], "https://school.example")],
    ties: [
      field("bot", ["Бот для входа", "Login bot"], ""),
      field("return_to", ["Куда вернуть", "Return to"], "https://school.example/auth/bot"),
    ],
    sending: [field("webhook_url", ["Вебхук сайта", "Site's webhook"], "https://school.example/hook")],
  },
  http: { sending: [field("url", ["Куда отправлять", "Where to send"], "https://crm.example/hook")] },
};

const fieldsOf = (kind: Kind): readonly Field[] => {
  const { needed = [], ties = [], sending = [] } = FIELDS[kind];
  return [...needed, ...ties, ...sending];
};

/** The fields of a kind's own form, by their names in the document. */
export const fieldNames = (kind: Kind): readonly string[] => fieldsOf(kind).map(({ name }) => name);

const isSecret = ({ example }: Field): boolean => example.startsWith("$");

/** A connection's body with what the form says of its own fields: an emptied one goes, an empty secret is the one that is there. */
export function withFields(kind: Kind, body: Body, form: (name: string) => string): Body {
  const changed = { ...body };
  for (const one of fieldsOf(kind)) {
    const value = form(`field.${one.name}`).trim();
    if (value !== "") changed[one.name] = one.name === "return_to" ? value.split(/[\s,]+/) : value;
    else if (!isSecret(one)) delete changed[one.name];
  }
  return changed;
}

type Body = Readonly<Record<string, unknown>>;

/** A field of a new connection, or of one that is there: then with its value, and of a secret only its name. For a new network the bot or tracker its
 *  clicks come from is the likely issuer. */
function input(view: View, one: Field, { required, saved }: { required: boolean; saved: Body | null }): Html {
  const [name, label] = [`field.${one.name}`, view.say(one.label)];
  const text = [saved?.[one.name] ?? ""].flat().map(String).join(" ");
  if (one.example === "") {
    const others = [...view.ctx.config.connections.values()].filter(({ kind }) => kind !== "network");
    const likely = others.find(({ kind }) => kind === "chatterfy" || kind === "keitaro")?.id ?? "";
    const choices = [["", "—"] as const, ...others.map(({ id }) => [id, connectionName(view, id)] as const)];
    return select(name, label, { choices, value: saved === null ? likely : text });
  }
  const hidden = isSecret(one) && text !== "" && !text.startsWith("$");
  return html`<label>${label}<input name="${name}" placeholder="${hidden ? "••••" : one.example}" value="${hidden ? "" : text}" ${required && "required"}></label>`;
}

/** The connection's own fields, for its card. */
export function fieldsForm(view: View, { id, kind }: { readonly id: string; readonly kind: Kind }, saved: Body): Html {
  const needed = FIELDS[kind].needed ?? [];
  const inputs = fieldsOf(kind).map((one) => input(view, one, { required: needed.includes(one), saved }));
  return actForm(
    view,
    { act: "save-fields", fields: { id } },
    html`<div class="row end">${inputs}</div>${fieldsOf(kind).some(isSecret) && html`<p class="dim">${view.say(["Пустой секрет — прежний.", "An empty secret stays as it was."])}</p>`}<p><button class="main">${view.word("save")}</button></p>`,
  );
}

/** `next` = where to go on; the connection's own page when not given. */
export function connectForm(view: View, kind: Kind, next?: string): Html {
  const { needed = [], ties = [], sending = [] } = FIELDS[kind];
  const inputs = (fields: readonly Field[], required: boolean): Html[] =>
    fields.map((one) => input(view, one, { required, saved: null }));
  const free = (): string => {
    for (let n = 1; ; n += 1) {
      const id = n === 1 ? kind : `${kind}${n}`;
      if (!view.ctx.config.connections.has(id)) return id;
    }
  };
  const label: Phrase = !view.ctx.settings.local
    ? ["Имя секрета Worker", "Name of the Worker secret"]
    : kind === "site"
      ? ["Секрет подписи (или $ИМЯ)", "Signing secret (or $NAME)"]
      : ["Секрет адреса (или $ИМЯ)", "The address's secret (or $NAME)"];
  return html`<p class="dim">${view.say(RECIPES[kind].hint)}</p>${actForm(
    view,
    { act: "add-connection", fields: { kind, stay: next === undefined ? "" : "1" }, ...(next === undefined ? {} : { next }) },
    html`<div class="row end"><label>${view.say(["Короткое имя латиницей", "Short id"])}<input name="id" required pattern="[A-Za-z0-9][A-Za-z0-9_\\-]{0,63}" value="${free()}"></label>${inputs(needed, true)}${inputs(ties, false)}${secretField(view, kind, label)}</div>${sending.length > 0 && html`<details><summary>${view.say(["Чтобы шлюз туда и писал (можно позже)", "So that the gateway writes there too (may wait)"])}</summary><div class="row end">${inputs(sending, false)}</div></details>`}<p><button class="main">${view.word("connectIt")}</button></p>`,
  )}`;
}

/** What a sender will prove itself by: a fresh secret, or, where secrets may not stand in the document, the name it is to be put under. */
export function secretField(view: View, kind: Kind, label: Phrase): Html {
  const fresh = kind === "site" ? freshSigningSecret() : randomBase62(32);
  const { local, secret } = view.ctx.settings;
  const name = freeSecretName(kind, secret, view.ctx.config.connections);
  const field = html`<label>${view.say(label)}<input name="secret" required size="30" value="${local ? fresh : `$${name}`}" pattern="${local ? ".{8,}" : "\\$[A-Z][A-Z0-9_]*"}"></label>`;
  if (local) return field;
  return html`<div><p class="dim">${view.say(["Сначала положите секрет в Worker, значение можно взять готовое:", "First put the secret into the Worker; a ready value:"])} <code>${fresh}</code></p><pre tabindex="0">npx wrangler secret put ${name}</pre>${field}</div>`;
}

/** The first of a kind's names whose secret no connection uses: a new value under a used one would cut that connection off. */
export function freeSecretName(kind: Kind, secret: SecretLookup, connections: Config["connections"]): string {
  const used = JSON.stringify([...connections.values()]);
  for (let n = 1; ; n += 1) {
    const name = `${kind.toUpperCase()}_TOKEN${n === 1 ? "" : `_${n}`}`;
    const value = secret(name);
    if (value === null || !used.includes(JSON.stringify(value))) return name;
  }
}

/** A Standard Webhooks secret: 24 random bytes. */
const freshSigningSecret = (): string => `whsec_${btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(24))))}`;
