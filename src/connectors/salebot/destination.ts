/** Salebot: the constructor's incoming API (docs.salebot.pro, read 2026-11; vendors.md §2.1). The key stands in the path. A person is addressed by
 *  the client id of this very project; callbacks also take an e-mail or phone, the rest need a look-up first. `callback` runs the block whose
 *  condition equals the text, `message` is shown to the client, and a variable without `client.` before its name lands on the deal. */
import { newestOf } from "../../domain/person-value.ts";
import { err, ok } from "../../lib/result.ts";
import type { Action, Destination, Plan, PrepareInput, Verdict } from "../connector.ts";
import { textOf, textsOf } from "../requests.ts";
import { recordOf } from "../../lib/record.ts";
import { planByLookUp, salebotPlan } from "./look-up.ts";

type Input = PrepareInput<"salebot">;

/** The vendor's examples give client ids as numbers; ids beyond exact integers stay text. */
const clientNumber = (id: string): number | string => (/^\d{1,15}$/.test(id) ? Number(id) : id);

/** Runs a block of the bot, unseen by the client; extra parameters become the client's variables. It needs an existing client (vendors.md §2.1). */
const callback: Action<"salebot"> = (input) => {
  const { connection, person } = input;
  if (!connection.api_key) return err({ reason: "not_configured: api_key" });
  const client = newestOf(person, "client_id", connection.project);
  const addresses: Record<string, unknown>[] = [];
  if (client !== null) addresses.push({ client_id: clientNumber(client) });
  else {
    const [email, phone] = [newestOf(person, "email"), newestOf(person, "phone")];
    if (email !== null) addresses.push({ client_email: email });
    if (phone !== null) addresses.push({ client_phone: phone });
  }
  const plan = callbackPlan(input, addresses);
  return plan ? ok(plan) : err({ reason: "no_address: no client of this project, no e-mail, no phone" });
};

/** Tries the addresses in turn: only "no such client" leads to the next one. */
function callbackPlan(input: Input, [address, ...others]: readonly Record<string, unknown>[]): Plan | null {
  if (!address) return null;
  const next = callbackPlan(input, others);
  const body = { ...address, ...withMessageFirst(variablesOf(input, ["client_id", "client_email", "client_phone"])) };
  const { request, judge } = salebotPlan(input, "callback", body);
  return {
    request,
    judge: (reply) => {
      const verdict = judge(reply);
      return next && isNoClient(verdict) ? { outcome: "next", plan: next } : verdict;
    },
  };
}

const isNoClient = (verdict: Verdict): boolean => verdict.outcome === "dead" && /^(client_)?not_found/.test(verdict.reason);

/** Without those whose names would address the call: a site's word about an order may hold a `client_id`, and would reach that client. */
const variablesOf = ({ parameters }: Input, addressing: readonly string[]): Readonly<Record<string, unknown>> =>
  Object.fromEntries(Object.entries(parameters).filter(([name]) => !addressing.includes(name)));

/** Salebot matches the block by `message`, so it is always sent, be it empty. */
const withMessageFirst = ({ message, ...extras }: Readonly<Record<string, unknown>>): Record<string, unknown> => ({
  message: textOf(message) ?? "",
  ...extras,
});

/** By Telegram id, so it survives a move of the project, which changes every `client_id` (vendors.md §2.1). `group` is the bot's user name. */
const tgCallback: Action<"salebot"> = (input) => {
  const { connection, person } = input;
  const user = newestOf(person, "telegram_id");
  if (!connection.api_key) return err({ reason: "not_configured: api_key" });
  if (!connection.group) return err({ reason: "not_configured: group" });
  if (user === null) return err({ reason: "no_address: the person has no Telegram id" });
  const { message, ...extras } = withMessageFirst(variablesOf(input, ["user_id", "group_id"]));
  const body = { message, user_id: user, group_id: connection.group, ...extras };
  return ok(salebotPlan(input, "tg_callback", body));
};

/** Shown to the client. With the project's webhook on, it comes back to us (`is_input: 0`) and is kept as an echo. */
const message: Action<"salebot"> = (input) => byClient(input, "message", withMessageFirst(input.parameters));

/** Shown to a client whose id in the project nobody told us: by the messenger's own id, in the bot (`group`) that the client talks to. */
const broadcast: Action<"salebot"> = (input) => {
  const { connection, person } = input;
  const own = (["telegram_id", "max_id", "vk_id"] as const).map((type) => newestOf(person, type)).find((id) => id !== null);
  if (!connection.api_key) return err({ reason: "not_configured: api_key" });
  if (!connection.group) return err({ reason: "not_configured: group" });
  if (own === undefined) return err({ reason: "no_address: the person has no id of a messenger" });
  const body = { platform_ids: [own], group_id: connection.group, ...withMessageFirst(input.parameters) };
  return ok(salebotPlan(input, "broadcast", body));
};

const saveVariables: Action<"salebot"> = (input) => {
  const variables = Object.fromEntries(textsOf(recordOf(input.parameters["variables"])));
  return byClient(input, "save_variables", { variables });
};

/** Calls that know a client by its id only. */
function byClient(input: Input, action: string, body: Readonly<Record<string, unknown>>): ReturnType<Action<"salebot">> {
  if (!input.connection.api_key) return err({ reason: "not_configured: api_key" });
  const planFor = (client: string): Plan => salebotPlan(input, action, { client_id: clientNumber(client), ...body });
  const client = newestOf(input.person, "client_id", input.connection.project);
  const plan = client === null ? planByLookUp(input, planFor) : planFor(client);
  return plan ? ok(plan) : err({ reason: "no_address: no client of this project, no e-mail, no phone" });
}

/** What writes is a POST of JSON: which characters a GET forbids is not documented (vendors.md §2.1). Look-ups are GETs. */
export const salebotDestination = {
  callback,
  tg_callback: tgCallback,
  message,
  broadcast,
  save_variables: saveVariables,
} satisfies Destination<"salebot">;
