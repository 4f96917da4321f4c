/** «Почему не 100 %»: the paid deals of a range that lead to nobody, and the buyers whose source nobody knows, each with what would have told. */
import { parseReportQuery } from "../../domain/funnel/query.ts";
import { html } from "../../lib/markup.ts";
import { personLinesOf } from "../../store/operator/people.ts";
import { listEvents } from "../../store/event-lists.ts";
import { buyersWithoutSource } from "../../store/report/money.ts";
import type { Page } from "../page.ts";
import { eventRow, eventTable } from "../parts.ts";
import { datedIn, mistaken } from "../report-view.ts";
import type { View } from "../view.ts";
import { peopleTable } from "./people.ts";
import { backLink, empty } from "../layout.ts";

const MOST = 100;

const counted = (n: number): string => `${n}${n === MOST ? "+" : ""}`;

/** The range of the overview it was opened from. At most 100 of each. */
export async function whyPage(view: View): Promise<Page> {
  const { ctx } = view;
  const db = ctx.env.DB;
  const query = parseReportQuery(Object.fromEntries(view.url.searchParams), ctx.config.workspace, ctx.clock());
  const title = view.say(["Почему не 100 %", "Why not 100 %"]);
  const aside = backLink(`/console${view.url.search}`, view.say(["К обзору", "Back to the overview"]));
  if (!query.ok) return { title, screen: "overview", aside, body: mistaken(view, query.error) };
  const { start: since, end: until } = query.value;
  const lines = await listEvents(db, { status: "unbound", type: "payment", dated: true, since, until, limit: MOST });
  const ids = await buyersWithoutSource(db, query.value, MOST);
  const buyers = await personLinesOf(db, ids);
  const rows = lines.map((line) => eventRow(view, line, new Map()));
  return {
    title,
    screen: "overview",
    aside,
    body: html`<h2>${view.say(["Оплаты без человека", "Payments without a person"])} <span class="dim">${counted(lines.length)}</span>${lines.length === MOST && html` <a href="/console/events?status=unbound&type=payment&${datedIn(view, query.value)}">${view.word("all")}</a>`}</h2><p class="dim">${view.say(["Оплата пришла с номером, который ни один бот и ни одна форма нам не называли. Чаще всего бот не передаёт clickid: как только он его назовёт, оплата привяжется сама, ждём 90 дней.", "The payment came with a number that no bot and no form has told us. Usually the bot does not pass its clickid: as soon as it does, the payment is bound by itself, for 90 days."])}</p>${rows.length === 0 ? empty(view.say(["Таких нет.", "There are none."])) : eventTable(view, rows, "")}<h2>${view.say(["Покупатели без источника", "Buyers without a source"])} <span class="dim">${counted(buyers.length)}</span></h2><p class="dim">${view.say(["Они пришли мимо ваших ссылок: обычный /start, человек заведён менеджером или метку вырезал браузер. Ведите рекламу через ссылки шлюза.", "They came past your links: a plain /start, created by a manager, or the browser stripped the mark. Advertise through the gateway's links."])} <a href="/console/links">${view.word("links")}</a></p>${buyers.length === 0 ? empty(view.say(["Таких нет.", "There are none."])) : await peopleTable(view, buyers)}`,
  };
}
