/** Parallel guesses, with a network's delay between the Worker and its database. */
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { type Redeem, redeemByKv, redeemByReadThenWrite } from "../kit/broken-redeem.ts";
import { late, workerBehind } from "../kit/latency.ts";
import { SCHOOL, people, saveConfig, someone, wrongPin } from "../kit/login.ts";

// A storm of requests takes long on a busy machine; nothing here depends on how long.
vi.setConfig({ testTimeout: 60_000 });

const { link } = people();

beforeEach(() => saveConfig(SCHOOL));

/** A redeem of ours: every guess through one of two Workers that share the database. */
async function ours(ms: number): Promise<{ redeem: Redeem; pin: string }> {
  const made = await link({ telegram_id: someone() });
  const workers = [people(workerBehind(ms)), people(workerBehind(ms))] as const;
  let turn = 0;
  const redeem: Redeem = async (pin) => {
    turn += 1;
    const { status, body } = await workers[turn % 2 === 0 ? 0 : 1].authorize({ buid: made.buid, pin });
    if (status === 200) return "right";
    return body["reason"] === "pin_invalid" ? "wrong" : "refused";
  };
  return { redeem, pin: made.pin };
}

const storm = (redeem: Redeem, pin: string, n: number) => Promise.all(Array.from({ length: n }, () => redeem(pin)));
const countOf = (answers: readonly string[], kind: string) => answers.filter((answer) => answer === kind).length;

describe.each([0, 100, 400])("with %i ms to the database", (ms) => {
  it.each([2, 20, 200])("S5 of %i parallel right PINs exactly one succeeds", async (n) => {
    const { redeem, pin } = await ours(ms);
    expect(countOf(await storm(redeem, pin, n), "right")).toBe(1);
  });

  it("S6 of 200 parallel wrong PINs at most five are evaluated", async () => {
    const { redeem, pin } = await ours(ms);
    const answers = await storm(redeem, wrongPin(pin), 200);
    expect(countOf(answers, "wrong")).toBeLessThanOrEqual(5);
    expect(countOf(answers, "right")).toBe(0);
  });
});

it("S6 the failures counted for the holder are exactly the guesses that were evaluated", async () => {
  const human = someone();
  const made = await link({ telegram_id: human });
  const { authorize } = people(workerBehind(100));
  await Promise.all(Array.from({ length: 200 }, () => authorize({ buid: made.buid, pin: wrongPin(made.pin) })));
  const { results } = await env.DB.prepare("SELECT fails FROM holders WHERE fails > 0 ORDER BY created_at DESC LIMIT 1").all<{
    fails: number;
  }>();
  expect(results).toEqual([{ fails: 5 }]);
});

it("S7 a right PIN is not lost to a wrong one that arrives with it, 50 times of 50", async () => {
  const worker = people(workerBehind(100));
  const rounds = Array.from({ length: 50 }, async () => {
    const made = await link({ telegram_id: someone() });
    const [, right] = await Promise.all([
      worker.authorize({ buid: made.buid, pin: wrongPin(made.pin) }),
      worker.authorize({ buid: made.buid, pin: made.pin }),
    ]);
    return right.status;
  });
  expect(countOf((await Promise.all(rounds)).map(String), "200")).toBe(50);
});

describe("the same attacks on redeems as they are usually written", () => {
  const broken: readonly [string, (pin: string) => Promise<Redeem>][] = [
    ["a counter in KV", (pin) => redeemByKv(env.CONFIG, pin, 100)],
    ["a read, then a write", (pin) => redeemByReadThenWrite(late(env.DB, 100), pin)],
  ];

  it.each(broken)("S5 turns %s red", async (_name, make) => {
    expect(countOf(await storm(await make("123456"), "123456", 20), "right")).toBeGreaterThan(1);
  });

  it.each(broken)("S6 turns %s red", async (_name, make) => {
    expect(countOf(await storm(await make("123456"), "000000", 200), "wrong")).toBeGreaterThan(5);
  });
});

it("S33 of 20 parallel exchanges of one code exactly one succeeds", async () => {
  const made = await link({ telegram_id: someone() });
  const entered = await people().submit(made.url, { pin: made.pin });
  const code = new URL(entered.headers.get("location") ?? "").searchParams.get("code");
  const { authorize } = people(workerBehind(100));
  const answers = await Promise.all(Array.from({ length: 20 }, () => authorize({ code })));
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  expect(answers.filter(({ body }) => body["reason"] === "code_invalid")).toHaveLength(19);
});

describe("S31 mappings under races", () => {
  const prove = async () => {
    const made = await link({ telegram_id: someone() });
    await people().authorize({ buid: made.buid, pin: made.pin });
    return made.buid;
  };
  const { site } = people(workerBehind(100));
  const statuses = (answers: readonly { body: Record<string, unknown> }[]) => answers.map(({ body }) => String(body["status"]));

  it("50 users for one holder: one is linked", async () => {
    const buid = await prove();
    const answers = await Promise.all(Array.from({ length: 50 }, () => site("/v1/mappings", { buid, user_id: someone() })));
    expect(countOf(statuses(answers), "linked")).toBe(1);
    expect(answers.filter(({ status }) => status === 409)).toHaveLength(49);
  });

  it("50 holders for one user: one is linked", async () => {
    const buids = [];
    for (let i = 0; i < 50; i += 1) buids.push(await prove());
    const user = someone();
    const answers = await Promise.all(buids.map((buid) => site("/v1/mappings", { buid, user_id: user })));
    expect(countOf(statuses(answers), "linked")).toBe(1);
  });

  it("20 moves at once: one is done", async () => {
    const buid = await prove();
    await site("/v1/mappings", { buid, user_id: someone() });
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => site("/v1/mappings", { buid, user_id: someone(), on_conflict: "relink" })),
    );
    expect(countOf(statuses(answers), "relinked")).toBe(1);
    expect(answers.filter(({ status }) => status === 409)).toHaveLength(19);
  });
});
