/** When something happened, as the lists tell it: nobody takes another day for today, or another year for this one. */
import { expect, it } from "vitest";
import { moment } from "../../src/console/parts.ts";
import { newView } from "../../src/console/view.ts";
import { contextWith } from "../kit/context.ts";

const DOCUMENT = { workspace: { time_zone: "Asia/Kathmandu" } };

async function told(now: string, at: string): Promise<string> {
  const ctx = await contextWith(DOCUMENT, { clock: () => Date.parse(now) });
  const view = newView(new Request("https://go.example/console"), ctx, null, 0);
  return /\n?\s*>([^<]+)<\/time/.exec(moment(view, Date.parse(at)).html)?.[1]?.trim() ?? "";
}

it.each([
  ["today is told by the clock", "2026-03-02T12:00:00Z", "2026-03-02T05:00:07Z", "10:45:07"],
  ["yesterday evening is told with its day", "2026-03-02T03:00:00Z", "2026-03-01T17:50:00Z", "1 мар. 23:35"],
  ["midnight is the workspace's own", "2026-03-01T19:00:00Z", "2026-03-01T18:16:00Z", "00:01:00"],
  ["another year is told with its year", "2026-03-02T12:00:00Z", "2025-03-02T12:00:00Z", "2 мар. 2025 г. 17:45"],
  ["the end of the last year is near enough", "2026-01-05T12:00:00Z", "2025-12-31T12:00:00Z", "31 дек. 17:45"],
])("%s", async (_name, now, at, text) => {
  expect(await told(now, at)).toBe(text);
});
