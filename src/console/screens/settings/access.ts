/** Ключи, команда, журнал: everybody has a key of their own, so that one can be taken back alone and the log tells people apart. */
import { type Html, html } from "../../../lib/markup.ts";
import { type AccessKey, type OperatorAct, listAccessKeys, listActs } from "../../../store/operator/access.ts";
import { actName } from "../../act-names.ts";
import { actForm, type Page } from "../../page.ts";
import { moment } from "../../parts.ts";
import type { View } from "../../view.ts";
import { settingsTabs } from "./tabs.ts";
import { type Column, box, cardTable, cells, select } from "../../layout.ts";

/** The last 100 acts. Keys are listed without their text, which is not kept. */
export async function accessPage(view: View): Promise<Page> {
  const [keys, acts] = await Promise.all([listAccessKeys(view.ctx.env.DB), listActs(view.ctx.env.DB, 100)]);
  const roles = [
    ["operator", view.say(["полный доступ", "full access"])],
    ["viewer", view.say(["только чтение", "read only"])],
  ] as const;
  const roleName = (role: AccessKey["role"]): string => roles.find(([name]) => name === role)?.[1] ?? role;
  const keyColumns: readonly Column[] = [
    [view.say(["Кому", "Whose"])],
    [view.say(["Доступ", "Access"])],
    [view.say(["Выдан", "Issued"])],
    ["", "num"],
  ];
  const keyRow = (key: AccessKey): Html => {
    const confirm = view.say(["Отозвать ключ? Его сеансы завершатся сразу.", "Revoke the key? Its sessions end at once."]);
    const revoke = html`<button class="danger">${view.say(["Отозвать", "Revoke"])}</button>`;
    return html`<tr data-row>${cells(keyColumns, [
      html`<b>${key.name}</b><br><small><code>${key.id}</code></small>`,
      roleName(key.role),
      moment(view, key.created_at),
      key.revoked_at === null
        ? actForm(view, { act: "revoke-key", fields: { id: key.id }, confirm }, revoke)
        : html`<span class="dim">${view.say(["отозван", "revoked"])} ${moment(view, key.revoked_at)}</span>`,
    ])}</tr>`;
  };
  const actColumns: readonly Column[] = [
    [view.word("time")],
    [view.say(["Кто", "Who"])],
    [view.say(["Что", "What"])],
    [view.say(["С чем", "With"])],
  ];
  const actRow = ({ at, who, act, subject }: OperatorAct): Html =>
    html`<tr data-row>${cells(actColumns, [moment(view, at), who, actName(view, act), html`<code>${subject}</code>`])}</tr>`;
  return {
    title: view.say(["Ключи, команда, журнал", "Keys, team, log"]),
    screen: "settings",
    body: html`${settingsTabs(view, "access")}${box(view.say(["Ключи API и команда", "API keys and team"]), html`<p class="dim">${view.say(["Своим ключом входят в консоль и обращаются к API (Authorization: Bearer). ADMIN_TOKEN — секрет Worker — работает всегда; его смена завершает все сеансы.", "A key signs in to the console and calls the API (Authorization: Bearer). ADMIN_TOKEN, a Worker secret, always works; changing it ends every session."])}</p>${keys.length > 0 && cardTable(keyColumns, keys.map(keyRow), false)}${actForm(view, { act: "add-key" }, html`<p class="row end"><label>${view.say(["Имя: кому ключ", "Name: whose key"])}<input name="name" required maxlength="80"></label>${select("role", view.say(["Доступ", "Access"]), { choices: roles, value: "operator" })}<button class="main">${view.say(["Выпустить ключ", "Issue a key"])}</button></p>`)}`)}
<h2>${view.say(["Журнал действий", "Log of acts"])}</h2>${acts.length === 0 ? html`<p class="dim">${view.say(["Пока никто ничего не менял.", "Nobody has changed anything yet."])}</p>` : cardTable(actColumns, acts.map(actRow))}`,
  };
}
