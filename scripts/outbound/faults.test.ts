/** Every action under every way a vendor fails. Judged by what arrived: how often, under which id, with which bytes, and whether the vendor acted;
 *  then by what the delivery log says of it. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { demo } from "../../sandbox/demo.ts";
import type { Fault } from "../../sandbox/faults.ts";
import type { Call } from "../../sandbox/kit/calls.ts";
import type { Fields } from "../../sandbox/kit/values.ts";
import { type Delivery, type Rig, callsOf, openRig } from "./kit/rig.ts";
import { connectionsAt, newPerson, rulesOf } from "./kit/scene.ts";

type Case = {
  readonly vendor: string;
  /** A part of the path of its first request: where its faults strike, and nobody else's. */
  readonly path: string;
  readonly action: Fields;
  /** HTTP 200 that says no, and what becomes of it; absent = this vendor's 200 means what it says. */
  readonly lie?: readonly [body: string, reason: RegExp];
  /** Requests of one clean delivery. */
  readonly steps?: number;
  /** The person has no client of the project: her e-mail is looked up. */
  readonly byMail?: true;
  /** Doing it twice would do it twice. */
  readonly unrepeatable?: true;
};

const GC_LIE = [
  '{"success":true,"result":{"success":false,"error":true,"error_message":"Объект не найден"}}',
  /^not_found: Объект не найден$/,
] as const;
const TECH_LIE = [
  '{"status":false,"code":404,"message":"Объект не найден","errors":null,"data":null}',
  /^user_not_found: /,
] as const;
const SB_LIE = ['{"status":"client_not_found"}', /^client_not_found/] as const;
const PLAIN_LIE = ['{"success":false,"message":"no such bot"}', /^rejected: no such bot$/] as const;

const FIELDS = { fields: { telegram_id: "{{person.telegram_id}}", salebot_id: "{{person.client_id}}" } };

const CASES: Record<string, Case> = {
  "legacy.upsert_user": {
    vendor: "getcourse",
    path: "/pl/api/users",
    action: { to: "legacy", action: "upsert_user", with: FIELDS },
    lie: GC_LIE,
  },
  "legacy.set_fields": {
    vendor: "getcourse",
    path: "/pl/api/users",
    action: { to: "legacy", action: "set_fields", with: FIELDS },
    lie: GC_LIE,
  },
  "legacy.upsert_deal with a number": {
    vendor: "getcourse",
    path: "/pl/api/deals",
    action: { to: "legacy", action: "upsert_deal", with: { deal_number: "{{event.id}}", product_title: "К", deal_cost: 9 } },
    lie: GC_LIE,
  },
  "legacy.upsert_deal without a number": {
    vendor: "getcourse",
    path: "/pl/api/deals",
    action: { to: "legacy", action: "upsert_deal", with: { product_title: "К", deal_cost: 9 } },
    lie: GC_LIE,
    unrepeatable: true,
  },
  "tech.set_fields": {
    vendor: "getcourse",
    path: "/pl/api/v1/",
    action: { to: "tech", action: "set_fields", with: FIELDS },
    lie: TECH_LIE,
    steps: 2,
  },
  "chatium.set_fields": {
    vendor: "getcourse",
    path: "/chatium/",
    action: { to: "chatium", action: "set_fields", with: FIELDS },
    lie: ['{"success":false,"error":"user_not_found"}', /^user_not_found$/],
  },
  "salebot.callback": {
    vendor: "salebot",
    path: "/callback",
    action: { to: "bot", action: "callback", with: { message: "x" } },
    lie: SB_LIE,
  },
  "salebot.tg_callback": {
    vendor: "salebot",
    path: "/tg_callback",
    action: { to: "bot", action: "tg_callback", with: { message: "x" } },
    lie: SB_LIE,
  },
  "salebot.message": {
    vendor: "salebot",
    path: "/message",
    action: { to: "bot", action: "message", with: { message: "x" } },
    lie: ['{"status":"fail","message":"plan has no API"}', /^rejected: plan has no API$/],
  },
  "salebot.message by e-mail": {
    vendor: "salebot",
    path: "/find_client",
    action: { to: "bot", action: "message", with: { message: "x" } },
    lie: SB_LIE,
    steps: 2,
    byMail: true,
  },
  "salebot.save_variables": {
    vendor: "salebot",
    path: "/save_variables",
    action: { to: "bot", action: "save_variables", with: { variables: { "client.x": "{{event.id}}" } } },
    lie: ["", /^empty_reply/],
  },
  "chatterfy.tracker_postback": {
    vendor: "chatterfy",
    path: "/tracker-postback",
    action: { to: "chat", action: "tracker_postback", with: { event: "sale" } },
    lie: PLAIN_LIE,
  },
  "chatterfy.update_dialog": {
    vendor: "chatterfy",
    path: "/updateDialog",
    action: { to: "chat", action: "update_dialog", with: { status: "auto" } },
    lie: PLAIN_LIE,
  },
  "metabot.call": { vendor: "metabot", path: "/call/", action: { to: "meta", action: "call", with: {} }, lie: PLAIN_LIE },
  "metabot.run_script": {
    vendor: "metabot",
    path: "/jobs/",
    action: { to: "meta", action: "run_script", with: { script_code: "s" } },
    lie: PLAIN_LIE,
  },
  "telegram.send_message": {
    vendor: "telegram",
    path: "/sendMessage",
    action: { to: "tg", action: "send_message", with: { text: "x" } },
    lie: ['{"ok":false,"error_code":403,"description":"Forbidden: bot was blocked by the user"}', /^forbidden: /],
  },
  "keitaro.postback": {
    vendor: "keitaro",
    path: "/postback",
    action: { to: "tracker", action: "postback", with: { status: "sale" } },
  },
  "site.webhook": {
    vendor: "site",
    path: "/hooks/",
    action: { to: "site", action: "webhook", with: { type: "t", data: { e: "{{event.id}}" } } },
  },
  "http.request": {
    vendor: "site",
    path: "/plain",
    action: { to: "plain", action: "request", with: { body: { e: "{{event.id}}" } } },
  },
};
const NAMES = Object.keys(CASES);
const typeOf = (name: string): string => `do_${NAMES.indexOf(name)}`;

