/** The promises of delivery that need numbers: copies, isolation, rate, order under scripted faults, forged callers, and what became of everything.
 *  Sizes are for a shared machine; `npm run chaos` has the large ones. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Fields, fieldsOf, listOf, textOf } from "../../sandbox/kit/values.ts";
import { readAll } from "../kill/ledger.ts";
import { type Rig, openRig, tokenOf, until } from "./kit/rig.ts";

const STEPS = Array.from({ length: 30 }, () => 0.2);
const RATE = 20;

let rig: Rig;
beforeAll(async () => {
  rig = await openRig();
  const destination = (name: string, more: Fields = {}): Record<string, Fields> => ({
    [name]: { kind: "http", url: `${rig.sandbox.url}/site/${name}`, timeout_ms: 3_000, retry_seconds: STEPS, ...more },
  });
  const tell = (to: string): Fields => ({
    to,
    action: "request",
    with: { body: { who: "{{chatId}}", n: "{{fields.n}}", at: "{{event.received_at}}" } },
  });
  await rig.save({
    connections: {
      src: { kind: "http", token: [tokenOf("src")] },
      quiet: { kind: "http", token: [tokenOf("quiet")], intake_rate: { per_second: 5 } },
      ...destination("one"),
      ...destination("two"),
      ...destination("order"),
      ...destination("paced", { rate: { per_second: RATE } }),
      ...destination("shaky", { retry_seconds: [3, 3, 3] }),
      ...destination("off", { disabled: true }),
      ...Object.fromEntries(
        ["t1", "t2", "t3", "t4", "t5", "t6", "t7", "t8", "dead", "hang"].flatMap((name) => Object.entries(destination(name))),
      ),
    },
    rules: [
      { on: "copy", do: [tell("one"), tell("two")] },
      { on: "step", do: [tell("order")] },
      { on: "pace", do: [tell("paced")] },
      { on: "shake", do: [tell("shaky")] },
      { on: "wide", do: ["t1", "t2", "t3", "t4", "t5", "t6", "t7", "t8", "dead", "hang"].map(tell) },
      { on: "known", do: [tell("one")] },
      { on: "held", do: [tell("off")] },
      { on: "broken", do: [{ to: "one", action: "request", with: { body: "{{fields.nobody_told}}" } }] },
    ],
  });
});
afterAll(() => rig.close());

const person = (n: number): string => String(800_000_000 + n);
const at = (path: string) => rig.sandbox.calls("site").filter((call) => call.path === `/${path}`);
const idOf = ({ body }: { body: Fields }): string => textOf(body["id"]);

/** Runs `count` jobs, `width` at a time. */
async function inParallel<T>(count: number, width: number, job: (n: number) => Promise<T>): Promise<T[]> {
  const results: T[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let n = next++; n < count; n = next++) results[n] = await job(n);
  };
  await Promise.all(Array.from({ length: width }, worker));
  return results;
}

const applied = (path: string): number => at(path).filter((call) => call.applied).length;

it("3. 1,000 copies of one fact at once are one event and one delivery per action", async () => {
  const fact = { event: "copy", event_id: "the-one", telegram_id: person(1), n: 1 };
  const answers = await inParallel(1_000, 50, () => rig.tell("src", fact));
  expect(answers.filter(({ status }) => status === 202)).toHaveLength(1);
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(999);
  expect(new Set(answers.map(idOf)).size).toBe(1);
  const { deliveries } = await rig.settled(answers[0] ? idOf(answers[0]) : "");
  expect(deliveries.map(({ connection, status }) => [connection, status])).toEqual([
    ["one", "delivered"],
    ["two", "delivered"],
  ]);
  expect([at("one").length, at("two").length]).toEqual([1, 1]);
});

it("4. one dead and one hanging destination of ten do not hold up the other eight", async () => {
  const takeBack = [
    rig.sandbox.faults.add({ vendor: "site", match: { path: "/dead" }, fault: { kind: "status", status: 503 } }),
    rig.sandbox.faults.add({ vendor: "site", match: { path: "/hang" }, fault: { kind: "hang" } }),
  ];
  await inParallel(60, 6, (n) => rig.accept("src", { event: "wide", telegram_id: person(100 + n), n }));
  const healthy = ["t1", "t2", "t3", "t4", "t5", "t6", "t7", "t8"];
  await until("the healthy eight have everything", () => (healthy.every((name) => applied(name) === 60) ? true : null));
  expect([applied("dead"), applied("hang")]).toEqual([0, 0]);
  for (const give of takeBack) give();
  await until("the other two catch up", () => (applied("dead") >= 60 && applied("hang") >= 60 ? true : null), 60_000);
  expect(applied("dead")).toBe(60);
});

it(`5. never more than ${RATE} requests in any sliding second, and nearly all of the allowance used`, async () => {
  const wanted = RATE * 8;
  await inParallel(wanted, 10, (n) => rig.accept("src", { event: "pace", telegram_id: person(1_000 + n), n }));
  await until("all have arrived", () => (applied("paced") === wanted ? true : null), 60_000);
  const times = at("paced").map((call) => call.at);
  const most = Math.max(...times.map((from) => times.filter((time) => time >= from && time < from + 1_000).length));
  expect(most).toBeLessThanOrEqual(RATE);
});

