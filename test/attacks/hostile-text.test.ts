/** Text that tries to become a header, a tag or another field. */
import { beforeEach, describe, expect, it, vi } from "vitest";
import { SCHOOL, people, saveConfig, someone } from "../kit/login.ts";

// A storm of requests takes long on a busy machine; nothing here depends on how long.
vi.setConfig({ testTimeout: 60_000 });

const { link, authorize, submit, open, bot, site } = people();

const now = 1_790_000_200_000;

beforeEach(async () => {
  vi.spyOn(Date, "now").mockImplementation(() => now);
  await saveConfig(SCHOOL);
});

describe("hostile text", () => {
  const nasty = ["a\r\nSet-Cookie: a=b", "a\u0000b", "a\nLocation: https://evil.example", "кириллица \u202e", "%0d%0aX: y"];

  it("S25 line breaks and NUL in any field are refused or encoded, never a split header, never a 500", async () => {
    for (const text of nasty) {
      const fields = ["site", "locale", "return_to", "txn", "telegram_id"].map((name) =>
        bot("/v1/links", { telegram_id: someone(), site: "site", [name]: text }),
      );
      const calls = [
        ...fields,
        site("/v1/authorize", { buid: text, pin: "123456" }, { at: now }),
        site("/v1/authorize", { code: text, user_id: text }, { at: now }),
        site("/v1/mappings", { buid: "AAAAAAAAAAAAAAAA", user_id: text }, { at: now }),
        site("/v1/transactions", { return_to: "https://school.example/auth/bot", state: text }, { at: now }),
      ];
      for (const { status, headers } of await Promise.all(calls)) {
        expect(status).toBeLessThan(500);
        expect([headers.get("x"), headers.get("set-cookie")]).toEqual([null, null]);
      }
      const query = encodeURIComponent(text);
      for (const url of [
        `https://go.example/?buid=${query}&site=site`,
        `https://go.example/?buid=A&site=site&lang=${query}`,
        `https://go.example/l/${query}?site=site`,
      ]) {
        const page = await open(url);
        expect(page.status).toBeLessThan(500);
        expect(page.headers.get("set-cookie")).toBeNull();
      }
    }
  });

  it("S25 a state with separators comes back encoded", async () => {
    const state = "a&code=evil#x=%0d?ю";
    const { body } = await site("/v1/transactions", { return_to: "https://school.example/auth/bot", state }, { at: now });
    const made = await link({ telegram_id: someone(), txn: body["txn"] });
    const entered = await submit(String(body["url"]), { pin: made.pin });
    const back = new URL(entered.headers.get("location") ?? "");
    expect([back.searchParams.get("state"), back.searchParams.getAll("code").length]).toEqual([state, 1]);
  });

  it("S26 a hostile name of a site or a human is escaped and clamped", async () => {
    const { site: school, ...others } = SCHOOL.connections;
    const name = '"><svg onload=alert(1)>\u202e';
    const logo = '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(2)</script></svg>';
    await saveConfig({ ...SCHOOL, connections: { ...others, site: { ...school, brand: { name, logo, accent: "#123456" } } } });
    const html = await (await open("https://go.example/?buid=A&site=site")).text();
    expect(html).toContain("&quot;&gt;&lt;svg onload=alert(1)&gt;");
    expect(html).not.toMatch(/<svg|<script|\u202e/);
    const made = await link({ telegram_id: someone(), profile: { first_name: `${name}${"x".repeat(4_096)}\r\n` } });
    const { body } = await authorize({ buid: made.buid, pin: made.pin }, { at: now });
    expect(String((body["profile"] as Record<string, unknown>)["first_name"]).length).toBeLessThanOrEqual(256);
  });

  it("what was typed comes back escaped", async () => {
    const made = await link({ telegram_id: someone() });
    const html = await (await submit(made.url, { pin: '"><b>1' })).text();
    expect(html).toContain('value="&quot;&gt;&lt;b&gt;1"');
  });
});
