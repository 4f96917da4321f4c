import { expect, it } from "vitest";
import { codeOf, newTally } from "../../src/flows/tally.ts";

function recorder(): { points: AnalyticsEngineDataPoint[]; METRICS: AnalyticsEngineDataset } {
  const points: AnalyticsEngineDataPoint[] = [];
  return { points, METRICS: { writeDataPoint: (point) => void points.push(point ?? {}) } };
}
const counted = { connection: "bot", action: "callback", outcome: "delivered", reason: "" };

it("writes one data point per connection, action, outcome and reason, with count and time", () => {
  const tally = newTally("delivery");
  tally.add(counted, 10);
  tally.add(counted, 20);
  tally.add({ ...counted, outcome: "dead", reason: "auth_failed" }, 5);
  const env = recorder();
  tally.tell(env);
  expect(env.points).toEqual([
    { indexes: ["bot"], blobs: ["delivery", "bot", "callback", "delivered", ""], doubles: [2, 30] },
    { indexes: ["bot"], blobs: ["delivery", "bot", "callback", "dead", "auth_failed"], doubles: [1, 5] },
  ]);
});

it("starts anew after it has told, and needs no binding", () => {
  const tally = newTally("intake");
  tally.add(counted, 0);
  tally.tell({});
  const env = recorder();
  tally.tell(env);
  expect(env.points).toEqual([]);
});

it("never writes more points than an invocation may", () => {
  const tally = newTally("intake");
  for (let n = 0; n < 1_000; n += 1) tally.add({ ...counted, connection: `c${n}` }, 0);
  const env = recorder();
  tally.tell(env);
  expect(env.points.length).toBeLessThanOrEqual(250);
});

it("a reason is counted by its code: the vendor's words stay out", () => {
  expect(codeOf("rejected: ivan@example.com is unknown")).toBe("rejected");
});
