/** The worked data set as a newcomer would load it: local times as they stand, deep-link text where a bot has one, several calls. */
import { beforeAll, expect, it } from "vitest";
import source from "../fixtures/funnel-dataset.jsonl?raw";
import {
  DOCUMENT,
  type Person,
  backfill,
  events,
  openWorkspace,
  people,
  problems,
  read,
  settled,
  timeline,
  who,
} from "../kit/journey.ts";
import { NAMES } from "../kit/worked-lines.ts";
import { WORKED_NUMBERS } from "../kit/worked-numbers.ts";

type Line = {
  rx: string;
  at: string;
  src: string;
  type: string;
  ids: Record<string, string>;
  eid?: string;
  cost?: string;
  cur?: string;
  utm?: string[];
  ua?: string;
};

const CONNECTION: Readonly<Record<string, string>> = {
  sb: "p1",
  gc: "school",
  "1win": "onewin",
  chatterfy: "chatterfy1",
  pin: "login",
  gw: "links",
};

function told({ rx, at, src, type, ids, eid, cost, cur, utm, ua, ...rest }: Line): [string, string, Record<string, unknown>] {
  const bot = type === "bot_start";
  const named = Object.entries(ids).map(([name, value]) => [bot && name === "click" ? "start" : (NAMES[name] ?? name), value]);
  const [utm_source, utm_medium, utm_campaign] = utm ?? [];
  const event = {
    ...rest,
    n: undefined,
    event: type,
    event_at: at,
    event_id: src === "1win" ? undefined : eid,
    cost,
    currency: cur,
    user_agent: ua,
    utm_source,
    utm_medium,
    utm_campaign,
    site: src === "pin" ? "site1" : undefined,
  };
  return [CONNECTION[src] ?? src, rx, { ...event, ...Object.fromEntries(named) }];
}

const totals = { accepted: 0, duplicate: 0, quarantined: 0, preview: 0 };
const unboundOnArrival = new Set<string>();

beforeAll(async () => {
  const links = {
    vk1: { ...DOCUMENT.links.vk1, costs: [{ day: "2026-03-01", amount: "3000" }] },
    tg1: { ...DOCUMENT.links.tg1, costs: [{ day: "2026-03-02", amount: "4000" }] },
    anna: { ...DOCUMENT.links.anna, costs: [{ day: "2026-03-03", amount: "2000" }] },
  };
  await openWorkspace({ links });
  const lines = source
    .trim()
    .split("\n")
    .map((text) => told(JSON.parse(text) as Line));
  for (const part of [lines.slice(0, 20), lines.slice(20, 62), lines.slice(62, 69), lines.slice(69)]) {
    const report = await backfill(part);
    expect(report.errors).toEqual([]);
    for (const name of ["accepted", "duplicate", "quarantined", "preview"] as const) totals[name] += report[name];
    await settled();
    for (const { id } of await events("?status=unbound")) unboundOnArrival.add(id);
  }
}, 60_000);

it("counts 76 = 67 + 3 + 5 + 1, two unbound on arrival and one at the end", async () => {
  expect(totals).toEqual({ accepted: 67, duplicate: 3, quarantined: 5, preview: 1 });
  expect(unboundOnArrival.size).toBe(2);
  expect(await events("?status=unbound")).toHaveLength(1);
  expect(await events("?status=bound")).toHaveLength(66);
  expect(await events()).toHaveLength(73);
});

it("keeps 14 people, and J, F and M are who the story says", async () => {
  expect(await people()).toHaveLength(14);
  const own = async (telegram_id: string): Promise<string[]> =>
    (await timeline((await who("telegram_id", telegram_id)).id)).map(({ type }) => type);
  expect(await own("1006")).toEqual(["bot_start", "identify", "registration", "order", "payment", "refund"]);
  expect(await own("1011")).toEqual(["bot_start", "payment"]);
  expect((await own("1010")).filter((type) => type === "click")).toHaveLength(2);
  expect(await problems("conflict")).toEqual([]);
  expect((await problems("unresolved_macro")).map(({ count, field }) => [count, field])).toEqual([[5, "clickid"]]);
  const late = (await timeline((await who("telegram_id", "1011")).id)).find(({ type }) => type === "payment");
  expect(late).toMatchObject({ at: "2026-03-05T15:00:00.000Z", label: "sale" });
});

it.each(["cohort", "intake", "stages", "sources", "money", "time_to_sale", "weeks", "clicks"] as const)(
  "answers %s to the last digit",
  async (part) => {
    const report = await read<Record<string, unknown>>(
      "/v1/report?from=2026-03-01&to=2026-03-08&template=school&window=30&attribution=first",
    );
    expect(report[part]).toEqual(WORKED_NUMBERS[part]);
  },
);

it("shows April's money in April, and H's player as hers", async () => {
  const april = await read<{ money: { net: string }; sources: { source: string; net_first: string }[] }>(
    "/v1/report?from=2026-04-01&to=2026-05-01",
  );
  expect(april.money.net).toBe("50000.00");
  expect(april.sources.find(({ net_first }) => net_first === "50000.00")?.source).toBe("vk / spring");
  const hers: Person = await who("player_id", "P77", "1win");
  expect(hers).toMatchObject({ id: (await who("telegram_id", "1008")).id, net: "9000.00" });
});
