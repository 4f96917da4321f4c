/** The tables of the worked data set for 1–7 March, as GET /v1/report answers them. */
const COUNTS = ["cohort", "click", "bot_start", "registration", "login", "order", "sale", "resale"];
const MONEY = ["net_first", "net_last", "cost", "romi_first", "romi_last"];

const stage = ([id, reached, step, bypass, from_entry]: readonly unknown[]): unknown => ({
  id,
  reached,
  step,
  bypass,
  from_entry,
});
const line = (source: string, counts: number[], money: (string | null)[]): unknown => ({
  source,
  ...Object.fromEntries(COUNTS.map((name, index) => [name, counts[index]])),
  ...Object.fromEntries(MONEY.map((name, index) => [name, money[index]])),
});

export const WORKED_RANGE = "from=2026-03-01&to=2026-03-08";
export const WORKED_NUMBERS = {
  cohort: 13,
  intake: { received: 76, accepted: 67, duplicates: 3, quarantined: 5, previews: 1, unbound: 1 },
  stages: [
    ["click", 9, null, null, "69.2"],
    ["bot_start", 10, "77.8", 3, "76.9"],
    ["registration", 10, "90.0", 1, "76.9"],
    ["login", 2, "20.0", 0, "15.4"],
    ["order", 6, "60.0", 0, "46.2"],
    ["sale", 8, "100.0", 2, "61.5"],
    ["resale", 2, "25.0", 0, "15.4"],
  ].map(stage),
  sources: [
    line("tgads / spring", [5, 3, 5, 4, 1, 2, 3, 0], ["15600.00", "3600.00", "4000.00", "290.0", "-10.0"]),
    line("vk / spring", [4, 4, 3, 3, 1, 2, 2, 1], ["55000.00", "67000.00", "3000.00", "1733.3", "2133.3"]),
    line("blogger / anna", [2, 2, 1, 1, 0, 0, 1, 1], ["9000.00", "9000.00", "2000.00", "350.0", "350.0"]),
    line("", [2, 0, 1, 2, 0, 2, 2, 0], ["23000.00", "23000.00", "0.00", null, null]),
  ],
  money: {
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
  },
  time_to_sale: { median_minutes: 60, p90_minutes: 4380 },
  weeks: [
    { week: "2026-W09", people: 4, sale_7d: 3, sale_30d: 3, sale_60d: 3 },
    { week: "2026-W10", people: 9, sale_7d: 5, sale_30d: 5, sale_60d: 6 },
  ],
  clicks: { raw: 11, by_link: { vk1: 5, tg1: 3, anna: 3 } },
};
