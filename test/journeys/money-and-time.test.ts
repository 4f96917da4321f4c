import { beforeEach, describe, expect, it } from "vitest";
import { DOCUMENT, backfill, events, openWorkspace, people, read, settled, tell, timeline, who } from "../kit/journey.ts";
import { vendorsSay } from "../kit/vendors.ts";

const FIRES = {
  do: [{ to: "out", action: "request", with: { method: "POST", url: "https://sink.example/x", body: { a: "{{event.tid}}" } } }],
};
const withRules = (rules: unknown[]): Promise<void> =>
  openWorkspace({
    rules,
    connections: { ...DOCUMENT.connections, out: { kind: "http", base_url: "http://127.0.0.1:9" } },
  });

type Story = { deliveries: { id: string }[]; label: string | null };
/** tid → labels of its payment, and how many deliveries each event made. */
const fired = async (): Promise<Record<string, number>> => {
  const out: Record<string, number> = {};
  for (const { id } of await events()) {
    const story = await read<Story & { tid: string | null }>(`/v1/events/${id}`);
    if (story.deliveries.length > 0) out[story.tid ?? id] = (out[story.tid ?? id] ?? 0) + story.deliveries.length;
  }
  return out;
};

const sale = (tid: string, amount = "50", more: Record<string, unknown> = {}): Record<string, unknown> => ({
  event: "deposit",
  sub1: "abc",
  transaction_id: tid,
  amount,
  currency: "USD",
  ...more,
});

vendorsSay();
beforeEach(() => openWorkspace());

