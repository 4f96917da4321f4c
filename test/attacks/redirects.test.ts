/** Open redirects: sixty look-alikes of a registered address, and the ways they could get into a `Location`. */
import { beforeEach, describe, expect, it, vi } from "vitest";
import bad from "../fixtures/redirects.json" with { type: "json" };
import { SCHOOL, people, saveConfig, someone } from "../kit/login.ts";

// A storm of requests takes long on a busy machine; nothing here depends on how long.
vi.setConfig({ testTimeout: 60_000 });

const { link, submit, open, bot, site } = people();

const now = 1_790_000_200_000;

beforeEach(async () => {
  vi.spyOn(Date, "now").mockImplementation(() => now);
  await saveConfig(SCHOOL);
});

describe("S21 the way back", () => {
  const GOOD = "https://school.example/auth/bot";

  it(`refuses ${bad.length} look-alikes at issue, for links and transactions`, async () => {
    expect(bad.length).toBeGreaterThanOrEqual(60);
    for (const returnTo of bad) {
      const issued = await bot("/v1/links", { telegram_id: someone(), site: "site", return_to: returnTo });
      expect([returnTo, issued.status]).toEqual([returnTo, 422]);
      const opened = await site("/v1/transactions", { return_to: returnTo }, { at: now });
      expect([returnTo, opened.status]).toEqual([returnTo, 422]);
    }
    expect((await bot("/v1/links", { telegram_id: someone(), site: "site", return_to: GOOD })).status).toBe(201);
  });

  it("is never taken from the page's own address", async () => {
    const made = await link({ telegram_id: someone() });
    for (const returnTo of bad) {
      const url = `${made.url}&return_to=${encodeURIComponent(returnTo)}&redirect_uri=${encodeURIComponent(returnTo)}`;
      expect((await open(url)).headers.get("location")).toBeNull();
    }
    const entered = await submit(`${made.url}&return_to=https%3A%2F%2Fevil.example`, { pin: made.pin });
    expect(new URL(entered.headers.get("location") ?? "").origin).toBe("https://school.example");
  });

  it("is refused again at the redirect when it is not registered any more", async () => {
    const made = await link({ telegram_id: someone(), return_to: "https://school.example/other?x=1" });
    const { site: school, ...others } = SCHOOL.connections;
    await saveConfig({ ...SCHOOL, connections: { ...others, site: { ...school, return_to: [GOOD] } } });
    const entered = await submit(made.url, { pin: made.pin });
    expect([entered.status, entered.headers.get("location")]).toEqual([409, null]);
  });

  it("keeps its own query and gets the code beside it", async () => {
    const made = await link({ telegram_id: someone(), return_to: "https://school.example/other?x=1" });
    const entered = await submit(made.url, { pin: made.pin });
    expect(entered.headers.get("location")).toMatch(/^https:\/\/school\.example\/other\?x=1&code=[\w-]+$/);
  });

  it("keeps its query letter for letter, and no old code in it stands for the new one", async () => {
    const { site: school, ...others } = SCHOOL.connections;
    const ways = [
      "https://school.example/in?next=%2Flk%20x&flag&q=a+b~(c)",
      "https://school.example/in?code=old&a=%D0%B6&state=s",
    ];
    await saveConfig({ ...SCHOOL, connections: { ...others, site: { ...school, return_to: ways } } });
    const places = [];
    for (const returnTo of ways) {
      const made = await link({ telegram_id: someone(), return_to: returnTo });
      places.push((await submit(made.url, { pin: made.pin })).headers.get("location")?.replace(/code=[\w-]+$/, "code=…"));
    }
    expect(places).toEqual([
      "https://school.example/in?next=%2Flk%20x&flag&q=a+b~(c)&code=…",
      "https://school.example/in?a=%D0%B6&code=…",
    ]);
  });
});
