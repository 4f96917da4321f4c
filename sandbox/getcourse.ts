/** GetCourse: one account behind its three doors, and the seed's own Chatium endpoint inside it. Any other path is another account: «Wrong subdomain».
 *  The import needs HTTPS in truth; on loopback the double lets that pass. */
import { answerExport } from "./getcourse/export.ts";
import { parseParams } from "./getcourse/envelope.ts";
import { answerImport } from "./getcourse/import.ts";
import { addUser, findUser, openSchool } from "./getcourse/school.ts";
import type { School } from "./getcourse/school.ts";
import { answerTech } from "./getcourse/tech.ts";
import { fieldsOf, listOf, textOf } from "./kit/values.ts";
import { json, text } from "./kit/wire.ts";
import type { SandboxReply, SandboxRequest, Vendor } from "./kit/wire.ts";

/** The seed's `update_telegram_id`: always HTTP 200, no auth, field names matched without case. */
function updateTelegramId(request: SandboxRequest, school: School): SandboxReply {
  const { email, telegram_id, sb_id } = fieldsOf(request.parsed);
  const fail = (error: string) => json({ success: false, error });
  if (!email || !telegram_id || !sb_id) return fail("email, telegram_id и sb_id обязательны");
  const user = findUser(school, { email });
  if (user === undefined) return fail("user_not_found");
  const shown = school.fields.filter((field) => !user.lacks.includes(field.title));
  const named = (name: string) => shown.find((field) => field.title.trim().toLowerCase() === name);
  const telegram = named("telegram_id");
  const salebot = named("sb_294495_id");
  if (telegram === undefined) return fail("field_telegram_id_not_found");
  if (salebot === undefined) return fail("field_sb_294495_id_not_found");
  user.custom.set(telegram.id, textOf(telegram_id)).set(salebot.id, textOf(sb_id));
  return json({ success: true });
}

function answer(request: SandboxRequest, school: School): SandboxReply {
  const [first, second, third = "", ...rest] = request.segments;
  if (first === "chatium" && second === "update_telegram_id" && request.method === "POST")
    return updateTelegramId(request, school);
  if (first !== "pl" || second !== "api") return text("Wrong subdomain", 404);
  if (third === "v1") return answerTech(rest.join("/"), request, school);
  const reply = third === "account" ? answerExport(rest, request, school) : answerImport(third, request, school);
  return reply ?? text("Not Found", 404);
}

/** `{users: [{email, lacks?: [title]}], fields: [{id, title}]}`; `fields` replaces the catalogue. */
function seed(input: unknown, school: School): void {
  const { users, fields } = fieldsOf(input);
  for (const user of listOf(users).map(fieldsOf)) {
    const contact = { email: textOf(user["email"]), phone: textOf(user["phone"]) };
    const known = findUser(school, contact) ?? addUser(school, contact);
    known.lacks = listOf(user["lacks"]).map(textOf);
  }
  if (Array.isArray(fields))
    school.fields = fields.map(fieldsOf).map((field) => ({ id: Number(field["id"]), title: textOf(field["title"]) }));
}

export const getcourse: Vendor<School> = {
  open: openSchool,
  answer,
  seed,
  unfold: (request) => {
    const form = fieldsOf(request.parsed);
    return "params" in form ? { ...form, params: parseParams(form["params"]) ?? form["params"] } : request.parsed;
  },
};
