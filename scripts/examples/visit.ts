/** What happens around an example: the bot issues a link, the visitor enters the PIN on the gateway's page and comes to the site with a code. */
import { fieldsOf, textOf } from "../../sandbox/kit/values.ts";
import { DEMO_VARS } from "../demo/config.ts";

export type Human = { readonly telegram_id: string; readonly client_id: string };

let people = 700_000;
/** Nobody the gateway has met: the numbers are never used twice. */
export function newHuman(): Human {
  people += 1;
  return { telegram_id: String(people), client_id: String(people + 1_000_000) };
}

/** The code that the site gets with its visitor. */
export async function codeFor(gateway: string, site: string, human: Human): Promise<string> {
  const headers = { authorization: `Bearer ${DEMO_VARS.SALEBOT_TOKEN}`, "content-type": "application/json" };
  const issued = await fetch(`${gateway}/v1/links`, { method: "POST", headers, body: JSON.stringify({ ...human, site }) });
  const { url, pin } = fieldsOf(await issued.json());
  const page = await (await fetch(textOf(url))).text();
  const [, token = ""] = /name="token" value="([^"]*)"/.exec(page) ?? [];
  const entered = await fetch(textOf(url), {
    method: "POST",
    redirect: "manual",
    headers: { "content-type": "application/x-www-form-urlencoded", origin: gateway, "sec-fetch-site": "same-origin" },
    body: new URLSearchParams({ token, pin: textOf(pin) }).toString(),
  });
  await entered.body?.cancel();
  return new URL(entered.headers.get("location") ?? "x:").searchParams.get("code") ?? "";
}
