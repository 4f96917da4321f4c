import { beforeEach, describe, expect, it, vi } from "vitest";
import { SCHOOL, codeIn, people, saveConfig, someone, wrongPin } from "../kit/login.ts";
import { OTHER_SECRET } from "../kit/sign.ts";

// A storm of requests takes long on a busy machine; nothing here depends on how long.
vi.setConfig({ testTimeout: 60_000 });

const { link, authorize, submit, open, bot } = people();

beforeEach(() => saveConfig(SCHOOL));

describe("a login link", () => {
  it("is answered flat, with messages ready to send", async () => {
    const { status, body } = await bot("/v1/links", { telegram_id: someone(), client_id: "500", site: "site", locale: "en-GB" });
    expect(status).toBe(201);
    expect(body).toMatchObject({
      buid: expect.stringMatching(/^[A-Za-z0-9]{16}$/),
      pin: expect.stringMatching(/^\d{6}$/),
      url: `https://go.example/?buid=${String(body["buid"])}&site=site&lang=en`,
      messages: {
        telegram: { parse_mode: "HTML", link_preview_options: { is_disabled: true } },
        salebot: expect.stringContaining("school.example"),
      },
    });
    const { telegram } = body["messages"] as { telegram: { text: string; reply_markup: { inline_keyboard: unknown } } };
    expect(telegram.text).toContain(`<code>${String(body["pin"])}</code>`);
    expect(telegram.reply_markup.inline_keyboard).toEqual([
      [{ text: "Copy the code", copy_text: { text: body["pin"] } }],
      [{ text: "Sign in to school.example", url: body["url"] }],
    ]);
  });

  it("takes the text values and placeholders of a Salebot block", async () => {
    const { status, body } = await bot("/v1/links", {
      telegram_id: someone(),
      max_id: "#{max_id}",
      vk_id: "",
      ttl_seconds: "300",
      pin: "true",
      site: "site",
      return_to: "",
    });
    expect([status, body["reason"]]).toEqual([201, undefined]);
    const unset = await bot("/v1/links", { telegram_id: someone(), site: "site", ttl_seconds: "", link_ttl_seconds: null });
    expect(Date.parse(String(unset.body["expires_at"])) - Date.parse(String(unset.body["pin_expires_at"]))).toBe(3_000_000);
  });

  it("needs a native messenger id", async () => {
    const { status, body } = await bot("/v1/links", { telegram_id: "#{platform_id}", site: "site" });
    expect([status, body["reason"]]).toEqual([422, "invalid_request"]);
  });

  it("R-03 keeps no contact of the profile in a pseudonymous workspace", async () => {
    await saveConfig({ ...SCHOOL, workspace: { privacy: "pseudonymous" } });
    const profile = { first_name: "Ann", email: "ann@example.com", phone: "+79001112233", username: "ann@example.com" };
    const { buid, pin } = await link({ telegram_id: someone(), profile });
    expect((await authorize({ buid, pin })).body["profile"]).toEqual({ first_name: "Ann", messenger: "telegram" });
  });

  it("may carry a PIN that the bot made", async () => {
    const made = await link({ telegram_id: someone(), pin: "482913" });
    expect(made.pin).toBe("482913");
    expect((await authorize({ buid: made.buid, pin: "482 913" })).status).toBe(200);
  });

  it("a PIN that became a JSON number on its way has its leading zeros back", async () => {
    const made = await link({ telegram_id: someone(), pin: "004291" });
    expect((await authorize({ buid: made.buid, pin: 4_291 })).status).toBe(200);
    expect((await authorize({ buid: made.buid, pin: -4_291 })).status).not.toBe(200);
  });

  it.each([
    { ttl_seconds: 601 },
    { link_ttl_seconds: 3_601 },
    { ttl_seconds: 0 },
    { pin: "12345" },
    { return_to: "https://evil.example/" },
    { site: "nope" },
  ])("is refused with the path of the mistake: %j", async (mistake) => {
    const { status, body } = await bot("/v1/links", { telegram_id: someone(), site: "site", ...mistake });
    expect([status, body["reason"]]).toEqual([422, "invalid_request"]);
    expect(body["errors"]).toMatchObject([{ path: Object.keys(mistake)[0] }]);
  });
});

