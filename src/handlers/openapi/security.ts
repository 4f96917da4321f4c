/** How callers prove themselves, and the refusals that every call with such a caller may meet. One list for all calls, so that a
 *  refusal added to a proof is described everywhere at once. */
import type { Json } from "./json-schema.ts";
import type { Caller, Operation } from "./operation.ts";

const header = (name: string, description: string): Json => ({ type: "apiKey", in: "header", name, description });

/** The proofs of `flows/verify-caller.ts` and `handlers/admin.ts` in OpenAPI's words. */
export const SECURITY_SCHEMES: Json = {
  admin: { type: "http", scheme: "bearer", description: "ADMIN_TOKEN. The console uses its session cookie instead." },
  connectionToken: {
    type: "http",
    scheme: "bearer",
    description: "A connection's token. Where the path has a `{token}` segment, the token may stand there instead.",
  },
  gatewayToken: header("X-Gateway-Token", "A connection's token, for senders that cannot set Authorization."),
  webhookId: header("webhook-id", "Standard Webhooks: the message's id, used once."),
  webhookTimestamp: header(
    "webhook-timestamp",
    "Standard Webhooks: unix seconds, at most five minutes away in either direction.",
  ),
  webhookSignature: header(
    "webhook-signature",
    "Standard Webhooks: `v1,` and base64 of HMAC-SHA256 over `id.timestamp.body`, keyed by the base64-decoded part of the `whsec_` secret after the prefix.",
  ),
  telegramSecret: header("X-Telegram-Bot-Api-Secret-Token", "The `secret_token` given to setWebhook."),
};

type Requirement = Readonly<Record<string, readonly string[]>>;

const TOKEN: readonly Requirement[] = [{ connectionToken: [] }, { gatewayToken: [] }];
const SIGNATURE: readonly Requirement[] = [{ webhookId: [], webhookTimestamp: [], webhookSignature: [] }];
const TELEGRAM: readonly Requirement[] = [{ telegramSecret: [] }];

const PROOFS: Readonly<Record<Caller, readonly Requirement[]>> = {
  public: [],
  path: [],
  connection: [...TOKEN, ...SIGNATURE, ...TELEGRAM],
  bot: [...TOKEN, ...SIGNATURE],
  site: [...SIGNATURE, ...TOKEN],
  operator: [{ admin: [] }],
  telegram: TELEGRAM,
};

/** A secret segment of the path is proof enough. */
export const securityOf = ({ callers }: Operation, path: string): readonly Requirement[] =>
  path.includes(":token") ? [] : [...new Set(callers.flatMap((caller) => PROOFS[caller]))];

const UNAVAILABLE = { 503: ["unavailable"] };
const CALL = {
  400: ["invalid_json", "repeated_parameter"],
  401: ["unauthorized"],
  409: ["replayed"],
  413: ["too_large"],
  429: ["too_many_failed_proofs"],
  ...UNAVAILABLE,
};
const INTAKE = { 401: ["unauthorized"], 404: ["not_found"], 429: ["too_many_failed_proofs"], ...UNAVAILABLE };

const COMMON: Readonly<Record<Caller, Readonly<Record<number, readonly string[]>>>> = {
  public: {},
  path: { 404: ["not_found"], ...UNAVAILABLE },
  connection: INTAKE,
  bot: CALL,
  site: CALL,
  operator: { 401: ["unauthorized"], 429: ["too_many_failed_proofs"], ...UNAVAILABLE },
  telegram: INTAKE,
};

/** Status → reasons: the call's own and those of its callers. */
export function refusalsOf(operation: Operation): ReadonlyMap<number, readonly string[]> {
  const all = new Map<number, Set<string>>();
  const sources = [...operation.callers.map((caller) => COMMON[caller]), operation.refusals ?? {}];
  if (operation.callers.includes("operator") && operation.bodies) sources.push({ 400: ["invalid_json"] });
  if (operation.callers.includes("operator") && operation.method !== "get") sources.push({ 403: ["read_only", "csrf_required"] });
  for (const source of sources) {
    for (const [status, reasons] of Object.entries(source)) {
      const known = all.get(Number(status)) ?? new Set();
      all.set(Number(status), new Set([...known, ...reasons]));
    }
  }
  return new Map([...all].map(([status, reasons]) => [status, [...reasons]]));
}
