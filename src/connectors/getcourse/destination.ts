/** Writing to GetCourse. Users and orders are created by the legacy import only; custom fields go through the API the connection names: `tech` when
 *  there is a developer key, else `chatium` or `legacy`. The export API is never touched: its quota is a hundred calls in two hours.
 *  Import is not idempotent for an order without a number: such a request is never repeated once its outcome is unknown (vector 7). */
import { newestOf } from "../../domain/person-value.ts";
import { err, ok } from "../../lib/result.ts";
import type { Action, Destination, PrepareInput } from "../connector.ts";
import { textOf, textsOf } from "../requests.ts";
import { recordOf } from "../../lib/record.ts";
import { chatiumPlan } from "./chatium.ts";
import { dealEchoes, dealOf } from "./deal.ts";
import { importPlan } from "./legacy.ts";
import { type User, writeFieldsPlan } from "./tech.ts";

type Input = PrepareInput<"getcourse">;

/** utm_* the import understands, in the vendor's order. */
const SESSION = ["utm_source", "utm_medium", "utm_content", "utm_campaign", "utm_term", "utm_group"];

/** `refresh_if_exists: 1` always: without it the import leaves an existing user's fields alone and the integration "silently does nothing"
 *  (vendors.md §1.2). `group_name` adds to groups under `action=add`, it takes none away. */
const upsertUser: Action<"getcourse"> = (input) => {
  const user = userOf(input);
  if (!input.connection.api_key) return err({ reason: "not_configured: api_key" });
  if (user === null) return err({ reason: NO_CONTACT });
  const { person, parameters } = input;
  const session = { ...sessionOf(input), ...Object.fromEntries(textsOf(parameters["session"])) };
  const groups = parameters["groups"];
  const addfields = Object.fromEntries(titled(input));
  const params = {
    user: {
      ...user,
      ...namesOf(person.traits),
      ...Object.fromEntries(textsOf(parameters["user"])),
      ...(groups === undefined ? {} : { group_name: groups }),
      ...(Object.keys(addfields).length === 0 ? {} : { addfields }),
    },
    system: { refresh_if_exists: 1 },
    ...(Object.keys(session).length === 0 ? {} : { session }),
  };
  return ok(importPlan(input, "users", params));
};

/** Custom fields only, in the three APIs' different spellings: by number (Tech), by title (legacy), by the endpoint's own words (Chatium). */
const setFields: Action<"getcourse"> = (input) => {
  const fields = titled(input);
  const { connection, person } = input;
  if (fields.length === 0) return err({ reason: "rejected: no fields to write" });
  switch (apiOf(connection)) {
    case "tech": {
      const id = newestOf(person, "gc_user_id", connection.account);
      const email = newestOf(person, "email");
      const users: User[] = [...(email === null ? [] : [{ email }]), ...(id === null ? [] : [{ userId: id }])];
      const plan = writeFieldsPlan(input, users, fields);
      if (!connection.dev_key) return err({ reason: "not_configured: dev_key" });
      return plan ? ok(plan) : err({ reason: NO_CONTACT });
    }
    case "chatium": {
      const email = newestOf(person, "email");
      if (!connection.chatium_url) return err({ reason: "not_configured: chatium_url" });
      if (email === null) return err({ reason: NO_CONTACT });
      // The endpoint's own words, not the account's titles.
      const { salebot_id, ...named } = Object.fromEntries(textsOf(input.parameters["fields"]));
      return ok(chatiumPlan(input, connection.chatium_url, { email, ...named, ...(salebot_id ? { sb_id: salebot_id } : {}) }));
    }
    case "legacy": {
      const user = keyOf(userOf(input));
      if (!connection.api_key) return err({ reason: "not_configured: api_key" });
      if (user === null) return err({ reason: NO_CONTACT });
      const params = { user: { ...user, addfields: Object.fromEntries(fields) }, system: { refresh_if_exists: 1 } };
      return ok(importPlan(input, "users", params));
    }
  }
};

/** With `deal_number` an update, without it a new order every time (vendors.md §1.2): hence not repeatable. `system` is the caller's: by default an
 *  order does not rewrite the user's card. */
const upsertDeal: Action<"getcourse"> = (input) => {
  const { connection, parameters } = input;
  const contact = userOf(input);
  const deal = dealOf(parameters);
  const fields = Object.fromEntries(titled(input));
  if (!connection.api_key) return err({ reason: "not_configured: api_key" });
  const user = { ...keyOf(contact), ...Object.fromEntries(textsOf(parameters["user"])) };
  if (Object.keys(user).length === 0) return err({ reason: NO_CONTACT });
  const params = {
    user,
    ...(parameters["system"] === undefined ? {} : { system: recordOf(parameters["system"]) }),
    deal: { ...deal, ...(Object.keys(fields).length === 0 ? {} : { addfields: fields }) },
    ...(parameters["session"] === undefined ? {} : { session: recordOf(parameters["session"]) }),
  };
  const plan = importPlan(input, "deals", params, textOf(deal["deal_number"]) !== null);
  return ok({ ...plan, echoes: dealEchoes(deal, connection.id, input.event) });
};

const NO_CONTACT = "no_address: the person has no e-mail or phone";

/** Tech first where it can work: it says whether the user exists, where the legacy import would create one. */
export const apiOf = ({ api, dev_key, chatium_url }: Input["connection"]): "legacy" | "tech" | "chatium" =>
  api ?? (dev_key ? "tech" : chatium_url ? "chatium" : "legacy");

type Contact = { readonly email?: string; readonly phone?: string };

/** What finds the user and nothing more: a second contact would overwrite the one on the user's card. */
const keyOf = (contact: Contact | null): Contact | null => (contact?.email === undefined ? contact : { email: contact.email });

/** The user's contacts: GetCourse finds by e-mail, else by phone. */
function userOf({ person }: Input): Contact | null {
  const [email, phone] = [newestOf(person, "email"), newestOf(person, "phone")];
  if (email === null && phone === null) return null;
  return { ...(email === null ? {} : { email }), ...(phone === null ? {} : { phone }) };
}

const namesOf = (traits: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(textsOf({ first_name: traits["first_name"], last_name: traits["last_name"] }));

const sessionOf = ({ event }: Input): Record<string, string> =>
  Object.fromEntries(SESSION.flatMap((name) => (event.utm[name] === undefined ? [] : [[name, event.utm[name]]])));

/** The fields to write by their titles: our key as the connection names it, else the title itself. */
const titled = ({ connection, parameters }: Input): [string, string][] =>
  textsOf(parameters["fields"]).map(([name, value]) => [connection.fields[name] ?? name, value]);

/** The legacy import makes the user whom it does not find; `tech` and the seed's endpoint answer that there is none (vendors.md
 *  §1.1, §1.7). */
export const getcourseDestination = {
  upsert_user: upsertUser,
  set_fields: setFields,
  upsert_deal: upsertDeal,
} satisfies Destination<"getcourse">;
