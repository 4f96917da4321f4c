/** Metabot: an endpoint of the bot's own script, and a script run for a lead (vendors.md §4). The error envelope is undocumented; a wrong bearer gets 401.
 *  Some clients send the parameters flat, some inside `script_request_params`; the script sees both alike. */
import { demo } from "./demo.ts";
import { fieldsOf, textOf } from "./kit/values.ts";
import type { Fields } from "./kit/values.ts";
import { json } from "./kit/wire.ts";
import type { SandboxReply, SandboxRequest, Vendor } from "./kit/wire.ts";

type Script = { at: number; alias: string; params: Fields };
type Bot = { scripts: Script[]; jobs: Fields[] };

const RUNNABLE = ["script_id", "script_code", "trigger_id", "trigger_code", "broadcast_id", "broadcast_code"];

function runScript(request: SandboxRequest, alias: string, bot: Bot): SandboxReply {
  const body = fieldsOf(request.parsed);
  const params = "script_request_params" in body ? fieldsOf(body["script_request_params"]) : { ...body };
  bot.scripts.push({ at: request.at, alias, params });
  return json({ success: true, alias, lead_id: textOf(params["lead_id"]) || null });
}

function schedule(request: SandboxRequest, bot: Bot): SandboxReply {
  const job = fieldsOf(request.parsed);
  const named = RUNNABLE.filter((name) => textOf(job[name]) !== "");
  const addressed = textOf(job["lead_id"]) !== "" || textOf(job["ticket_id"]) !== "";
  if (named.length !== 1 || !addressed)
    return json({ success: false, message: "one of script, trigger, broadcast and a lead" }, 422);
  bot.jobs.push({ at: request.at, ...job });
  return json({ success: true, job_id: bot.jobs.length });
}

/** `/api/v1/bots/{id}/call/{alias}`, where the alias may hold slashes, and `/bots/{id}/jobs/schedule` with or without that prefix. */
function answer(request: SandboxRequest, bot: Bot): SandboxReply {
  const path = request.segments.join("/").replace(/^api\/v1\//, "");
  const [bots, id, kind, ...rest] = path.split("/");
  const alias = rest.join("/");
  if (request.headers["authorization"] !== `Bearer ${demo.metabot.api_token}`) return json({ message: "Unauthenticated." }, 401);
  if (bots !== "bots" || id !== demo.metabot.bot_id || alias === "") return json({ message: "Not Found" }, 404);
  if (request.method !== "POST") return json({ message: "Method Not Allowed" }, 405);
  if (kind === "call") return runScript(request, alias, bot);
  return kind === "jobs" && alias === "schedule" ? schedule(request, bot) : json({ message: "Not Found" }, 404);
}

export const metabot: Vendor<Bot> = { open: () => ({ scripts: [], jobs: [] }), answer };
