/** The read-only address of one report: what it may show, to whom, and for how long. */
import { exports } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { openSharedReport, shareReport } from "../../src/flows/share-report.ts";
import { contextWith } from "../kit/context.ts";
import { clearLedger, writeLedger } from "../kit/ledger-rows.ts";
import { ORIGIN, configure, operator } from "../kit/operator.ts";

const T = Date.parse("2026-05-04T10:00:00Z");
const DAY = 86_400_000;
const QUERY = { from: "2026-05-04", to: "2026-05-11", by: "campaign" };

describe("the token of a shared report", () => {
  const at = (now: number): ReturnType<typeof contextWith> => contextWith({}, { clock: () => now });
  const share = async (): Promise<string> => (await shareReport(await at(T), QUERY, 7)).replace("/report/", "");

  it("opens until its last instant and not after", async () => {
    const token = await share();
    expect(await openSharedReport(await at(T + 7 * DAY - 1), token)).toEqual({ query: QUERY, expiresAt: T + 7 * DAY });
    expect(await openSharedReport(await at(T + 7 * DAY), token)).toBeNull();
  });

  it("is void when its end or its query is written anew, or when it is no token at all", async () => {
    const [, mac] = (await share()).split(".");
    const body = (value: unknown): string => btoa(JSON.stringify(value)).replaceAll("=", "");
    const forged = [
      `${body({ q: QUERY, exp: T + 900 * DAY })}.${mac}`,
      `${body({ q: { ...QUERY, from: "2020-01-01" }, exp: T + 7 * DAY })}.${mac}`,
      `${body({ q: QUERY, exp: T + 7 * DAY })}.`,
      "..",
      "",
      "x",
    ];
    for (const token of forged) expect(await openSharedReport(await at(T), token)).toBeNull();
  });
});

describe("a shared page", () => {
  const open = async (suffix = ""): Promise<Response> => {
    const answer = await operator("POST", "/v1/report/share", { query: QUERY, days: 1 });
    return exports.default.fetch(`${(await answer.json<{ url: string }>()).url}${suffix}`);
  };

  beforeEach(async () => {
    await clearLedger();
    await configure({ workspace: { time_zone: "Europe/Moscow", currency: "RUB" } });
    await writeLedger([
      { id: "e1", type: "click", at: T, person: "p1", source: "vk", campaign: "spring" },
      { id: "e2", type: "click", at: T - 30 * DAY, person: "p2", source: "vk", campaign: "earlier" },
    ]);
  });

  it("answers its own question whatever the address asks on top, in every form", async () => {
    for (const suffix of ["?from=2020-01-01&by=source", "?format=csv&from=2020-01-01", "?format=excel&from=2020-01-01&only="]) {
      const text = await (await open(suffix)).text();
      expect(text).toContain("spring");
      expect(text).not.toContain("earlier");
    }
  });

  it("is of no use for anything but reading", async () => {
    const { url } = await (await operator("POST", "/v1/report/share", { query: QUERY, days: 1 })).json<{ url: string }>();
    for (const method of ["POST", "PUT", "DELETE", "PATCH"])
      expect((await exports.default.fetch(url, { method })).status).toBe(405);
    const token = url.split("/").at(-1) ?? "";
    const bearer = { headers: { authorization: `Bearer ${token}` } };
    expect((await exports.default.fetch(`${ORIGIN}/v1/report`, bearer)).status).toBe(401);
    const answer = await open();
    expect([answer.headers.get("cache-control"), answer.headers.get("x-robots-tag")]).toEqual(["no-store", "noindex"]);
    expect(answer.headers.get("set-cookie")).toBeNull();
  });
});
