/** The customer's own site: it verifies our signed webhooks by Standard Webhooks (vendors.md §7) and receives the visitor with his `code` at `/auth/bot`.
 *  It does not exchange the code: whoever plays the site's backend does. Everything else is echoed. */
import { createHmac, timingSafeEqual } from "node:crypto";
import { demo } from "./demo.ts";
import { fieldsOf, listOf, textOf } from "./kit/values.ts";
import { escapeHtml, html, json } from "./kit/wire.ts";
import type { SandboxReply, SandboxRequest, Vendor } from "./kit/wire.ts";

type Hook = { id: string; at: number; copies: number; body: unknown };
type Site = { secrets: string[]; hooks: Map<string, Hook>; codes: Record<string, string>[] };

const TOLERANCE_SECONDS = 300;

/** The header for a body: `v1,` and base64 of HMAC-SHA256 over `id.timestamp.body`. The demonstration's site signs its own calls with it. */
export function signStandardWebhook(secret: string, message: { id: string; timestamp: string; body: string }): string {
  const key = Buffer.from(secret.replace(/^whsec_/, ""), "base64");
  const signed = `${message.id}.${message.timestamp}.${message.body}`;
  return `v1,${createHmac("sha256", key).update(signed).digest("base64")}`;
}

function sameText(left: string, right: string): boolean {
  const [a, b] = [Buffer.from(left), Buffer.from(right)];
  return a.length === b.length && timingSafeEqual(a, b);
}

/** The reason it is not believed, or null. Several secrets and several signatures mean a rotation is going on. */
function judgeSignature(request: SandboxRequest, secrets: string[]): string | null {
  const id = request.headers["webhook-id"] ?? "";
  const timestamp = request.headers["webhook-timestamp"] ?? "";
  const signatures = (request.headers["webhook-signature"] ?? "").split(" ");
  if (id === "" || !/^\d+$/.test(timestamp)) return "headers";
  if (Math.abs(request.at / 1000 - Number(timestamp)) > TOLERANCE_SECONDS) return "timestamp";
  const message = { id, timestamp, body: request.body };
  const expected = secrets.map((secret) => signStandardWebhook(secret, message));
  const known = signatures.some((given) => expected.some((own) => sameText(given, own)));
  return known ? null : "signature";
}

function receiveHook(request: SandboxRequest, site: Site): SandboxReply {
  const reason = judgeSignature(request, site.secrets);
  if (reason !== null) return json({ error: `webhook not verified: ${reason}` }, 401);
  const id = request.headers["webhook-id"] ?? "";
  const known = site.hooks.get(id);
  site.hooks.set(id, {
    id,
    at: known?.at ?? request.at,
    copies: (known?.copies ?? 0) + 1,
    body: request.parsed,
  });
  return { status: 204, headers: {}, body: "" };
}

function landingPage(query: Record<string, string>): SandboxReply {
  const rows = Object.entries(query)
    .map(([name, value]) => `<dt>${escapeHtml(name)}</dt><dd>${escapeHtml(value)}</dd>`)
    .join("");
  return html(
    `<!doctype html><html lang="ru"><meta charset="utf-8"><meta name="viewport" content="width=device-width">` +
      `<title>Сайт школы</title><main><h1>Сайт школы</h1>` +
      `<p>Посетитель пришёл из бота. Сервер сайта обменяет код на пользователя подписанным вызовом <code>POST /v1/authorize</code>.</p>` +
      `<dl>${rows}</dl></main></html>`,
  );
}

function answer(request: SandboxRequest, site: Site): SandboxReply {
  if (request.path === "/hooks/gateway" && request.method === "POST") return receiveHook(request, site);
  if (request.path === "/auth/bot" && request.method === "GET") {
    site.codes.push(request.query);
    return landingPage(request.query);
  }
  const { method, path, query, headers, body } = request;
  return json({ method, path, query, headers, body });
}

export const site: Vendor<Site> = {
  open: () => ({ secrets: [demo.site.secret], hooks: new Map(), codes: [] }),
  answer,
  /** `{secrets: ["whsec_…"]}` replaces the live secrets. */
  seed: (input, state) => {
    const secrets = fieldsOf(input)["secrets"];
    if (Array.isArray(secrets)) state.secrets = listOf(secrets).map(textOf);
  },
};