it("6. every person's events arrive in order whatever the vendor answers, each once", async () => {
  const [persons, events] = [100, 10];
  const faults = [
    { kind: "status", status: 500 },
    { kind: "status", status: 429, retry_after_seconds: 1 },
    { kind: "reset" },
    { kind: "half" },
    { kind: "hang" },
  ] as const;
  for (let n = 0; n < persons; n += 5) {
    const fault = faults[(n / 5) % faults.length] ?? faults[0];
    rig.sandbox.faults.add({
      vendor: "site",
      match: { path: "/order", body: `"who":"${person(2_000 + n)}","n":"${n % events}"` },
      fault,
      times: 1,
    });
  }
  await inParallel(persons, 10, async (n) => {
    for (let step = 0; step < events; step += 1) {
      await rig.accept("src", { event: "step", event_id: `step-${n}-${step}`, telegram_id: person(2_000 + n), n: step });
    }
  });
  await until("all have arrived", () => (applied("order") >= persons * events ? true : null), 90_000);
  const byPerson = Map.groupBy(
    at("order").filter((call) => call.applied),
    ({ parsed }) => textOf(fieldsOf(parsed)["who"]),
  );
  expect(byPerson.size).toBe(persons);
  for (const calls of byPerson.values()) {
    expect(calls.map(({ parsed }) => Number(fieldsOf(parsed)["n"]))).toEqual(Array.from({ length: events }, (_none, n) => n));
  }
});

it("7. those that failed together come back spread over 20 % around the schedule", async () => {
  const count = 60;
  rig.sandbox.faults.add({
    vendor: "site",
    match: { path: "/shaky" },
    fault: { kind: "status", status: 400 + 29 },
    times: count,
  });
  await inParallel(count, 20, (n) => rig.accept("src", { event: "shake", telegram_id: person(4_000 + n), n }));
  await until("all have arrived", () => (applied("shaky") === count ? true : null), 60_000);
  const tries = [...Map.groupBy(at("shaky"), ({ parsed }) => textOf(fieldsOf(parsed)["who"])).values()];
  expect(tries.every(({ length }) => length === 2)).toBe(true);
  const gaps = tries.map(([first, second]) => (second?.at ?? 0) - (first?.at ?? 0));
  expect(Math.min(...gaps)).toBeGreaterThanOrEqual(3_000 * 0.8);
  expect(Math.max(...gaps) - Math.min(...gaps)).toBeGreaterThan(500);
});

describe("9. forged callers", () => {
  it("leave no row and spend nobody's allowance", async () => {
    const before = (await readAll({ url: rig.url, adminToken: rig.adminToken }, "/v1/events?connection=quiet")).length;
    const forged = await inParallel(1_000, 25, async (n) => {
      const path = n % 2 === 0 ? `/webhook/quiet/wrong-${n}` : "/webhook/quiet";
      const headers = { "content-type": "application/json", ...(n % 2 === 0 ? {} : { authorization: `Bearer wrong-${n}` }) };
      const body = JSON.stringify({ event: "identify", telegram_id: person(n) });
      const response = await fetch(rig.url + path, { method: "POST", headers, body });
      await response.arrayBuffer();
      return response.status;
    });
    expect(forged.every((status) => [401, 404, 429].includes(status))).toBe(true);
    expect((await readAll({ url: rig.url, adminToken: rig.adminToken }, "/v1/events?connection=quiet")).length).toBe(before);
    const own = await inParallel(5, 1, (n) => rig.tell("quiet", { event: "identify", event_id: `own-${n}`, telegram_id: "1" }));
    expect(own.map(({ status }) => status)).toEqual([202, 202, 202, 202, 202]);
  });
});

it("10. every acknowledged event says what became of it, also in the list, and the sum is what was acknowledged", async () => {
  const since = new Date().toISOString();
  const facts: [Fields, string][] = [
    [{ event: "known", telegram_id: person(5_001), n: 1 }, "delivered"],
    [{ event: "held", telegram_id: person(5_002), n: 1 }, "held: connection_disabled"],
    [{ event: "broken", telegram_id: person(5_003) }, "dead: template_unresolved"],
    [{ event: "nothing_listens", telegram_id: person(5_004) }, "no_rule"],
    [{ event: "nothing_listens", event_id: "same", telegram_id: person(5_005) }, "no_rule"],
    [{ event: "nothing_listens", event_id: "same", telegram_id: person(5_005) }, "duplicate"],
    [{ event: "payment", clickid: "nobody-knows", amount: "1" }, "unbound: unknown_person"],
    [{ event: "payment", clickid: "{clickid}" }, "quarantined: unresolved_macro"],
  ];
  const acknowledged = await inParallel(facts.length, 1, (n) => rig.tell("src", facts[n]?.[0] ?? {}));
  const told = await inParallel(acknowledged.length, 1, async (n) => {
    const answer = acknowledged[n];
    if (!answer) throw new Error("no answer");
    if (answer.body["status"] === "duplicate") return "duplicate";
    return until("it is bound and tried", async () => {
      const { body } = await rig.operate("GET", `/v1/events/${idOf(answer)}`);
      const outcome = textOf(body["outcome"]);
      if (outcome === "accepted" || outcome === "sending") return null;
      const [delivery] = listOf(body["deliveries"]).map(fieldsOf);
      const because = (textOf(delivery?.["reason"]) || textOf(body["cause"])).split(":", 1)[0] ?? "";
      const says = listOf(body["trace"]).some((line) => textOf(line).includes("ни одно правило не сработало"));
      expect(says).toBe(outcome === "no_rule");
      return because === "" ? outcome : `${outcome}: ${because}`;
    });
  });
  expect(told).toEqual(facts.map(([, end]) => end));
  const listed = await readAll({ url: rig.url, adminToken: rig.adminToken }, `/v1/events?since=${since}`);
  const count = (words: readonly string[]) =>
    Object.fromEntries([...Map.groupBy(words, (word) => word)].map(([word, all]) => [word, all.length]));
  expect(count(listed.map((event) => textOf(event["outcome"])))).toEqual(
    count(facts.map(([, end]) => end.split(":", 1)[0] ?? "").filter((end) => end !== "duplicate")),
  );
});
