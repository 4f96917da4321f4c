/** Guessing and replaying PINs: time, budgets, back-off, resends. The clock is moved, never waited for. */
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { FAILS_PER_HOLDER, TRIES_PER_PIN, pinFrom } from "../../src/domain/pin.ts";
import { newPin } from "../../src/flows/login/digests.ts";
import { randomBase62 } from "../../src/lib/ids.ts";
import { SCHOOL, people, saveConfig, someone, wrongPin } from "../kit/login.ts";
import { OTHER_SECRET } from "../kit/sign.ts";

// A storm of requests takes long on a busy machine; nothing here depends on how long.
vi.setConfig({ testTimeout: 60_000 });

const { link, authorize, bot, site, submit } = people();

let now = 1_790_000_000_000;
const pass = (ms: number) => {
  now += ms;
};

beforeEach(async () => {
  vi.spyOn(Date, "now").mockImplementation(() => now);
  pass(7_200_000);
  await saveConfig(SCHOOL);
});

const signedNow = (proof: Record<string, unknown>) => authorize(proof, { at: now });
const reasonOf = async (proof: Record<string, unknown>) => {
  const { status, body } = await signedNow(proof);
  return status === 200 ? "ok" : String(body["reason"]);
};

describe("drawing", () => {
  it("S1 a million PINs are uniform digits with leading zeros, and the remainder of the range is drawn again", () => {
    const counts = new Uint32Array(60);
    const n = 1_000_000;
    let leadingZeros = 0;
    for (let i = 0; i < n; i += 1) {
      const pin = newPin();
      if (pin.length !== 6) throw new Error(`a PIN of ${pin.length} digits`);
      if (pin.startsWith("0")) leadingZeros += 1;
      for (let place = 0; place < 6; place += 1) {
        const cell = place * 10 + Number(pin[place]);
        counts[cell] = (counts[cell] ?? 0) + 1;
      }
    }
    for (let place = 0; place < 6; place += 1) {
      const row = counts.slice(place * 10, place * 10 + 10);
      const chi2 = row.reduce((sum, seen) => sum + (seen - n / 10) ** 2 / (n / 10), 0);
      // 9 degrees of freedom: p < 1e-6 above 44.8.
      expect(chi2).toBeLessThan(44.8);
    }
    expect(leadingZeros).toBeGreaterThan(n / 11);
    expect([pinFrom(7), pinFrom(4_293_999_999), pinFrom(4_294_000_000)]).toEqual(["000007", "999999", null]);
  });

  it("S2 a million buids are 16 base62 characters each and never repeat", () => {
    const seen = new Set<string>();
    let misshapen = 0;
    for (let i = 0; i < 1_000_000; i += 1) {
      const buid = randomBase62(16);
      if (!/^[A-Za-z0-9]{16}$/.test(buid)) misshapen += 1;
      seen.add(buid);
    }
    expect([seen.size, misshapen]).toEqual([1_000_000, 0]);
  });

  it("S2 a buid says nothing of the human: the same one gets unrelated buids, that hold no part of any id", async () => {
    const human = { telegram_id: "7654321", client_id: "8765432" };
    const [one, two] = [await link(human), await link(human)];
    expect(one.buid).not.toBe(two.buid);
    const shared = one.buid.split("").filter((char, place) => two.buid[place] === char).length;
    expect(shared).toBeLessThan(8);
    expect(`${one.buid}${two.buid}`).not.toMatch(/7654321|8765432/);
  });
});

it("S9 a guesser with the link wins 5 in a million per PIN and 1 in ten thousand before the stop", () => {
  expect(TRIES_PER_PIN / 1_000_000).toBeLessThanOrEqual(5e-6);
  expect(FAILS_PER_HOLDER / 1_000_000).toBeLessThanOrEqual(1e-4);
  expect(16 * Math.log2(62)).toBeGreaterThan(95);
});

