import { env, exports } from "cloudflare:workers";
import { beforeAll, expect, it } from "vitest";
import { inboxOf } from "../../src/context.ts";
import { ADMIN_TOKEN, ORIGIN, configure, operator } from "../kit/operator.ts";
import { IMPORT_CONFIG } from "../kit/worked-config.ts";
import { workedLines } from "../kit/worked-import.ts";
import { WORKED_NUMBERS, WORKED_RANGE } from "../kit/worked-numbers.ts";

let answer: unknown;

beforeAll(async () => {
  await configure(IMPORT_CONFIG);
  const response = await exports.default.fetch(`${ORIGIN}/v1/import`, {
    method: "POST",
    body: workedLines(),
    headers: { authorization: `Bearer ${ADMIN_TOKEN}` },
  });
  answer = await response.json();
  await inboxOf(env).drain();
});

it("takes the worked data set through the public import", () => {
  expect(answer).toEqual({ accepted: 67, duplicate: 3, quarantined: 5, preview: 1, errors: [] });
});

it.each(["cohort", "stages", "sources", "money", "time_to_sale", "weeks", "clicks", "intake"] as const)(
  "answers %s of the worked data set after the whole pipeline",
  async (part) => {
    const report = await (await operator("GET", `/v1/report?${WORKED_RANGE}`)).json<Record<string, unknown>>();
    expect(report[part]).toEqual(WORKED_NUMBERS[part]);
  },
);

it("keeps 14 people in storage", async () => {
  const row = await env.DB.prepare("SELECT COUNT(*) AS n FROM persons WHERE person_id = id").first<{ n: number }>();
  expect(row?.n).toBe(14);
});
