import { beforeAll, describe, expect, it } from "vitest";
import { applyD1Migrations } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { configure, operator } from "../kit/operator.ts";
import { WORKED_CONFIG, seedWorkedSet } from "../kit/worked-set.ts";

type Wire = {
  cohort: number;
  range: Record<string, unknown>;
  intake: unknown;
  stages: { id: string; reached: number; step: string | null; bypass: number | null; from_entry: string }[];
  sources: Record<string, unknown>[];
  money: Record<string, unknown>;
  time_to_sale: unknown;
  weeks: unknown[];
  clicks: unknown;
};

const RANGE = "from=2026-03-01&to=2026-03-08";
const report = async (query: string): Promise<Wire> => (await operator("GET", `/v1/report?${query}`)).json();

beforeAll(async () => {
  await applyD1Migrations(env.DB, env.MIGRATIONS);
  await configure(WORKED_CONFIG);
  await seedWorkedSet();
});

describe("the worked data set, 1–7 March", () => {
  it("counts what arrived", async () => {
    const { intake, cohort } = await report(RANGE);
    expect(intake).toEqual({ received: 76, accepted: 67, duplicates: 3, quarantined: 5, previews: 1, unbound: 1 });
    expect(cohort).toBe(13);
  });

  it("walks the stages", async () => {
    const { stages } = await report(RANGE);
    expect(stages.map(({ id, reached, step, bypass, from_entry }) => [id, reached, step, bypass, from_entry])).toEqual([
      ["click", 9, null, null, "69.2"],
      ["bot_start", 10, "77.8", 3, "76.9"],
      ["registration", 10, "90.0", 1, "76.9"],
      ["login", 2, "20.0", 0, "15.4"],
      ["order", 6, "60.0", 0, "46.2"],
      ["sale", 8, "100.0", 2, "61.5"],
      ["resale", 2, "25.0", 0, "15.4"],
    ]);
  });

  it("breaks the funnel down by first touch, with net revenue and return by both attributions", async () => {
    const { sources } = await report(RANGE);
    const line = (source: string, counts: number[], money: (string | null)[]): Record<string, unknown> => ({
      source,
      ...Object.fromEntries(
        ["cohort", "click", "bot_start", "registration", "login", "order", "sale", "resale"].map((name, index) => [
          name,
          counts[index],
        ]),
      ),
      ...Object.fromEntries(
        ["net_first", "net_last", "cost", "romi_first", "romi_last"].map((name, index) => [name, money[index]]),
      ),
    });
    expect(sources).toEqual([
      line("tgads / spring", [5, 3, 5, 4, 1, 2, 3, 0], ["15600.00", "3600.00", "4000.00", "290.0", "-10.0"]),
      line("vk / spring", [4, 4, 3, 3, 1, 2, 2, 1], ["55000.00", "67000.00", "3000.00", "1733.3", "2133.3"]),
      line("blogger / anna", [2, 2, 1, 1, 0, 0, 1, 1], ["9000.00", "9000.00", "2000.00", "350.0", "350.0"]),
      line("", [2, 0, 1, 2, 0, 2, 2, 0], ["23000.00", "23000.00", "0.00", null, null]),
    ]);
  });

  it("adds up the money, the deals and how much of them is known", async () => {
    const { money } = await report(RANGE);
    expect(money).toEqual({
      gross: "112600.00",
      refunds: "10000.00",
      net: "102600.00",
      unbound: "900.00",
      paid_deals: 12,
      bound_deals: 11,
      bound_share: "91.7",
      known_source_share: "75.0",
      average_deal: "10236.36",
      no_rate: [],
    });
  });

  it("times the first sale, cuts weekly cohorts and counts raw clicks", async () => {
    const { time_to_sale, weeks, clicks } = await report(RANGE);
    expect(time_to_sale).toEqual({ median_minutes: 60, p90_minutes: 4380 });
    expect(weeks).toEqual([
      { week: "2026-W09", people: 4, sale_7d: 3, sale_30d: 3, sale_60d: 3 },
      { week: "2026-W10", people: 9, sale_7d: 5, sale_30d: 5, sale_60d: 6 },
    ]);
    expect(clicks).toEqual({ raw: 11, by_link: { vk1: 5, tg1: 3, anna: 3 } });
  });

  it("books April's payment in April, on the campaign of its person", async () => {
    const { money, sources, cohort } = await report("from=2026-04-01&to=2026-05-01");
    expect(cohort).toBe(0);
    expect(money["net"]).toBe("50000.00");
    expect(sources).toMatchObject([{ source: "vk / spring", net_first: "50000.00", net_last: "50000.00", cost: "0.00" }]);
  });

  it("counts the sale of day 34 once the window is 60 days", async () => {
    const { stages } = await report(`${RANGE}&window=60`);
    expect(stages.find(({ id }) => id === "sale")?.reached).toBe(9);
  });

  it("leaves orders and log-ins out of the affiliate template and measures sales from registrations", async () => {
    const { stages } = await report(`${RANGE}&template=affiliate`);
    expect(stages.map(({ id, reached, step }) => [id, reached, step])).toEqual([
      ["click", 9, null],
      ["bot_start", 10, "77.8"],
      ["registration", 10, "90.0"],
      ["sale", 8, "70.0"],
      ["resale", 2, "25.0"],
    ]);
  });

  it("keeps the strict path a subset of those who reached a stage", async () => {
    const [strict, loose] = await Promise.all([report(`${RANGE}&mode=strict`), report(RANGE)]);
    expect(strict.stages.map(({ reached }) => reached)).toEqual([9, 7, 7, 2, 3, 3, 1]);
    for (const [index, { reached, bypass }] of strict.stages.entries()) {
      expect(reached).toBeLessThanOrEqual(loose.stages[index]?.reached ?? 0);
      expect(bypass ?? 0).toBe(0);
    }
  });

  it("moves to UTC days and gets the visibly wrong cohort of the specification", async () => {
    await configure({ ...WORKED_CONFIG, workspace: { ...WORKED_CONFIG.workspace, time_zone: "UTC" } });
    const { cohort, stages } = await report(RANGE);
    await configure(WORKED_CONFIG);
    expect([cohort, stages[0]?.reached]).toEqual([14, 10]);
  });

  it("breaks down by campaign, link, bot and connection", async () => {
    const lines = async (by: string): Promise<unknown[]> =>
      (await report(`${RANGE}&by=${by}`)).sources.map(({ source, cohort, net_last }) => [source, cohort, net_last]);
    expect(await lines("campaign")).toEqual([
      ["spring", 9, "70600.00"],
      ["anna", 2, "9000.00"],
      ["", 2, "23000.00"],
    ]);
    expect(await lines("link")).toEqual([
      ["tg1", 4, "0.00"],
      ["vk1", 4, "67000.00"],
      ["anna", 2, "9000.00"],
      ["", 3, "26600.00"],
    ]);
    expect(await lines("bot")).toEqual([
      ["sb", 8, "75000.00"],
      ["chatterfy", 2, "12600.00"],
      ["", 3, "15000.00"],
    ]);
    expect(await lines("connection")).toEqual([
      ["gw", 9, "76000.00"],
      ["sb", 2, "8000.00"],
      ["chatterfy", 1, "3600.00"],
      ["gc", 1, "15000.00"],
    ]);
  });
});
