import { beforeAll, describe, expect, it } from "vitest";
import { configure, operator } from "../kit/operator.ts";
import { WORKED_NUMBERS, WORKED_RANGE as RANGE } from "../kit/worked-numbers.ts";
import { WORKED_CONFIG } from "../kit/worked-config.ts";
import { seedWorkedSet } from "../kit/worked-set.ts";

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

const report = async (query: string): Promise<Wire> => (await operator("GET", `/v1/report?${query}`)).json();

beforeAll(async () => {
  await configure(WORKED_CONFIG);
  await seedWorkedSet();
});

describe("the worked data set, 1–7 March", () => {
  it.each(["cohort", "intake", "stages", "sources", "money", "time_to_sale", "weeks", "clicks"] as const)(
    "counts %s to the last digit",
    async (part) => {
      expect((await report(RANGE))[part]).toEqual(WORKED_NUMBERS[part]);
    },
  );

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