describe("authorize", () => {
  it("P-01 answers registration_required to a new holder, and spends the proof", async () => {
    const made = await link({ telegram_id: someone(), profile: { first_name: "Ann" } });
    const first = await authorize({ buid: made.buid, pin: made.pin });
    expect(first.body).toEqual({
      status: "registration_required",
      buid: made.buid,
      method: "pin",
      profile: { first_name: "Ann", messenger: "telegram" },
    });
    const again = await authorize({ buid: made.buid, pin: made.pin });
    expect([again.status, again.body["reason"]]).toEqual([403, "pin_used"]);
  });

  it.each([
    [{}, "pin"],
    [{ buid: "AAAAAAAAAAAAAAAA" }, "pin"],
    [{ buid: "AAAAAAAAAAAAAAAA", pin: null }, "pin"],
    [{ pin: "482913" }, "buid"],
    [{ buid: "AAAAAAAAAAAAAAAA", pin: "482913", code: "x" }, "code"],
    [{ buid: 5, pin: "482913" }, "buid"],
    [{ buid: "AAAAAAAAAAAAAAAA", pin: ["482913"] }, "pin"],
    [{ code: 5 }, "code"],
  ])("names what is missing or wrong in %j: %s", async (proof, path) => {
    const { status, body } = await authorize(proof);
    expect([status, body["reason"]]).toEqual([422, "invalid_request"]);
    expect(body["errors"]).toMatchObject([{ path }]);
  });

  it("takes the null that a backend sends for what it has not", async () => {
    const made = await link({ telegram_id: someone() });
    const { body } = await authorize({ buid: made.buid, pin: made.pin, code: null, txn: null, user_id: null });
    expect(body["status"]).toBe("registration_required");
  });

  it("answers link_required when somebody is signed in at the site", async () => {
    const made = await link({ telegram_id: someone() });
    expect((await authorize({ buid: made.buid, pin: made.pin, user_id: "9002" })).body["status"]).toBe("link_required");
  });

  it("P-07 locks after five wrong PINs, says so to the right one, and a new link works at once", async () => {
    const human = someone();
    const made = await link({ telegram_id: human });
    const left = [];
    for (let i = 0; i < 5; i += 1) left.push((await authorize({ buid: made.buid, pin: wrongPin(made.pin) })).body);
    expect(left.map((body) => body["attempts_left"])).toEqual([4, 3, 2, 1, 0]);
    expect(left.at(-1)?.["reason"]).toBe("pin_locked");
    const right = await authorize({ buid: made.buid, pin: made.pin });
    expect([right.status, right.body["reason"], right.headers.get("retry-after")]).toEqual([403, "pin_locked", "30"]);
    const fresh = await link({ telegram_id: human });
    expect((await authorize({ buid: fresh.buid, pin: fresh.pin })).status).toBe(200);
  });

  it("P-10 names a replaced PIN", async () => {
    const human = someone();
    const first = await link({ telegram_id: human });
    await link({ telegram_id: human });
    expect((await authorize({ buid: first.buid, pin: first.pin })).body["reason"]).toBe("pin_replaced");
  });

  it("counts an unknown buid down and locks it like a known one", async () => {
    const answers = [];
    for (let i = 0; i < 6; i += 1) answers.push((await authorize({ buid: "AAAAAAAAAAAAAAAA", pin: "123456" })).body);
    expect(answers.map((body) => [body["reason"], body["attempts_left"]])).toEqual([
      ["pin_invalid", 4],
      ["pin_invalid", 3],
      ["pin_invalid", 2],
      ["pin_invalid", 1],
      ["pin_locked", 0],
      ["pin_locked", 0],
    ]);
  });

  it("S18 refuses a PIN at another site, as wrong", async () => {
    const made = await link({ telegram_id: someone() });
    const { body } = await authorize({ buid: made.buid, pin: made.pin }, { secret: OTHER_SECRET });
    expect(body["reason"]).toBe("pin_invalid");
    expect((await authorize({ buid: made.buid, pin: made.pin })).status).toBe(200);
  });

  it("S39 reads digits of any script and charges nothing for letters", async () => {
    const made = await link({ telegram_id: someone(), pin: "482913" });
    expect((await authorize({ buid: made.buid, pin: "48291O" })).body).toMatchObject({ reason: "pin_invalid", attempts_left: 5 });
    expect((await authorize({ buid: made.buid, pin: "٤٨٢ ٩١٣" })).status).toBe(200);
  });
});

describe("the page", () => {
  it("U16 takes the right PIN to the site with a code that is exchanged once", async () => {
    const made = await link({ telegram_id: someone() });
    const entered = await submit(made.url, { pin: `${made.pin.slice(0, 3)} ${made.pin.slice(3)}` });
    expect(entered.status).toBe(303);
    expect(entered.headers.get("location")).toMatch(/^https:\/\/school\.example\/auth\/bot\?code=/);
    const code = codeIn(entered);
    expect((await authorize({ code })).body).toMatchObject({ status: "registration_required", buid: made.buid, method: "pin" });
    expect((await authorize({ code })).body["reason"]).toBe("code_invalid");
  });

  it("S39 U6 takes a code with the tab and the line's end that it was copied with", async () => {
    const made = await link({ telegram_id: someone(), pin: "482913" });
    expect((await submit(made.url, { pin: "482\t913\r\n" })).status).toBe(303);
  });

  it("U7 comes back with one text for a wrong PIN and keeps what was typed", async () => {
    const made = await link({ telegram_id: someone() });
    const page = await submit(made.url, { pin: wrongPin(made.pin) });
    const html = await page.text();
    expect([page.status, page.headers.get("location")]).toEqual([200, null]);
    expect(html).toContain('role="alert"');
    expect(html).toContain(`value="${wrongPin(made.pin)}"`);
  });

  it("P-12 is one small document without script", async () => {
    const made = await link({ telegram_id: someone() });
    for (const language of ["ru", "en"]) {
      const html = await (await open(`${made.url}&lang=${language}`)).text();
      expect(new TextEncoder().encode(html).length).toBeLessThanOrEqual(3_000);
      // The one address is where the bot's name leads when it is pressed; nothing is loaded from anywhere.
      expect(html.match(/https?:[^"]*/g)).toEqual(["https://t.me/my_bot?start=login"]);
      expect(html).not.toMatch(/<script|<link|\ssrc=|url\(|@import|\son\w+=/i);
      expect(html).toContain('inputmode="numeric"');
    }
  });
});
