/** Legacy import: `POST /pl/api/users|deals|messages`, a form of action, key and params (vendors.md §1.2, vectors 1–5 and 7).
 *  Unknown titles in `addfields` are dropped without a word, and so are all fields of a known user without `refresh_if_exists`. */
import { demo } from "../demo.ts";
import { fieldsOf, isTrue, textOf, textsOf } from "../kit/values.ts";
import type { Fields } from "../kit/values.ts";
import { html } from "../kit/wire.ts";
import type { SandboxReply, SandboxRequest } from "../kit/wire.ts";
import { done, failed, parseParams, refused, spent, textList, WORDS } from "./envelope.ts";
import { addDeal, addUser, DEAL_STATUSES, findUser, setDealStatus, writeCard } from "./school.ts";
import type { Deal, School, User } from "./school.ts";

type Import = { school: School; action: string; params: Fields; mayCreate: boolean; at: number };

function writeAddfields(school: School, custom: Map<number, string>, addfields: unknown): void {
  for (const [title, value] of textsOf(addfields)) {
    const field = school.fields.find((candidate) => candidate.title === title);
    if (field !== undefined) custom.set(field.id, value);
  }
}

function writeUser(school: School, user: User, params: Fields): void {
  const given = fieldsOf(params["user"]);
  writeCard(user, given);
  if (user.phone !== "") school.contacts.set(user.phone, user.id);
  writeAddfields(school, user.custom, given["addfields"]);
}

function upsertUser({ school, params, mayCreate }: Import): { user: User; added: boolean } | null {
  const given = fieldsOf(params["user"]);
  const found = findUser(school, given);
  if (found === undefined && !mayCreate) return null;
  const contact = { email: textOf(given["email"]), phone: textOf(given["phone"]) };
  const user = found ?? addUser(school, contact);
  const added = found === undefined;
  if (added) user.session = fieldsOf(params["session"]);
  if (added || isTrue(fieldsOf(params["system"])["refresh_if_exists"])) writeUser(school, user, params);
  user.groups = [...new Set([...user.groups, ...textList(given["group_name"])])];
  return { user, added };
}

function importUser(job: Import): SandboxReply {
  const given = fieldsOf(job.params["user"]);
  if (job.action === "update") {
    const user = findUser(job.school, given);
    if (user === undefined) return failed(job.action, WORDS.notFound);
    writeUser(job.school, user, job.params);
    if ("group_name" in given) user.groups = textList(given["group_name"]);
    return done(job.action, { user_id: user.id, user_status: "updated" }, "text");
  }
  const written = upsertUser(job);
  if (written === null) return spent();
  const status = written.added ? "added" : "updated";
  return done(job.action, { user_id: written.user.id, user_status: status }, "text");
}

function writeDeal(school: School, deal: Deal, given: Fields): void {
  deal.offer = textOf(given["offer_id"]) || textOf(given["offer_code"]) || deal.offer;
  deal.title = textOf(given["product_title"]) || deal.title;
  deal.cost = Number(textOf(given["deal_cost"]) || deal.cost);
  deal.currency = textOf(given["deal_currency"]) || deal.currency;
  deal.comment = textOf(given["deal_comment"]) || deal.comment;
  writeAddfields(school, deal.custom, given["addfields"]);
  const status = textOf(given["deal_status"]);
  if (isTrue(given["deal_is_paid"])) setDealStatus(deal, "payed");
  else if (DEAL_STATUSES.includes(status)) setDealStatus(deal, status);
}

function importDeal(job: Import): SandboxReply {
  const given = fieldsOf(job.params["deal"]);
  const number = textOf(given["deal_number"]);
  const found = number === "" ? undefined : job.school.deals.get(number);
  const offer = textOf(given["offer_id"]) || textOf(given["offer_code"]);
  const product = textOf(given["product_title"]) !== "" && Number(given["deal_cost"]) > 0;
  if (found === undefined && offer === "" && !product) return failed(job.action, number === "" ? WORDS.noParams : WORDS.notFound);
  if (found === undefined && !job.mayCreate) return spent();
  const written = upsertUser(job);
  if (written === null) return spent();
  const deal = found ?? addDeal(job.school, written.user.id, number, job.at);
  writeDeal(job.school, deal, given);
  const system = fieldsOf(job.params["system"]);
  const result = {
    user_id: written.user.id,
    user_status: written.added ? "added" : "updated",
    deal_id: deal.id,
    ...(isTrue(system["return_deal_number"]) ? { deal_number: deal.number } : {}),
    ...(isTrue(system["return_payment_link"])
      ? { payment_link: `https://${demo.getcourse.account}/sales/shop/dealPay/id/${deal.id}` }
      : {}),
  };
  return done(job.action, result, "boolean");
}

function sendMessage({ school, action, params }: Import): SandboxReply {
  const message = fieldsOf(params["message"]);
  const email = textOf(message["email"]);
  if (findUser(school, { email }) === undefined) return failed(action, WORDS.notFound);
  school.messages.push({ email, mailing_id: textOf(message["mailing_id"]) });
  return done(action, {}, "text");
}

const OBJECTS = new Map([
  ["users", { actions: ["add", "update"], run: importUser }],
  ["deals", { actions: ["add"], run: importDeal }],
  ["messages", { actions: ["send"], run: sendMessage }],
]);

/** The order of the checks is the vendor's: a POST that a redirect turned into GET has lost its form, so the first thing missed is the action. */
export function answerImport(object: string, request: SandboxRequest, school: School) {
  const kind = OBJECTS.get(object);
  if (kind === undefined) return null;
  const form = request.method === "POST" ? fieldsOf(request.parsed) : {};
  const action = textOf(form["action"]);
  const key = textOf(form["key"]);
  if (!kind.actions.includes(action)) return refused(WORDS.noAction);
  if (key === "") return refused(WORDS.noKey);
  if (key === demo.getcourse.planless_key) return html("");
  if (key === demo.getcourse.read_only_key) return failed(action, WORDS.forbidden);
  if (key !== demo.getcourse.school_key && key !== demo.getcourse.spent_key) return refused(WORDS.unauthorised);
  const params = parseParams(form["params"]);
  if (params === null) return failed(action, WORDS.noParams);
  const contact = fieldsOf(params["user"] ?? params["message"]);
  const known = [contact["email"], contact["phone"], action === "update" ? contact["id"] : ""];
  if (known.every((value) => textOf(value) === "")) return failed(action, WORDS.noContact);
  const mayCreate = key === demo.getcourse.school_key;
  return kind.run({ school, action, params, mayCreate, at: request.at });
}
