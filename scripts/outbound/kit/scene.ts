/** Connections to every vendor double, each GetCourse API apart, and one source that may say everything about a person. */
import { demo } from "../../../sandbox/demo.ts";
import type { Fields } from "../../../sandbox/kit/values.ts";
import { tokenOf } from "./rig.ts";

/** Short enough for a test. */
const RETRIES = Array.from({ length: 8 }, () => 0.1);
/** Only what hangs may run into it: an answer that a slow machine brings late would look like a vendor's silence. */
export const TIMEOUT_MS = 3_000;

/** The second live secret of the site: a rotation is going on. */
export const NEXT_SECRET = "whsec_c2Vjb25kLWxpdmUtc2VjcmV0LW9mLTMyLWJ5dGVzLSE=";

/** By connection id. `sandbox` is the doubles' origin; vendors with several APIs have a connection for each. */
export function connectionsAt(sandbox: string): Record<string, Fields> {
  const to = (vendor: string): Fields => ({
    base_url: `${sandbox}/${vendor}`,
    timeout_ms: TIMEOUT_MS,
    retry_seconds: RETRIES,
  });
  const school = { kind: "getcourse", account: demo.getcourse.account, api_key: demo.getcourse.school_key, ...to("getcourse") };
  const { base_url: _none, ...patient } = to("site");
  return {
    src: { kind: "http", token: [tokenOf("src")], click_issuer: "chat" },
    other: { kind: "http", token: [tokenOf("other")], click_issuer: "chat" },
    onewin: { kind: "network", network: "1win", click_issuer: "chat", token: [tokenOf("onewin")] },
    legacy: { ...school, api: "legacy", fields: { telegram_id: "telegram_id", salebot_id: "sb_id" }, token: [tokenOf("legacy")] },
    tech: {
      ...school,
      api: "tech",
      dev_key: demo.getcourse.dev_key,
      fields: { telegram_id: "Telegram_ID", salebot_id: "sb_294495_id" },
    },
    chatium: { ...school, api: "chatium", chatium_url: "https://school.getcourse.ru/chatium/update_telegram_id" },
    bot: {
      kind: "salebot",
      project: demo.salebot.project,
      group: demo.salebot.group,
      api_key: demo.salebot.api_key,
      school: "legacy",
      token: [tokenOf("bot")],
      ...to("salebot"),
    },
    chat: {
      kind: "chatterfy",
      postback_id: demo.chatterfy.postback_id,
      webhook_id: demo.chatterfy.webhook_id,
      token: [tokenOf("chat")],
      ...to("chatterfy"),
    },
    meta: {
      kind: "metabot",
      bot_id: demo.metabot.bot_id,
      business: demo.metabot.business,
      alias: demo.metabot.alias,
      api_token: demo.metabot.api_token,
      ...to("metabot"),
    },
    tg: { kind: "telegram", bot_token: demo.telegram.bot_token, ...to("telegram") },
    tracker: { kind: "keitaro", url: "https://tr.example", postback_key: demo.keitaro.postback_key, ...to("keitaro") },
    site: {
      kind: "site",
      origin: "https://school.example",
      secret: [demo.site.secret, NEXT_SECRET],
      webhook_url: "https://school.example/hooks/gateway",
      ...to("site"),
    },
    plain: { kind: "http", url: `${sandbox}/site/plain`, headers: { "x-api-key": "plain-secret-value" }, ...patient },
  };
}

/** One rule per action name: an event of that type does that action and nothing else. */
export const rulesOf = (actions: Readonly<Record<string, Fields>>): Fields[] =>
  Object.entries(actions).map(([on, action]) => ({ on, do: [action] }));

let people = 900_000_000;
/** Somebody new whom every vendor can be told about. */
export function newPerson(): Record<string, string> {
  people += 1;
  const n = String(people);
  return { telegram_id: n, email: `person${n}@example.com`, client_id: n, lead_id: n, clickid: `click-${n}` };
}
