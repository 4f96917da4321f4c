/** An operator's browser, as far as cookies and forms go. */
import { env, exports } from "cloudflare:workers";
import { inboxOf } from "../../src/context.ts";
import { ADMIN_TOKEN, ORIGIN } from "./operator.ts";

export type Browser = {
  readonly cookie: string;
  readonly get: (path: string, headers?: Record<string, string>) => Promise<Response>;
  readonly text: (path: string) => Promise<string>;
  /** Posts a form with the session's CSRF token unless `fields` has one. */
  readonly post: (path: string, fields?: Record<string, string>) => Promise<Response>;
};

export const submit = (path: string, fields: Record<string, string>, headers: Record<string, string> = {}): Promise<Response> =>
  exports.default.fetch(`${ORIGIN}${path}`, { method: "POST", redirect: "manual", headers, body: new URLSearchParams(fields) });

/** Posts to `/webhook/` + `path` and binds what came of it. */
export async function come(path: string, body: object): Promise<Response> {
  const headers = { "content-type": "application/json" };
  const answer = await exports.default.fetch(`${ORIGIN}/webhook/${path}`, {
    method: "POST",
    headers,
    body: JSON.stringify(body),
  });
  await inboxOf(env).drain();
  return answer;
}

/** Why an act was refused, as its page says it; null when it was not. */
export async function refusalOf(answer: Response): Promise<string | null> {
  const told = /role="alert">.*?Не получилось: ([^<]*)</s.exec(answer.status === 422 ? await answer.text() : "")?.[1];
  return told?.replaceAll("&quot;", '"').trim() ?? null;
}

export async function signIn(token = ADMIN_TOKEN): Promise<Browser> {
  const answer = await submit("/console/sign-in", { token });
  const cookie = (answer.headers.get("set-cookie") ?? "").split(";")[0] ?? "";
  const get = (path: string, headers: Record<string, string> = {}): Promise<Response> =>
    exports.default.fetch(`${ORIGIN}${path}`, { redirect: "manual", headers: { cookie, ...headers } });
  const text = async (path: string): Promise<string> => (await get(path)).text();
  const csrf = /name="csrf" value="([^"]+)"/.exec(await text("/console/menu"))?.[1] ?? "";
  return { cookie, get, text, post: (path, fields = {}) => submit(path, { csrf, back: "/console", ...fields }, { cookie }) };
}