describe("time", () => {
  it("S3 a PIN lives to the last millisecond of its time by our clock, S40 whatever the caller's Date says", async () => {
    const [a, b] = [await link({ telegram_id: someone() }), await link({ telegram_id: someone() })];
    pass(599_999);
    expect(await reasonOf({ buid: a.buid, pin: a.pin })).toBe("ok");
    pass(1);
    expect(await reasonOf({ buid: b.buid, pin: b.pin })).toBe("pin_expired");
  });

  it("S3 a PIN never outlives its link", async () => {
    const made = await link({ telegram_id: someone(), link_ttl_seconds: 60 });
    pass(60_000);
    expect(await reasonOf({ buid: made.buid, pin: made.pin })).toBe("pin_expired");
  });

  it("S4 a used PIN stays used, also after an unlink and after a newer link", async () => {
    const human = { telegram_id: someone() };
    const made = await link(human);
    const replay = () => reasonOf({ buid: made.buid, pin: made.pin });
    expect(await replay()).toBe("ok");
    expect(await replay()).toBe("pin_used");
    const user = someone();
    await site("/v1/mappings", { buid: made.buid, user_id: user }, { at: now });
    await site("/v1/mappings", { user_id: user }, { at: now, method: "DELETE" });
    expect(await replay()).toBe("pin_used");
    await link(human);
    expect(await replay()).toBe("pin_used");
  });
});

describe("guessing", () => {
  const burn = async (made: { buid: string; pin: string }, times = 5) => {
    for (let i = 0; i < times; i += 1) await signedNow({ buid: made.buid, pin: wrongPin(made.pin) });
  };

  it("S8 a bot that issues again and again gives an attacker with perfect timing a hundred guesses, not one more", async () => {
    const human = { telegram_id: someone() };
    let evaluated = 0;
    for (let round = 0; round < 30; round += 1) {
      const made = await link(human);
      for (let i = 0; i < 5; i += 1) {
        const { body, headers } = await signedNow({ buid: made.buid, pin: wrongPin(made.pin) });
        if (body["reason"] === "pin_invalid" || (headers.get("retry-after") !== "3600" && body["reason"] === "pin_locked"))
          evaluated += 1;
      }
      pass(3_600_000);
    }
    expect(evaluated).toBeLessThanOrEqual(FAILS_PER_HOLDER);
    const last = await link(human);
    expect(await reasonOf({ buid: last.buid, pin: last.pin })).toBe("pin_locked");
    await bot("/v1/logout", human);
    const fresh = await link(human);
    expect(await reasonOf({ buid: fresh.buid, pin: fresh.pin })).toBe("ok");
  });

  it("S8 a new PIN of the same link does not reset the failures, a right one does", async () => {
    const made = await link({ telegram_id: someone() });
    await burn(made, 4);
    pass(31_000);
    const again = await bot(`/v1/links/${made.buid}/pin`, null);
    const pin = String(again.body["pin"]);
    await burn({ buid: made.buid, pin });
    const { headers } = await signedNow({ buid: made.buid, pin });
    expect(headers.get("retry-after")).toBe("30");
    pass(31_000);
    const third = String((await bot(`/v1/links/${made.buid}/pin`, null)).body["pin"]);
    await burn({ buid: made.buid, pin: third }, 1);
    expect(await reasonOf({ buid: made.buid, pin: third })).toBe("ok");
    pass(31_000);
    const fourth = String((await bot(`/v1/links/${made.buid}/pin`, null)).body["pin"]);
    await burn({ buid: made.buid, pin: fourth });
    expect((await signedNow({ buid: made.buid, pin: fourth })).headers.get("retry-after")).toBe("30");
  });

  it("S10 the back-off doubles from 30 s to an hour, is told in Retry-After, and ends as pin_expired", async () => {
    const human = { telegram_id: someone() };
    const told = [];
    for (let round = 0; round < 9; round += 1) {
      const made = await link(human);
      await burn(made);
      const { body, headers } = await signedNow({ buid: made.buid, pin: made.pin });
      told.push([body["reason"], headers.get("retry-after")]);
      pass(Number(headers.get("retry-after")) * 1_000);
      expect(await reasonOf({ buid: made.buid, pin: made.pin })).toBe("pin_expired");
    }
    const seconds = ["30", "60", "120", "240", "480", "960", "1920", "3600", "3600"];
    expect(told).toEqual(seconds.map((wait) => ["pin_locked", wait]));
  });

  it("S11 whoever locks one link locks nothing else: the bot's next link works at once", async () => {
    const human = { telegram_id: someone() };
    const first = await link(human);
    await burn(first, 7);
    const second = await link(human);
    expect(await reasonOf({ buid: second.buid, pin: second.pin })).toBe("ok");
  });

  it("S18 a PIN is wrong at another site and in another transaction", async () => {
    const made = await link({ telegram_id: someone() });
    const elsewhere = await authorize({ buid: made.buid, pin: made.pin }, { at: now, secret: OTHER_SECRET });
    expect(elsewhere.body["reason"]).toBe("pin_invalid");
    const open = () => site("/v1/transactions", { return_to: "https://school.example/auth/bot", state: "s 1" }, { at: now });
    const [one, two] = [(await open()).body, (await open()).body];
    const tied = await link({ telegram_id: someone(), txn: one["txn"] });
    expect(tied.url).toBe(one["url"]);
    expect(await reasonOf({ buid: tied.buid, pin: tied.pin })).toBe("pin_invalid");
    expect(await reasonOf({ buid: tied.buid, pin: tied.pin, txn: two["txn"] })).toBe("pin_invalid");
    expect((await submit(String(two["url"]), { pin: tied.pin })).status).toBe(200);
    const entered = await submit(String(one["url"]), { pin: tied.pin });
    expect(entered.status).toBe(303);
    expect(new URL(entered.headers.get("location") ?? "").searchParams.get("state")).toBe("s 1");
    expect(one["deep_link"]).toBe(`https://t.me/my_bot?start=${String(one["txn"])}`);
  });
});