let rig: Rig;
beforeAll(async () => {
  rig = await openRig();
  const rules = rulesOf(Object.fromEntries(NAMES.map((name) => [typeOf(name), CASES[name]?.action ?? {}])));
  await rig.save({ connections: connectionsAt(rig.sandbox.url), rules });
  rig.sandbox.seed("salebot", { everyone: true });
});
afterAll(() => rig.close());

type Told = { readonly delivery: Delivery; readonly calls: readonly Call[] };

const turns = new Map<string, Promise<unknown>>();
/** Cases side by side, but one at a time where one's fault would strike another. */
function run(name: string, fault?: Fault, times = 1): Promise<Told> {
  const { path = "", byMail = false } = CASES[name] ?? {};
  const turn = byMail ? "/message" : path;
  const mine = (turns.get(turn) ?? Promise.resolve()).then(() => tryOne(name, fault, times));
  turns.set(
    turn,
    mine.catch(() => null),
  );
  return mine;
}

let facts = 0;
/** One fact for this action while the vendor fails as ordered: the delivery's end and its requests. */
async function tryOne(name: string, fault: Fault | undefined, times: number): Promise<Told> {
  const { vendor = "", path = "", byMail = false } = CASES[name] ?? {};
  const person = newPerson();
  const { client_id, telegram_id, ...known } = person;
  if (byMail) rig.sandbox.seed("salebot", { clients: [{ email: person["email"], platform_id: telegram_id }] });
  else rig.sandbox.seed("salebot", { clients: [{ id: client_id, platform_id: telegram_id }] });
  rig.sandbox.seed("getcourse", { users: [{ email: person["email"] }] });
  facts += 1;
  const takeBack = fault === undefined ? null : rig.sandbox.faults.add({ vendor, match: { path }, fault, times });
  const fact = { event: typeOf(name), event_id: `fault-${facts}`, telegram_id, ...known, ...(byMail ? {} : { client_id }) };
  const { deliveries } = await rig.settled(await rig.accept("src", fact));
  takeBack?.();
  const [delivery, ...more] = deliveries;
  if (!delivery || more.length > 0) throw new Error(`${deliveries.length} deliveries`);
  return { delivery, calls: callsOf(rig.sandbox.calls(), delivery) };
}

const stepsOf = (name: string): number => CASES[name]?.steps ?? 1;
/** What must be the same in every try; only the time of a signature is fresh. */
const bytesOf = ({ method, target, body }: Call): string => `${method} ${target} ${body}`;
const applied = (calls: readonly Call[]): number => calls.filter((call) => call.applied).length;

/** The vendor lost the first request or its answer: the same bytes again, then success. An action that must not be doubled ends instead. */
function mended(name: string, { delivery, calls }: Told, failures: number): void {
  if (CASES[name]?.unrepeatable) {
    expect(delivery).toMatchObject({ status: "dead", reason: expect.stringMatching(/^unknown_outcome/) });
    expect(calls).toHaveLength(1);
    return;
  }
  expect(delivery.status).toBe("delivered");
  expect(calls).toHaveLength(failures + stepsOf(name));
  for (const failed of calls.slice(1, failures + 1)) expect(bytesOf(failed)).toBe(bytesOf(calls[0] ?? failed));
  expect(delivery.attempts.map(({ outcome }) => outcome).at(-1)).toBe("delivered");
  expect(delivery.attempts).toHaveLength(failures + 1);
}

