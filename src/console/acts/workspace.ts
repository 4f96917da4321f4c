/** Keys of the team, where alarms go, and the stop for all sending. */
import { recordOf } from "../../lib/record.ts";
import { MAX_LINES, importEvents, linesOf } from "../../flows/import-events.ts";
import { issueKey } from "../../flows/operator.ts";
import { tryAlert } from "../../flows/send-alerts.ts";
import { readVersion } from "../../store/config.ts";
import { revokeAccessKey } from "../../store/operator/access.ts";
import { type View, numberOf } from "../view.ts";
import { type ActResult, type Acts, type Form, done, failed, refusalText, wholeNumber } from "./act.ts";
import { parseObject } from "./document.ts";
import { type Document, listOf, saveAct, seenIn, withMember } from "./save.ts";

/** Every connection holds its deliveries or lets them go; intake and binding go on either way. */
function setSending(view: View, disabled: boolean): Promise<ActResult> {
  const set = (connections: Document): Document =>
    Object.fromEntries(Object.entries(connections).map(([id, body]) => [id, { ...recordOf(body), disabled }]));
  const note = disabled ? "sending stopped" : "sending resumed";
  return saveAct(view, note, (document) => withMember(document, "connections", set));
}

const withAlerts = (document: Document, change: (alerts: readonly unknown[]) => readonly unknown[]): Document =>
  withMember(document, "workspace", (workspace) => ({ ...workspace, alerts: change(listOf(workspace["alerts"])) }));

/** An alert is named by its place, and places shift when somebody else removes one. */
const alertsSeen = (view: View, form: Form): Promise<(document: Document) => boolean> =>
  seenIn(view, form, ({ workspace }) => recordOf(workspace)["alerts"] ?? null);

/** `add-key` shows the key's text once, on the answering page: only its digest is kept. `stop-sending` disables every connection
 *  in the document, and `resume-sending` enables every one, also those that were disabled one by one before. `import` stores the
 *  lines it can and names the others by their number. */
export const WORKSPACE_ACTS: Acts = {
  "add-key": async (view, form) => {
    const [name, role] = [form("name").trim().slice(0, 80), form("role")];
    if (name === "") return failed(view.say(["назовите, кому ключ", "say whose key it is"]));
    if (role !== "operator" && role !== "viewer") return failed(view.say(["нет такого доступа", "there is no such access"]));
    const text = await issueKey(view.ctx, { name, role });
    const lead = view.say(
      ["Ключ для «{0}». Скопируйте сейчас: больше он не покажется.", "A key for “{0}”. Copy it now: it will not be shown again."],
      name,
    );
    return { once: { title: view.say(["Новый ключ", "New key"]), lead, blocks: [{ title: name, text }] } };
  },
  "revoke-key": async (view, form) =>
    (await revokeAccessKey(view.ctx.env.DB, form("id"), view.ctx.clock())) ? done() : failed(refusalText(view, "not_found")),
  "add-alert": async (view, form) => {
    const text = form("body").trim();
    const body = text === "" ? {} : parseObject(text);
    if (body === null) return failed(view.say(["тело запроса — не JSON", "the request body is no JSON"]));
    const chat = form("chat").trim();
    const alert = { to: form("to"), ...(chat === "" ? {} : { chat }), ...(text === "" ? {} : { body }) };
    return saveAct(view, "alert", (document) => withAlerts(document, (alerts) => [...alerts, alert]));
  },
  "drop-alert": async (view, form) => {
    const isSeen = await alertsSeen(view, form);
    const others = (alerts: readonly unknown[]): readonly unknown[] =>
      alerts.filter((_alert, index) => index !== wholeNumber(form("index")));
    return saveAct(view, "alert removed", (document) => (isSeen(document) ? withAlerts(document, others) : null));
  },
  "try-alert": async (view, form) => {
    const [isSeen, newest] = await Promise.all([alertsSeen(view, form), readVersion(view.ctx.env, null)]);
    if (!isSeen(recordOf(newest?.document))) return failed(refusalText(view, "stale"));
    const text = view.say(["Проверка тревоги: сообщения доходят.", "A trial alert: messages arrive."]);
    return (await tryAlert(view.ctx, wholeNumber(form("index")) ?? -1, text)) ? done() : failed(refusalText(view, "not_found"));
  },
  import: async (view, form) => {
    const lines = linesOf(form("file"));
    if (lines.length === 0) return failed(view.say(["выберите файл со строками JSON", "choose a file of JSON lines"]));
    if (lines.length > MAX_LINES)
      return failed(
        view.say(
          ["строк в файле: {0}, за раз не больше {1}; разделите его", "the file has {0} lines, {1} at once at most: split it"],
          numberOf(view, lines.length),
          numberOf(view, MAX_LINES),
        ),
      );
    const { accepted, duplicate, quarantined, preview, errors } = await importEvents(view.ctx, lines, form("rules") === "1");
    const lead = view.say(
      [
        "Принято: {0}, дублей: {1}, в карантине: {2}, предпросмотров: {3}, не взято строк: {4}.",
        "Accepted: {0}, duplicates: {1}, quarantined: {2}, previews: {3}, lines not taken: {4}.",
      ],
      ...[accepted, duplicate, quarantined, preview, errors.length].map((n) => numberOf(view, n)),
    );
    const told = errors.map(({ line, reason }) =>
      view.say(["строка {0}: {1}", "line {0}: {1}"], line, refusalText(view, reason)),
    );
    const blocks = told.length === 0 ? [] : [{ title: view.say(["Не взято", "Not taken"]), text: told.join("\n") }];
    return { once: { title: view.say(["Загружено", "Imported"]), lead, blocks } };
  },
  "stop-sending": (view) => setSending(view, true),
  "resume-sending": (view) => setSending(view, false),
};
