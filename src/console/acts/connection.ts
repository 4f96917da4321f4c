/** One connection: adding it, its pace, its fields, its secret. A secret is changed in two steps because the sender's cabinet and
 *  the gateway cannot be changed in one moment: while two stand, either is accepted; the newest is what the page tells to paste. */
import type { Connection, Kind } from "../../domain/config.ts";
import { recordOf } from "../../lib/record.ts";
import { errorText } from "../error-text.ts";
import { fieldNames, withFields } from "../screens/connect-form.ts";
import { fillBlock, isKindName, proofField, recipeOf } from "../vendors.ts";
import { type View, publicOrigin } from "../view.ts";
import { type ActResult, type Acts, type Form, failed, isShortName, refusalText, toldSave } from "./act.ts";
import { type Document, listOf, only, saveAct, saveChange, seenIn, withMember } from "./save.ts";

type Change = { readonly form: Form; readonly note: string; readonly names: readonly string[] };

/** `names` are the fields that may change: what was saved in them since the form's page was drawn stands. */
async function changeConnection(
  view: View,
  { form, note, names }: Change,
  change: (body: Document) => Document,
): Promise<ActResult> {
  const id = form("id");
  if (!view.ctx.config.connections.has(id)) return failed(refusalText(view, "no_connection"));
  const isSeen = await seenIn(view, form, ({ connections }) => only(recordOf(connections)[id], names));
  const changed = (connections: Document): Document => ({ ...connections, [id]: change(recordOf(connections[id])) });
  return saveAct(view, `${note}: ${id}`, (document) => (isSeen(document) ? withMember(document, "connections", changed) : null));
}

const PACE = ["name", "rate", "in_flight", "duplicates", "disabled"];

/** A text or a pair of texts, as a list. */
const secretsOf = (value: unknown): readonly unknown[] =>
  Array.isArray(value) ? listOf(value) : value === undefined ? [] : [value];

/** `start-rotation` keeps the new secret and the one before it, an older one falls out; `finish-rotation` keeps the newest.
 *  `delete-connection` is refused by the judge while anything in the document names it. `reveal-token` is an act and not a
 *  page, so it stands in the log who looked. */
export const CONNECTION_ACTS: Acts = {
  "add-connection": async (view, form) => {
    const [id, kind] = [form("id"), form("kind")];
    if (!isKindName(kind)) return failed(refusalText(view, "invalid"));
    if (!isShortName(id)) return failed(refusalText(view, "bad_name"));
    if (view.ctx.config.connections.has(id))
      return failed(view.say(["подключение {0} уже есть: выберите другое имя", "connection {0} exists: choose another id"], id));
    const body = withFields(kind, { kind, [proofField(kind)]: [form("secret").trim()] }, form);
    const added = (document: Document): Document => withMember(document, "connections", (all) => ({ ...all, [id]: body }));
    return saveAct(view, `connection ${id}`, added, form("stay") === "1" ? null : `/console/connections/${id}`);
  },
  "save-connection": (view, form) =>
    changeConnection(view, { form, note: "pace", names: PACE }, ({ rate: _rate, name: _name, ...body }) => ({
      ...body,
      ...(form("name") === "" ? {} : { name: form("name") }),
      ...(form("rate") === "" ? {} : { rate: { per_second: Number(form("rate").replace(",", ".")) } }),
      in_flight: Number(form("in_flight")),
      duplicates: form("duplicates"),
      disabled: form("disabled") === "1",
    })),
  "save-fields": (view, form) =>
    changeConnection(view, { form, note: "settings", names: fieldNames(kindOf(view, form("id"))) }, (body) =>
      withFields(kindOf(view, form("id")), body, form),
    ),
  "set-mapping": async (view, form) => {
    // A plain object would take this name for its own parent and lose it.
    if (form("from") === "__proto__") return failed(refusalText(view, "invalid"));
    return changeConnection(view, { form, note: "mapping", names: [] }, (body) => {
      const { [form("from")]: _replaced, ...kept } = recordOf(body["mapping"]);
      return { ...body, mapping: form("to") === "" ? kept : { ...kept, [form("from")]: form("to") } };
    });
  },
  "start-rotation": (view, form) =>
    changeConnection(view, { form, note: "secret added", names: [fieldOf(view, form("id"))] }, (body) => {
      const field = fieldOf(view, form("id"));
      return { ...body, [field]: [form("secret").trim(), ...secretsOf(body[field]).slice(0, 1)] };
    }),
  "finish-rotation": (view, form) =>
    changeConnection(view, { form, note: "old secret removed", names: [fieldOf(view, form("id"))] }, (body) => {
      const field = fieldOf(view, form("id"));
      return { ...body, [field]: secretsOf(body[field]).slice(0, 1) };
    }),
  "delete-connection": async (view, form) => {
    const id = form("id");
    if (!view.ctx.config.connections.has(id)) return failed(refusalText(view, "no_connection"));
    const without = ({ [id]: _gone, ...connections }: Document): Document => connections;
    const removed = (document: Document): Document => withMember(document, "connections", without);
    const errors = await saveChange(view, `connection ${id} deleted`, removed);
    if (errors === null || errors === "stale") return toldSave(view, errors, "/console/connections");
    const named = errors.map((error) => errorText(view, error)).join("; ");
    return failed(view.say(["сначала уберите то, что ссылается на него: {0}", "first remove what refers to it: {0}"], named));
  },
  "reveal-token": async (view, form) => {
    const connection = view.ctx.config.connections.get(form("id"));
    if (!connection) return failed(refusalText(view, "no_connection"));
    const token = proofOf(connection);
    if (token === undefined) return failed(view.say(["у подключения нет секрета", "the connection has no secret"]));
    const base = publicOrigin(view);
    const blocks = recipeOf(connection).blocks.map(({ title, text }) => ({
      title: view.say(title),
      text: fillBlock(text, connection, base, token),
    }));
    const lead = view.say([
      "С секретом: вставляйте только в кабинет отправителя, не пересылайте и не показывайте на экране.",
      "With the secret: paste it into the sender's cabinet only, do not forward it or show it on a screen.",
    ]);
    return { once: { title: connection.name ?? connection.id, lead, blocks } };
  },
};

const kindOf = (view: View, id: string): Kind => view.ctx.config.connections.get(id)?.kind ?? "http";
const fieldOf = (view: View, id: string): string => proofField(kindOf(view, id));

/** What a sender proves itself by, the newest first. */
const proofOf = (connection: Connection): string | undefined =>
  (connection.kind === "telegram" ? connection.secret_token : connection[connection.kind === "site" ? "secret" : "token"])?.[0];