describe("duplicates, statuses, money and time as an outside client sees them", { timeout: 60_000 }, () => {
  it("D-01 the same start three times is one stage and three 2xx", async () => {
    const start = { event: "bot_start", telegram_id: "1", event_id: "m1" };
    const answers = [await tell("p1", start), await tell("p1", start), await tell("p1", start)];
    expect(answers.map(({ status, outcome }) => [status, outcome])).toEqual([
      [202, "accepted"],
      [200, "duplicate"],
      [200, "duplicate"],
    ]);
    expect(new Set(answers.map(({ id }) => id)).size).toBe(1);
    await settled();
    expect(await timeline((await who("telegram_id", "1")).id)).toHaveLength(1);
    expect((await read<{ intake: unknown }>("/v1/report?from=2020-01-01&to=2100-01-01")).intake).toMatchObject({
      received: 3,
      accepted: 1,
      duplicates: 2,
    });
  });

  it("D-02 a postback without a tid counts once in ten minutes, and twice after them, flagged", async () => {
    const line = (at: string): readonly [string, string, Record<string, unknown>] => [
      "onewin",
      at,
      { event: "sale", sub1: "abc", amount: "50", currency: "USD" },
    ];
    const report = await backfill([
      ["chatterfy1", "2026-03-01T09:00:00Z", { chatId: "1", clickid: "abc" }],
      line("2026-03-01T10:00:00Z"),
      line("2026-03-01T10:09:59Z"),
      line("2026-03-01T10:10:01Z"),
    ]);
    expect(report).toMatchObject({ accepted: 3, duplicate: 1 });
    await settled();
    const payments = (await timeline((await who("telegram_id", "1")).id)).filter(({ type }) => type === "payment");
    expect(payments.map(({ flags }) => flags)).toEqual([[], ["possible_duplicate"]]);
    expect((await who("telegram_id", "1")).net).toBe("9000.00");
  });

  it("D-03 the same tid with a new amount is one sale of the new amount, both in the history", async () => {
    await tell("chatterfy1", { chatId: "1", clickid: "abc" });
    await tell("onewin", sale("1", "50"));
    const second = await tell("onewin", sale("1", "70"));
    expect(second).toMatchObject({ status: 202, outcome: "accepted" });
    await settled();
    const person = await who("telegram_id", "1");
    expect(person.net).toBe("6300.00");
    const payments = (await timeline(person.id)).filter(({ type }) => type === "payment");
    expect(payments.map(({ amount, label, counted }) => [amount, label, counted])).toEqual([
      ["50", undefined, false],
      ["70", "sale", true],
    ]);
    expect((await tell("onewin", sale("1", "70"))).outcome).toBe("duplicate");
  });

  it("one conversion per connection and tid: rejected, then paid again", async () => {
    await tell("chatterfy1", { chatId: "1", clickid: "abc" });
    await tell("onewin", sale("1"));
    const rejected = await tell("onewin", { event: "rejected", sub1: "abc", transaction_id: "1", amount: "50", currency: "USD" });
    await settled();
    expect(rejected.outcome).toBe("accepted");
    expect((await who("telegram_id", "1")).net).toBe("0.00");
    expect((await who("telegram_id", "1")).stages["sale"]).toBeUndefined();
    const again = await tell("onewin", sale("1"));
    await settled();
    expect(again.outcome).toBe("accepted");
    const person = await who("telegram_id", "1");
    expect(person.net).toBe("4500.00");
    expect((await timeline(person.id)).filter(({ label }) => label === "sale")).toHaveLength(1);
    expect((await tell("binomo", sale("1"))).outcome).toBe("accepted");
  });

  it("D-04 resale#2 fires exactly once, on t3, in every arrival order and with repeats", async () => {
    const tids = ["t1", "t2", "t2", "t3"];
    for (const order of [
      [0, 1, 2, 3],
      [3, 2, 1, 0],
      [1, 3, 0, 2],
      [3, 0, 1, 2],
      [2, 3, 1, 0],
      [1, 0, 3, 2],
    ]) {
      await withRules([{ on: "resale#2", ...FIRES }]);
      await tell("chatterfy1", { chatId: "1", clickid: "abc" });
      for (const place of order) {
        const tid = tids[place] ?? "";
        await tell("onewin", sale(tid, "50", { event_at: `2026-03-0${tid.slice(1)}T10:00:00Z` }));
        await settled();
      }
      const lines = await timeline((await who("telegram_id", "1")).id);
      const labels = lines.filter(({ type }) => type === "payment").map(({ label }) => label);
      expect(labels, order.join("")).toEqual(["sale", "resale#1", "resale#2"]);
      const made = await fired();
      expect(
        Object.values(made).reduce((sum, n) => sum + n, 0),
        `${order.join("")} ${JSON.stringify(made)}`,
      ).toBe(1);
    }
  });

  it("D-04 in the order of the scenario it fires for t3", async () => {
    await withRules([{ on: "resale#2", ...FIRES }]);
    await tell("chatterfy1", { chatId: "1", clickid: "abc" });
    for (const tid of ["t1", "t2", "t2", "t3"]) await tell("onewin", sale(tid));
    await settled();
    expect(await fired()).toEqual({ t3: 1 });
  });

  it("the sale fires once per person and connection also when the first was rejected and when one came unbound", async () => {
    await withRules([{ on: "sale", ...FIRES }]);
    await tell("onewin", sale("t1", "50", { sub1: "late" }));
    await settled();
    expect(await fired()).toEqual({});
    await tell("chatterfy1", { chatId: "1", clickid: "late" });
    await settled();
    expect(await fired()).toEqual({ t1: 1 });
    await tell("onewin", { event: "rejected", sub1: "late", transaction_id: "t1", amount: "50", currency: "USD" });
    await tell("onewin", sale("t2", "50", { sub1: "late" }));
    await settled();
    expect(await fired()).toEqual({ t1: 1 });
    await tell("binomo", sale("t9", "50", { sub1: "late" }));
    await settled();
    expect(await fired()).toEqual({ t1: 1, t9: 1 });
  });

  it("rules for the type, for * and for resale run once per fact", async () => {
    await withRules([
      { on: "payment", ...FIRES },
      { on: "*", from: "onewin", ...FIRES },
      { on: "resale", ...FIRES },
    ]);
    await tell("chatterfy1", { chatId: "1", clickid: "abc" });
    for (const tid of ["t1", "t2", "t2", "t3", "t1"]) await tell("onewin", sale(tid));
    await settled();
    expect(await fired()).toEqual({ t1: 2, t2: 3, t3: 3 });
  });

  it("duplicate modes: ignore keeps the first state, new takes every one", async () => {
    const connections = {
      ...DOCUMENT.connections,
      old: {
        kind: "network",
        network: "old",
        click_issuer: "chatterfy1",
        duplicates: "ignore",
        token: "token-of-old-0000000000",
      },
      loose: {
        kind: "network",
        network: "loose",
        click_issuer: "chatterfy1",
        duplicates: "new",
        token: "token-of-loose-0000000000",
      },
    };
    await openWorkspace({ connections });
    await tell("chatterfy1", { chatId: "1", clickid: "abc" });
    expect((await tell("old", sale("1", "50"))).outcome).toBe("accepted");
    expect((await tell("old", sale("1", "70"))).outcome).toBe("duplicate");
    expect((await tell("loose", sale("1", "50"))).outcome).toBe("accepted");
    expect((await tell("loose", sale("1", "70"))).outcome).toBe("accepted");
    expect((await tell("loose", sale("1", "70"))).outcome).toBe("duplicate");
    await settled();
    expect((await who("telegram_id", "1")).net).toBe("15300.00");
  });

  it("D-06 a zero order is shown, and is neither order nor sale", async () => {
    await tell("school", { event: "order", gc_user_id: "1", order: "O4", amount: "0", status: "payed" });
    await tell("school", { event: "payment", gc_user_id: "1", order: "O5", amount: "0" });
    await settled();
    const person = await who("gc_user_id", "1");
    expect(person.stages).toEqual({});
    const lines = await timeline(person.id);
    expect(lines.map(({ type, flags }) => [type, flags])).toEqual([
      ["order", ["free_order"]],
      ["order", ["free_order"]],
    ]);
  });

  it("D-07 part payments: one sale at the first, revenue on each day, no resale", async () => {
    await backfill([
      ["school", "2026-03-02T06:10:00Z", { event: "order", gc_user_id: "602", order: "O3", amount: "30000" }],
      ["school", "2026-03-02T06:20:00Z", { event: "payment", gc_user_id: "602", order: "O3", amount: "10000", tid: "O3-1" }],
      ["school", "2026-03-06T07:00:00Z", { event: "payment", gc_user_id: "602", order: "O3", amount: "20000", tid: "O3-2" }],
    ]);
    await settled();
    const person = await who("gc_user_id", "602");
    expect(person).toMatchObject({ net: "30000.00", stages: { sale: "2026-03-02T06:20:00.000Z" } });
    expect(person.stages["resale"]).toBeUndefined();
    expect((await timeline(person.id)).map(({ label }) => label)).toEqual([undefined, "sale", undefined]);
    const gross = async (day: string, next: string): Promise<string> =>
      (await read<{ money: { gross: string } }>(`/v1/report?from=${day}&to=${next}`)).money.gross;
    expect([
      await gross("2026-03-02", "2026-03-03"),
      await gross("2026-03-06", "2026-03-07"),
      await gross("2026-03-03", "2026-03-06"),
    ]).toEqual(["10000.00", "20000.00", "0.00"]);
  });

  it("D-09 midnight is the workspace's, and a time without a zone is the connection's", async () => {
    const day = {
      connections: {
        ...DOCUMENT.connections,
        east: { kind: "getcourse", account: "east", time_zone: "Asia/Vladivostok", token: "token-of-east-0000000000" },
      },
    };
    await openWorkspace(day);
    await backfill([
      [
        "school",
        "2026-03-04T10:00:00Z",
        { event: "payment", gc_user_id: "1", order: "A", tid: "a", amount: "1", event_at: "2026-03-03T22:30:00Z" },
      ],
      [
        "school",
        "2026-03-08T10:00:00Z",
        { event: "payment", gc_user_id: "1", order: "B", tid: "b", amount: "2", event_at: "2026-03-07T21:30:00Z" },
      ],
      [
        "school",
        "2026-03-08T10:00:00Z",
        { event: "payment", gc_user_id: "1", order: "C", tid: "c", amount: "4", event_at: "2026-03-05 23:30" },
      ],
      [
        "east",
        "2026-03-08T10:00:00Z",
        { event: "payment", gc_user_id: "1", order: "D", tid: "d", amount: "8", event_at: "2026-03-05 23:30" },
      ],
    ]);
    await settled();
    const gross = async (from: string, to: string): Promise<string> =>
      (await read<{ money: { gross: string } }>(`/v1/report?from=${from}&to=${to}`)).money.gross;
    expect([
      await gross("2026-03-03", "2026-03-04"),
      await gross("2026-03-04", "2026-03-05"),
      await gross("2026-03-07", "2026-03-08"),
      await gross("2026-03-08", "2026-03-09"),
    ]).toEqual(["0.00", "1.00", "0.00", "2.00"]);
    expect((await timeline((await who("gc_user_id", "1", "east")).id))[0]?.at).toBe("2026-03-05T13:30:00.000Z");
    expect(await gross("2026-03-05", "2026-03-06")).toBe("12.00");
    expect(await people()).toHaveLength(2);
  });
});