describe("asking for codes", () => {
  it("S29 one per 30 s counted from the link's last PIN, the first included, and ten an hour", async () => {
    const made = await link({ telegram_id: someone() });
    const ask = async () => (await bot(`/v1/links/${made.buid}/pin`, null)).status;
    const statuses = [];
    for (let i = 0; i < 300; i += 1) {
      statuses.push(await ask());
      pass(200);
    }
    expect(statuses.filter((status) => status === 200)).toHaveLength(1);
    for (let i = 0; i < 20; i += 1) {
      pass(30_000);
      statuses.push(await ask());
    }
    expect(statuses.filter((status) => status === 200)).toHaveLength(10);
    const refused = await bot(`/v1/links/${made.buid}/pin`, null);
    expect([refused.status, Number(refused.headers.get("retry-after")) > 0]).toEqual([429, true]);
  });

  it("S29 counts from that link's own last PIN: a newer link delays no older one, and a link without a PIN hurries none", async () => {
    const human = { telegram_id: someone() };
    const first = await link(human);
    const ask = async ({ buid }: { buid: string }) => (await bot(`/v1/links/${buid}/pin`, null)).status;
    await link({ ...human, pin: false });
    expect(await ask(first)).toBe(429);
    pass(29_000);
    const second = await link(human);
    pass(1_000);
    expect([await ask(second), await ask(first), await ask(first)]).toEqual([429, 200, 429]);
    pass(29_000);
    expect([await ask(first), await ask(second), await ask(second)]).toEqual([429, 200, 429]);
  });

  it("S29 a new PIN replaces the old one, for the page and `resend` too", async () => {
    const made = await link({ telegram_id: someone(), client_id: someone() });
    pass(30_000);
    const again = await bot(`/v1/links/${made.buid}/pin`, null);
    expect(again.body).toMatchObject({ buid: made.buid, url: made.url, pin: expect.stringMatching(/^\d{6}$/) });
    if (again.body["pin"] !== made.pin) expect(await reasonOf({ buid: made.buid, pin: made.pin })).toBe("pin_invalid");
    pass(30_000);
    const failed = await signedNow({ buid: made.buid, pin: wrongPin(String(again.body["pin"])), resend: true });
    expect(failed.body).toMatchObject({ reason: "pin_invalid", resent: true });
    const soon = await signedNow({ buid: made.buid, pin: "x", resend: true });
    expect(soon.body["resent"]).toBeUndefined();
    pass(30_000);
    const nothing = await signedNow({ buid: made.buid, pin: "", resend: true });
    expect(nothing.body).toMatchObject({ reason: "pin_invalid", attempts_left: 5, resent: true });
  });

  it("S29 a holder whom no bot can reach keeps the PIN they have: asking for another changes nothing", async () => {
    const made = await link({ telegram_id: someone() });
    await env.DB.prepare("DELETE FROM holder_bots").run();
    pass(30_000);
    const failed = await signedNow({ buid: made.buid, pin: wrongPin(made.pin), resend: true });
    expect([failed.body["reason"], failed.body["resent"]]).toEqual(["pin_invalid", undefined]);
    await submit(made.url, { resend: "1" });
    expect(await reasonOf({ buid: made.buid, pin: made.pin })).toBe("ok");
  });

  it("S29 a bot may issue 120 links an hour for one human", async () => {
    const human = { telegram_id: someone(), site: "site" };
    const statuses = [];
    for (let i = 0; i < 122; i += 1) statuses.push((await bot("/v1/links", human)).status);
    expect(statuses.filter((status) => status === 201)).toHaveLength(120);
    expect(statuses.at(-1)).toBe(429);
    pass(3_600_000);
    expect((await bot("/v1/links", human)).status).toBe(201);
  });
});

