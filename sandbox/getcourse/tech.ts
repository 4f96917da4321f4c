/** Tech API v1, `/pl/api/v1/…` with `Authorization: Bearer {dev}_{school}` (vendors.md §1.4, vectors 8 and 9). It reads one user by e-mail and writes custom
 *  fields by number; it cannot create anyone. Reads fail honestly by status; writes fail as HTTP 200 with `status:false`, or with `data.result:false`. */
import { demo } from "../demo.ts";
import { fieldsOf, sentFields, textOf, textsOf } from "../kit/values.ts";
import type { Fields } from "../kit/values.ts";
import { json } from "../kit/wire.ts";
import type { SandboxReply, SandboxRequest } from "../kit/wire.ts";
import { textList, WORDS } from "./envelope.ts";
import { DEAL_STATUSES, findUser, setDealStatus, writeCard } from "./school.ts";
import type { Deal, Field, School, User } from "./school.ts";

type Call = { school: School; sent: Fields };
type Route = (call: Call) => SandboxReply;

const ok = (value: unknown) => json({ status: true, message: "", code: 200, errors: [], data: value });
const wrong = (status: number, code: number, message: string, errors: string[] | null) =>
  json({ status: false, message, code, errors, data: null }, status);
const badData = (detail: string) => wrong(400, 400, "Ошибка данных", [detail]);
const missing = () => wrong(404, 404, WORDS.notFound, null);
/** The lie of the writes: not found, told under HTTP 200. */
const missingSilently = () => wrong(200, 404, WORDS.notFound, null);

function userOf({ school, sent }: Call): User | undefined {
  return findUser(school, { id: sent["userId"], email: sent["email"] });
}

function dealOf({ school, sent }: Call): Deal | undefined {
  const id = Number(textOf(sent["dealId"]));
  return [...school.deals.values()].find((deal) => deal.id === id);
}

function showCustom(fields: Field[], custom: Map<number, string>): SandboxReply {
  const shown = fields.map(({ id, title }) => [id, { name: title, value: custom.get(id) ?? null, type: "string", units: null }]);
  return ok(Object.fromEntries(shown));
}

const forUser = (show: (user: User, call: Call) => SandboxReply) => (call: Call) => {
  const user = userOf(call);
  return user === undefined ? missing() : show(user, call);
};

const writeUser = (write: (user: User, call: Call) => SandboxReply) => (call: Call) => {
  const user = userOf(call);
  return user === undefined ? missingSilently() : write(user, call);
};

/** All or nothing: one unknown number and no field is written. */
function updateCustomFields(user: User, { school, sent }: Call): SandboxReply {
  const given = textsOf(sent["customFields"]);
  if (given.length === 0) return badData("customFields: пустое значение");
  const odd = given.find(([id]) => !/^\d+$/.test(id));
  if (odd !== undefined) return badData(`customFields: «${odd[0]}» не является id поля`);
  const known = school.fields.filter((field) => !user.lacks.includes(field.title));
  const unknown = given.some(([id]) => !known.some((field) => field.id === Number(id)));
  if (unknown) return ok({ result: false });
  for (const [id, value] of given) user.custom.set(Number(id), value);
  return ok({ result: true });
}

function updateFields(user: User, { sent }: Call): SandboxReply {
  writeCard(user, sent);
  return ok({ result: true });
}

function updateDeal(call: Call): SandboxReply {
  const deal = dealOf(call);
  if (deal === undefined) return missingSilently();
  const status = textOf(call.sent["status"]);
  if (status !== "" && !DEAL_STATUSES.includes(status)) return badData("status: неверное значение");
  if (status !== "") setDealStatus(deal, status);
  return ok({ result: true });
}

/** One address per event and developer key: a second call replaces the first. */
function setUri({ school, sent }: Call): SandboxReply {
  const event_object_id = Number(sent["event_object_id"]);
  const event_id = Number(sent["event_id"]);
  const uri = textOf(sent["uri"]);
  if (!URL.canParse(uri)) return badData("uri: неверное значение");
  if (!Number.isInteger(event_object_id) || !Number.isInteger(event_id))
    return badData("event_object_id, event_id: неверное значение");
  school.subscriptions = school.subscriptions.filter(
    (old) => old.event_object_id !== event_object_id || old.event_id !== event_id,
  );
  school.subscriptions.push({ uri, event_object_id, event_id });
  return ok({ result: true });
}

function showUser({ id, email, phone, first_name, last_name }: User): SandboxReply {
  const names = { id, email, phone, phone_standart: phone, first_name, last_name };
  return ok({ ...names, status: "active", type: "user", is_email_confirmed: true });
}

function byTelegram({ school, sent }: Call): SandboxReply {
  const chat = textOf(sent["chatId"]);
  const field = school.fields.find((candidate) => candidate.title === "telegram_id");
  const user = [...school.users.values()].find((candidate) => chat !== "" && candidate.custom.get(field?.id ?? 0) === chat);
  return user === undefined ? missing() : showUser(user);
}

function showDeal({ custom: _custom, payments: _payments, ...deal }: Deal): SandboxReply {
  const isPayed = deal.status === "payed" && deal.payed_value > 0 ? 1 : 0;
  return ok({ ...deal, id: String(deal.id), is_payed: isPayed });
}

const forDeal = (show: (deal: Deal, call: Call) => SandboxReply) => (call: Call) => {
  const deal = dealOf(call);
  return deal === undefined ? missing() : show(deal, call);
};

const ROUTES = new Map<string, Route>([
  ["GET user/get-fields", forUser(showUser)],
  [
    "GET user/get-custom-fields",
    forUser((user, { school }) => {
      const shown = school.fields.filter((field) => !user.lacks.includes(field.title));
      return showCustom(shown, user.custom);
    }),
  ],
  [
    "GET user/get-deals",
    forUser((user, { school }) => ok([...school.deals.values()].filter((deal) => deal.user_id === user.id))),
  ],
  ["GET user/get-groups", forUser((user) => ok(user.groups))],
  ["GET user/get-user-by-telegram-chat-id", byTelegram],
  ["POST user/update-custom-fields", writeUser(updateCustomFields)],
  ["POST user/update-fields", writeUser(updateFields)],
  [
    "POST user/add-groups",
    writeUser((user, { sent }) => {
      user.groups = [...new Set([...user.groups, ...textList(sent["groups"])])];
      return ok({ result: true });
    }),
  ],
  [
    "POST user/set-groups",
    writeUser((user, { sent }) => {
      user.groups = textList(sent["groups"]);
      return ok({ result: true });
    }),
  ],
  ["GET deal/get-fields", forDeal(showDeal)],
  ["GET deal/get-custom-fields", forDeal((deal, { school }) => showCustom(school.fields, deal.custom))],
  ["POST deal/update-fields", updateDeal],
  ["POST set-uri", setUri],
]);

export function answerTech(path: string, request: SandboxRequest, school: School): SandboxReply {
  const token = `Bearer ${demo.getcourse.dev_key}_${demo.getcourse.school_key}`;
  if (request.headers["authorization"] !== token) return wrong(403, 403, "Нет доступа", []);
  const route = ROUTES.get(`${request.method} ${path}`);
  const sent = request.method === "GET" ? request.query : fieldsOf(sentFields(request));
  return route === undefined ? missing() : route({ school, sent });
}