describe.concurrent.each(NAMES)("%s", (name) => {
  it("arrives once when all is well", async () => {
    const { delivery, calls } = await run(name);
    expect(delivery).toMatchObject({ status: "delivered", reason: "" });
    expect(delivery.attempts.map(({ status, outcome }) => [status >= 200 && status < 300, outcome])).toEqual([
      [true, "delivered"],
    ]);
    expect(calls).toHaveLength(stepsOf(name));
    expect(calls.every((call) => call.headers["x-replay"] === undefined)).toBe(true);
  });

  it("is not delivered when a 200 says no, and is not tried again", async () => {
    const [body, reason] = CASES[name]?.lie ?? ["", /^$/];
    const { delivery, calls } = await run(name, { kind: "lie", body });
    expect(delivery.status).toBe(CASES[name]?.lie ? "dead" : "delivered");
    expect(delivery.reason).toMatch(reason);
    expect(calls).toHaveLength(1);
    expect(delivery.attempts[0]?.reply).toBe(body);
  });

  it.each(["seconds", "date"] as const)("waits as long as 429 asks in %s", async (form) => {
    const wait = { retry_after_seconds: 2, retry_after_form: form };
    const { delivery, calls } = await run(name, { kind: "status", status: 429, ...wait, body: "slow down" });
    expect(delivery.status).toBe("delivered");
    expect(calls).toHaveLength(1 + stepsOf(name));
    const [first, second] = calls;
    if (!first || !second) throw new Error("no second try");
    const asked = form === "date" ? Math.floor((first.at + 2_000) / 1_000) * 1_000 : first.at + 2_000;
    expect(second.at).toBeGreaterThanOrEqual(asked);
    expect(bytesOf(second)).toBe(bytesOf(first));
    expect(delivery.attempts[0]).toMatchObject({ status: 429, reply: "slow down" });
  });

  it("is tried again after 429 without a time", async () => {
    const { delivery, calls } = await run(name, { kind: "status", status: 429 }, 2);
    expect(delivery.status).toBe("delivered");
    expect(calls).toHaveLength(2 + stepsOf(name));
  });

  it("survives a burst of 5xx", async () => {
    mended(name, await run(name, { kind: "status", status: 503, body: "down" }, 3), 3);
  });

  it("survives a connection cut before the vendor acted", async () => {
    const told = await run(name, { kind: "reset" });
    mended(name, told, 1);
    if (told.delivery.status === "delivered") expect(applied(told.calls)).toBe(stepsOf(name));
  });

  it("repeats under the same id when the vendor acted and its answer was lost", async () => {
    const told = await run(name, { kind: "reset", after: true });
    mended(name, told, 1);
    expect(applied(told.calls)).toBe(told.delivery.status === "delivered" ? 1 + stepsOf(name) : 1);
  });

  it("does not take half an answer for success", async () => {
    mended(name, await run(name, { kind: "half" }), 1);
  });

  it("does not follow a redirect", async () => {
    const { delivery, calls } = await run(name, { kind: "redirect", location: `${rig.sandbox.url}/site/trap` });
    expect(delivery).toMatchObject({ status: "dead", reason: expect.stringMatching(/^redirect_refused/) });
    expect(calls).toHaveLength(1);
    expect(rig.sandbox.calls("site").filter(({ path }) => path === "/trap")).toEqual([]);
  });

  it("does not wait for an answer longer than its timeout", async () => {
    const told = await run(name, { kind: "hang" });
    mended(name, told, 1);
    expect(told.delivery.attempts[0]).toMatchObject({ status: 0, outcome: "timeout" });
  });

  it("ends when the vendor does not know us, with its words and without our secrets", async () => {
    const body = `key ${demo.getcourse.school_key} ${demo.salebot.api_key} ${demo.metabot.api_token} is wrong`;
    const { delivery, calls } = await run(name, { kind: "status", status: 401, body });
    expect(delivery).toMatchObject({ status: "dead", reason: expect.stringMatching(/^auth_failed/) });
    expect(calls).toHaveLength(1);
    const own = { getcourse: demo.getcourse.school_key, salebot: demo.salebot.api_key, metabot: demo.metabot.api_token };
    const secret = new Map(Object.entries(own)).get(CASES[name]?.vendor ?? "") ?? "no secret";
    expect(JSON.stringify(delivery)).not.toContain(secret);
    expect(delivery.attempts[0]?.reply).toContain("is wrong");
  });
});