describe("S32 ended access", () => {
  const holder = async () => {
    const human = { telegram_id: someone() };
    const used = await link(human);
    const entered = await submit(used.url, { pin: used.pin });
    const code = new URL(entered.headers.get("location") ?? "").searchParams.get("code");
    const trusted = await link({ ...human, pin: false });
    const pending = await link(human);
    return { human, used, code, trusted, pending };
  };
  const allRejected = async ({ code, trusted, pending }: Awaited<ReturnType<typeof holder>>) => {
    expect(await reasonOf({ code })).toBe("code_invalid");
    expect((await submit(trusted.url, {})).status).toBe(200);
    expect(await reasonOf({ buid: pending.buid, pin: pending.pin })).toBe("pin_expired");
  };

  it("after a logout the old code, the trusted link and the pending PIN are all rejected", async () => {
    const access = await holder();
    expect((await bot("/v1/logout", access.human)).body).toEqual({ revoked: 3 });
    await allRejected(access);
    expect((await bot("/v1/logout", access.human)).body).toEqual({ revoked: 0 });
  });

  it("the right to map outlives an unlink but not the logout after it", async () => {
    const human = { telegram_id: someone() };
    const made = await link(human);
    await signedNow({ buid: made.buid, pin: made.pin });
    const map = (userId: string) => site("/v1/mappings", { buid: made.buid, user_id: userId });
    const user = someone();
    expect((await map(user)).status).toBe(201);
    expect((await site("/v1/mappings", { user_id: user }, { at: now, method: "DELETE" })).status).toBe(200);
    expect((await map(user)).status).toBe(201);
    expect((await bot("/v1/logout", { ...human, unlink: true })).body).toEqual({ revoked: 0 });
    expect(await map(user)).toMatchObject({ status: 403, body: { reason: "proof_required" } });
  });

  it("after an unlink too, and a logout with unlink removes the mapping", async () => {
    const first = await link({ telegram_id: someone() });
    await signedNow({ buid: first.buid, pin: first.pin });
    const access = await holder();
    const proved = await link(access.human);
    await signedNow({ buid: proved.buid, pin: proved.pin });
    const user = someone();
    await site("/v1/mappings", { buid: proved.buid, user_id: user }, { at: now });
    const pending = await link(access.human);
    await site("/v1/mappings", { buid: proved.buid }, { at: now, method: "DELETE" });
    await allRejected({ ...access, pending });
    await site("/v1/mappings", { buid: proved.buid, user_id: user }, { at: now });
    await bot("/v1/logout", { ...access.human, unlink: "true" });
    const asked = await bot(`/v1/mappings?telegram_id=${access.human.telegram_id}&site=site`, null, undefined, "GET");
    expect(asked.body["reason"]).toBe("not_linked");
  });
});

describe("S24 P-11 trusted links", () => {
  it("work once by a post, tell the site their method, and can link nothing", async () => {
    const made = await link({ telegram_id: someone(), pin: false });
    const entered = await submit(made.url, {});
    const code = new URL(entered.headers.get("location") ?? "").searchParams.get("code");
    const { body } = await signedNow({ code });
    expect(body).toMatchObject({ status: "registration_required", method: "trusted_link", buid: made.buid });
    expect((await submit(made.url, {})).headers.get("location")).toBeNull();
    const mapped = await site("/v1/mappings", { buid: made.buid, user_id: "1" }, { at: now });
    const unlinked = await site("/v1/mappings", { buid: made.buid }, { at: now, method: "DELETE" });
    expect([mapped.body["reason"], unlinked.body["reason"]]).toEqual(["proof_required", "proof_required"]);
    for (const nobody of ["", "0"]) {
      const beside = `/v1/mappings?user_id=${nobody}&buid=${made.buid}`;
      expect((await site(beside, {}, { at: now, method: "DELETE" })).body["reason"]).toBe("proof_required");
    }
  });

  it("live an hour at most and only where the site allows them", async () => {
    const made = await link({ telegram_id: someone(), pin: false });
    pass(3_600_000);
    expect((await submit(made.url, {})).status).toBe(200);
    expect((await bot("/v1/links", { telegram_id: someone(), site: "site", pin: false, link_ttl_seconds: 3_601 })).status).toBe(
      422,
    );
    const { site: school, ...others } = SCHOOL.connections;
    await saveConfig({ ...SCHOOL, connections: { ...others, site: { ...school, trusted_links: false } } });
    expect((await bot("/v1/links", { telegram_id: someone(), site: "site", pin: false })).status).toBe(422);
  });
});
