/** Metabot: an endpoint of the bot's own script, and a script run for a lead (docs.metabot24.ru, read 2026-11; vendors.md §4). Both answer in the
 *  script's own way. The vendor's page and working code disagree on the header's name, so it is a setting. */
import { newestOf } from "../../domain/person-value.ts";
import { err, ok } from "../../lib/result.ts";
import type { Action, Destination, PrepareInput } from "../connector.ts";
import { undocumentedPlan } from "../replies.ts";
import { endpoint, headerValue, jsonRequest, textOf } from "../requests.ts";
import { recordOf } from "../../lib/record.ts";

const BASE = "https://app.metabot24.com";

const botUrl = ({ connection }: PrepareInput<"metabot">, ...path: readonly string[]): string =>
  endpoint(connection.base_url ?? BASE, "api", "v1", "bots", connection.bot_id, ...path);

const proof = ({ connection }: PrepareInput<"metabot">): Record<string, string> => ({
  [connection.token_header]: headerValue(`Bearer ${(connection.api_token ?? "").trim()}`),
});

/** Runs whatever the bot's author wrote behind the alias, and returns what they return: success is the status, unless JSON says otherwise. */
const call: Action<"metabot"> = (input) => {
  const { connection, parameters } = input;
  const alias = textOf(parameters["alias"]) ?? connection.alias;
  if (!connection.api_token) return err({ reason: "not_configured: api_token" });
  if (alias === undefined) return err({ reason: "not_configured: alias" });
  // An alias may hold slashes: they are part of the endpoint's path. A value of two dots in it would climb to another endpoint.
  const path = alias.split("/").filter((part) => part !== "");
  if (path.some((part) => /^\.{1,2}$/.test(part.trim()))) return err({ reason: "address_refused" });
  const url = botUrl(input, "call", ...path);
  const body = { script_request_params: recordOf(parameters["params"]) };
  return ok(undocumentedPlan(input, jsonRequest(url, body, proof(input))));
};

/** Scripts run for a lead, never for a person: the lead is the person's dialogue with this bot. */
const runScript: Action<"metabot"> = (input) => {
  const { connection, parameters, person } = input;
  const lead = newestOf(person, "lead_id", connection.bot_id);
  const scriptId = textOf(parameters["script_id"]);
  const scriptCode = scriptId === null ? (textOf(parameters["script_code"]) ?? connection.alias) : undefined;
  const runAt = textOf(parameters["run_at"]);
  if (!connection.api_token) return err({ reason: "not_configured: api_token" });
  if (lead === null) return err({ reason: "no_address: the person has no lead in this bot" });
  if (scriptId === null && scriptCode === undefined) return err({ reason: "not_configured: script_code" });
  const body = {
    ...(scriptId === null ? { script_code: scriptCode } : { script_id: scriptId }),
    lead_id: lead,
    ...(runAt === null ? { run_after_sec: Number(textOf(parameters["run_after_sec"]) ?? 0) || 0 } : { run_at: runAt }),
    script_request_params: recordOf(parameters["params"]),
    ...(parameters["add_tags"] === undefined ? {} : { add_tags: parameters["add_tags"] }),
    ...(parameters["remove_tags"] === undefined ? {} : { remove_tags: parameters["remove_tags"] }),
  };
  return ok(undocumentedPlan(input, jsonRequest(botUrl(input, "jobs", "schedule"), body, proof(input))));
};

/** `call` needs nobody, `run_script` a lead of this bot: scripts run for leads, not persons (vendors.md §4). */
export const metabotDestination = { call, run_script: runScript } satisfies Destination<"metabot">;
