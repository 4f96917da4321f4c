/** Salebot's incoming API, `/api/{key}/{action}` (vendors.md §2.1, vectors 17–20). Failures are HTTP 200: `client_not_found`, `fail`; success is bare `ok`
 *  from `callback` and JSON from the rest. Unknown clients are not created, but by `email_callback`. */
import { demo } from "./demo.ts";
import { addClient, findClient, openProject } from "./salebot/project.ts";
import type { Client, Project } from "./salebot/project.ts";
import { fieldsOf, listOf, sentFields, textOf, textsOf } from "./kit/values.ts";
import type { Fields } from "./kit/values.ts";
import { json, text } from "./kit/wire.ts";
import type { SandboxReply, SandboxRequest, Vendor } from "./kit/wire.ts";

type Call = { project: Project; sent: Fields; at: number };
type Action = (call: Call) => SandboxReply;

const success = () => json({ status: "success" });
const fail = (message: string) => json({ status: "fail", message });
const clientNotFound = () => json({ status: "client_not_found" });

/** Parameters that address a client or steer the call; whatever else is sent becomes a variable of the client. */
const OWN = new Set(
  "client_id client_phone client_email message resume_bot time_shift send_time user_id group_id delimiter name phone email bot_id email_id_bot".split(
    " ",
  ),
);

/** The universal webhook: `value_client_id=my_field` names the parameter that holds the client id; with `delimiter`, a path into nested values. */
function renamed(sent: Fields): Fields {
  const delimiter = textOf(sent["delimiter"]);
  const named: Fields = {};
  for (const [name, source] of Object.entries(sent)) {
    const target = /^(?:delimiter_)?value_(.+)$/.exec(name)?.[1];
    if (target === undefined) continue;
    const steps = name.startsWith("delimiter_") ? textOf(source).split(delimiter || "\0") : [textOf(source)];
    named[target] = steps.reduce<unknown>((value, step) => fieldsOf(value)[step], sent);
  }
  return { ...sent, ...named };
}

function runBlock({ sent, at }: Call, client: Client, reply: SandboxReply): SandboxReply {
  const message = textOf(sent["message"]);
  if (message === "") return fail("message is required");
  for (const [name, value] of textsOf(sent))
    if (!OWN.has(name) && !/^(?:delimiter_)?value_/.test(name)) client.variables[name] = value;
  client.received.push({ at, how: "callback", text: message });
  return reply;
}

const onClient =
  (run: (call: Call, client: Client) => SandboxReply, none = clientNotFound): Action =>
  (call) => {
    const client = findClient(call.project, call.sent);
    return client === undefined ? none() : run(call, client);
  };

const onPlatform =
  (type: number): Action =>
  (call) => {
    const { user_id, group_id } = call.sent;
    const where = { platform_id: user_id, group: group_id, client_type: type };
    const client = findClient(call.project, where);
    return client === undefined ? clientNotFound() : runBlock(call, client, success());
  };

function emailCallback(call: Call): SandboxReply {
  const email = textOf(call.sent["email"]);
  if (email === "") return fail("email is required");
  const given = { email, client_type: 14, name: textOf(call.sent["name"]) };
  const client = findClient(call.project, { client_email: email }) ?? addClient(call.project, given);
  return runBlock(call, client, success());
}

function sendMessage({ sent, at }: Call, client: Client): SandboxReply {
  const message = textOf(sent["message"]);
  if (message === "" && textOf(sent["message_id"]) === "") return fail("message is required");
  client.received.push({ at, how: "message", text: message });
  return success();
}

/** To clients by the messenger's own ids; unknown ones are left out without a word. */
function broadcast({ project, sent, at }: Call): SandboxReply {
  const ids = new Set(listOf(sent["platform_ids"]).map(textOf));
  const group = textOf(sent["group_id"]);
  for (const client of project.clients.values())
    if (ids.has(client.platform_id) && client.group === group)
      client.received.push({ at, how: "message", text: textOf(sent["message"]) });
  return success();
}

/** Only names with `client.` stay with the client; the others land on the deal, where nobody looks for them. */
function writeVariables(client: Client, variables: unknown): void {
  for (const [name, value] of textsOf(variables))
    if (name.startsWith("client.")) client.variables[name.slice("client.".length)] = value;
    else client.order[name] = value;
}

function saveVariables({ project, sent }: Call): SandboxReply {
  const ids = [...listOf(sent["clients"]), sent["client_id"]].filter((id) => textOf(id) !== "");
  const clients = ids.map((id) => findClient(project, { client_id: id }));
  const found = clients.filter((client) => client !== undefined);
  if (found.length === 0) return clientNotFound();
  for (const client of found) writeVariables(client, sent["variables"]);
  return success();
}

const idOf = (_call: Call, client: Client) => json({ client_id: client.id });
/** No documented body for «none»: 404, as the neighbouring actions do. */
const noneFound = () => json({ status: "client_not_found" }, 404);

const find =
  (address: (sent: Fields) => Fields): Action =>
  (call) =>
    onClient(idOf, noneFound)({ ...call, sent: address(call.sent) });

function findByVariable({ project, sent }: Call): SandboxReply {
  const scope = sent["search_in"] === "order" ? "order" : "variables";
  const client = [...project.clients.values()].find((candidate) => candidate[scope][textOf(sent["var"])] === textOf(sent["val"]));
  return client === undefined ? noneFound() : json({ client_id: client.id });
}

function getClients({ project, sent }: Call): SandboxReply {
  const offset = Number(textOf(sent["offset"]) || 0);
  const limit = Math.min(Number(textOf(sent["limit"]) || 500), 500);
  const clients = [...project.clients.values()].slice(offset, offset + limit);
  const shown = clients.map(({ received: _received, order: _order, ...client }) => client);
  return json({ status: "success", clients: shown });
}

const ACTIONS = new Map<string, Action>([
  ["callback", onClient((call, client) => runBlock(call, client, text("ok")))],
  ["tg_callback", onPlatform(1)],
  ["vk_callback", onPlatform(0)],
  ["email_callback", emailCallback],
  ["message", onClient(sendMessage, () => fail("client not found"))],
  ["broadcast", broadcast],
  ["save_variables", saveVariables],
  ["get_variables", onClient((_call, client) => json({ ...client.order, ...client.variables }))],
  ["find_client_id_by_email", find((sent) => ({ client_email: sent["email"] }))],
  ["find_client_id_by_phone", find((sent) => ({ client_phone: sent["phone"] }))],
  ["find_client_id_by_var", findByVariable],
  ["get_clients", getClients],
]);

function answer(request: SandboxRequest, project: Project): SandboxReply {
  const [api, key, name = "", ...rest] = request.segments;
  const action = ACTIONS.get(name);
  if (api !== "api" || action === undefined || rest.length > 0) return text("Not Found", 404);
  if (key !== demo.salebot.api_key) return fail("invalid api_key");
  return action({ project, sent: renamed(sentFields(request)), at: request.at });
}

/** `{clients: [{id?, platform_id?, client_type?, group?, email?, phone?}], everyone?: true}`; `everyone` makes any numeric client id exist when first used. */
function seed(input: unknown, project: Project): void {
  const { clients, everyone } = fieldsOf(input);
  for (const client of listOf(clients)) addClient(project, fieldsOf(client));
  if (typeof everyone === "boolean") project.everyone = everyone;
}

export const salebot: Vendor<Project> = { open: openProject, answer, seed };
