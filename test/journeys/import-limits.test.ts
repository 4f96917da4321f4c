/** POST /v1/import at its edges: what is wrong is named by its line, what is right beside it is stored. */
import { exports } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { ADMIN_TOKEN, ORIGIN } from "../kit/operator.ts";
import { type ImportReport, events, openWorkspace, settled, timeline, who } from "../kit/journey.ts";
import { vendorsSay } from "../kit/vendors.ts";

vendorsSay();
beforeEach(() => openWorkspace());

const send = async (body: string): Promise<Response> =>
  exports.default.fetch(`${ORIGIN}/v1/import`, { method: "POST", body, headers: { authorization: `Bearer ${ADMIN_TOKEN}` } });
const report = async (lines: readonly string[], end = "\n"): Promise<ImportReport> => (await send(lines.join(end))).json();
const line = (event: Record<string, unknown>, received_at = "2026-03-01T10:00:00Z"): string =>
  JSON.stringify({ connection: "p1", received_at, event });

describe("an import at its edges", () => {
  it("names every unusable line by its number and reason and stores the others", async () => {
    const lines = [
      "{bad",
      line({ telegram_id: "1" }),
      '{"connection":"nope","event":{}}',
      '{"connection":"p1"}',
      line({ telegram_id: "2" }, "yesterday"),
      "",
      "[]",
      line({ telegram_id: "3", text: "я".repeat(256 * 1024) }),
      line({ telegram_id: "{tg}" }),
      line({ telegram_id: "4" }),
    ];
    expect(await report(lines)).toEqual({
      accepted: 2,
      duplicate: 0,
      quarantined: 1,
      preview: 0,
      errors: [
        { line: 1, reason: "invalid_json" },
        { line: 3, reason: "unknown_connection" },
        { line: 4, reason: "invalid_line" },
        { line: 5, reason: "invalid_received_at" },
        { line: 7, reason: "invalid_line" },
        { line: 8, reason: "too_large" },
      ],
    });
    await settled();
    expect((await events("?connection=p1&status=bound")).length).toBe(2);
  });

  it("takes more than one call of the inbox holds, in line order, and all of it again as duplicates", async () => {
    const text = "я".repeat(100_000);
    const lines = Array.from({ length: 60 }, (_, n) => line({ telegram_id: "1", event: `step-${n}`, event_id: `e${n}`, text }));
    expect(await report(lines)).toMatchObject({ accepted: 60, errors: [] });
    await settled();
    const told = (await timeline((await who("telegram_id", "1")).id)).map(({ type }) => type);
    expect(told).toEqual(Array.from({ length: 60 }, (_, n) => `step-${n}`));
    expect(await report(lines, "\r\n")).toMatchObject({ accepted: 0, duplicate: 60 });
  });

  it("refuses a call over 16 MiB and one over 1,000 lines as a whole", async () => {
    const large = await send("x".repeat(16 * 1024 * 1024 + 1));
    expect([large.status, await large.json()]).toMatchObject([413, { reason: "too_large" }]);
    const long = await send(Array.from({ length: 1_001 }, (_, n) => line({ telegram_id: String(n + 1) })).join("\n"));
    expect([long.status, await long.json()]).toMatchObject([422, { reason: "invalid_request" }]);
    expect(await events("")).toEqual([]);
  });
});
