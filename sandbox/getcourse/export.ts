/** Legacy export, `GET /pl/api/account/…` (vendors.md §1.3): one export at a time, and 100 calls in two hours with the polls counted. It is here so that
 *  a gateway which touches these quotas in an event's path is caught doing it. Errors carry codes, unlike the import's. */
import { demo } from "../demo.ts";
import { json } from "../kit/wire.ts";
import type { SandboxReply, SandboxRequest } from "../kit/wire.ts";
import { WORDS } from "./envelope.ts";
import type { School } from "./school.ts";

const QUOTA = 100;
const QUOTA_WINDOW_MS = 2 * 3_600_000;
const EXPORTS = ["users", "deals", "payments", "groups"];

function fail(code: number, message: string): SandboxReply {
  return json({ success: false, info: [], error_message: message, error: true, error_code: code });
}

function info(value: unknown): SandboxReply {
  return json({ success: true, info: value, error: false, error_code: 0, error_message: "" });
}

function items(school: School, object: string): SandboxReply {
  const rows =
    object === "users"
      ? [...school.users.values()].map((user) => [String(user.id), user.email, user.phone])
      : [...school.deals.values()].map((deal) => [String(deal.id), deal.number, `${deal.cost},00`]);
  const fields = object === "users" ? ["id", "Email", "Телефон"] : ["ID заказа", "Номер", "Стоимость, RUB"];
  return info({ fields, items: rows });
}

/** The first poll always finds the file unfinished. */
function poll(school: School, id: string): SandboxReply {
  const job = school.exports;
  const [runningId = "", object = ""] = job.running.split(":");
  if (runningId === "" || runningId !== id) return fail(910, WORDS.notFound);
  job.polls += 1;
  if (job.polls < 2) return fail(909, "Файл еще не создан");
  job.running = "";
  return items(school, object);
}

function start(school: School, object: string): SandboxReply {
  const job = school.exports;
  if (job.running !== "") return fail(905, "Уже запущен один экспорт, попробуйте позднее");
  job.running = `${job.next}:${object}`;
  job.polls = 0;
  job.next += 1;
  return info({ export_id: job.next - 1 });
}

export function answerExport(path: string[], request: SandboxRequest, school: School): SandboxReply | null {
  const [object = "", id = ""] = path;
  const { key = "", ...filters } = request.query;
  if (key === "") return fail(904, WORDS.noKey);
  if (key === demo.getcourse.planless_key) return fail(917, "Функционал недоступен");
  if (key !== demo.getcourse.school_key && key !== demo.getcourse.read_only_key) return fail(901, WORDS.unauthorised);
  const recent = school.exports.calls.filter((at) => at > request.at - QUOTA_WINDOW_MS);
  if (recent.length >= QUOTA) return fail(903, "Слишком много запросов");
  school.exports.calls = [...recent, request.at];
  if (object === "fields") {
    const rows = school.fields.map((field) => ({ ...field, type: "string", context_type: "user" }));
    return info(rows);
  }
  if (object === "exports") return poll(school, id);
  if (!EXPORTS.includes(object)) return null;
  if (Object.keys(filters).length === 0 && object !== "groups") return fail(908, "Должен быть передан хотя бы один фильтр");
  return start(school, object);
}
