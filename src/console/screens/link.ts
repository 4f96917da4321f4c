/** One link: what to publish, as an address and as a QR code; where it leads and how much of the messenger's limit it takes; its marks and costs. */
import { checkLink } from "../../domain/link/check.ts";
import { CLICK_LENGTH, fillClick } from "../../domain/link/deep-link.ts";
import { render, html, type Html } from "../../lib/markup.ts";
import { actForm, type Page } from "../page.ts";
import { qrCode } from "../qr.ts";
import { type View, moneyOf, publicOrigin } from "../view.ts";
import { findingLine } from "./link-check.ts";
import { costForm, utmFields } from "./links.ts";
import { backLink, box, copyBox } from "../layout.ts";

/** null = no such link. The length shown is that of a real click id in its place: what the messenger will count. */
export async function linkPage(view: View, slug: string): Promise<Page | null> {
  const link = view.ctx.config.links.get(slug);
  if (!link) return null;
  const address = addressFor(view, slug);
  const deep = fillClick(link.to, `c_${"x".repeat(CLICK_LENGTH - 2)}`);
  const check = checkLink(link.to);
  const currency = view.ctx.config.workspace.currency;
  const copied = (id: string, title: string, text: string): Html => html`<h2>${title}</h2>${copyBox(view, id, text)}`;
  const size =
    check.payload &&
    html`<p>${view.say(["Метка", "Payload"])} <b>${check.payload.length}/${check.payload.limit}</b> <span class="dim">${view.say(["символов", "characters"])}</span></p>`;
  return {
    title: slug,
    screen: "links",
    aside: html`${backLink("/console/links", view.say(["К ссылкам", "Back to the links"]))}<a class="btn" href="/console/links/check?url=${encodeURIComponent(address)}">${view.say(["Проверить", "Check"])}</a>`,
    body: html`<div class="two"><section class="box">${copied("short", view.say(["Что публиковать", "What to publish"]), address)}<h2>${view.say(["Куда попадёт человек, например", "Where a person lands, for example"])}</h2><pre tabindex="0">${deep}</pre>${size}${check.findings.length > 0 && html`<ul class="t">${check.findings.map((finding) => findingLine(view, finding))}</ul>`}</section>${box("QR", html`${qrCode(address)}<p><a class="btn" href="/console/qr/${slug}" download="${slug}.svg">${view.say(["Скачать SVG", "Download SVG"])}</a></p>`)}</div>
<section class="box gap"><h2>${view.say(["Изменить", "Change"])}</h2>${actForm(view, { act: "add-link", fields: { slug, new: "0" } }, html`<div class="row end"><label>${view.say(["Куда ведёт", "Where to"])}<input name="to" type="url" required size="60" value="${link.to}"></label></div><div class="row end">${utmFields(view, link)}</div><p><button class="main">${view.word("save")}</button></p>`)}${actForm(view, { act: "delete-link", fields: { slug }, confirm: view.say(["Удалить ссылку? Опубликованные копии перестанут работать.", "Delete the link? Published copies will stop working."]) }, html`<button class="danger">${view.say(["Удалить", "Delete"])}</button>`)}</section>
<section class="box gap"><h2>${view.say(["Расход по дням", "Cost per day"])}</h2>${link.costs.length > 0 && html`<dl>${link.costs.toSorted((a, b) => (a.day < b.day ? 1 : -1)).map(({ day, amount }) => html`<dt>${day}</dt><dd>${moneyOf(view, amount, currency)}</dd>`)}</dl>`}${costForm(view, slug)}</section>`,
  };
}

const addressFor = (view: View, slug: string): string => `${publicOrigin(view)}/r/${slug}`;

/** `/console/qr/:slug`: the same code as a file for print. */
export function qrFile(view: View, slug: string): Response | null {
  if (!view.ctx.config.links.has(slug)) return null;
  return new Response(render(qrCode(addressFor(view, slug))), {
    headers: { "content-type": "image/svg+xml", "content-security-policy": "default-src 'none'", "cache-control": "no-store" },
  });
}
