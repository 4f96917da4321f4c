import { describe, expect, it } from "vitest";
import { checkLink } from "../../../src/domain/link/check.ts";
import { fillClick, withClickPlace } from "../../../src/domain/link/deep-link.ts";

const codes = (address: string): string[] =>
  checkLink(address).findings.map(({ code, parameter }) => `${code} ${parameter}`.trim());

describe("K-02 deep link limits", () => {
  it("fits a click into Telegram's 64 and MAX's 128 characters with room to spare", () => {
    expect(checkLink("https://t.me/my_bot?start={click}")).toMatchObject({ findings: [], payload: { length: 18, limit: 64 } });
    expect(checkLink("https://max.ru/my_bot?start={click}")).toMatchObject({ findings: [], payload: { length: 18, limit: 128 } });
  });

  it("says which payload a messenger would cut or refuse", () => {
    expect(codes(`https://t.me/my_bot?start=${"a".repeat(65)}`)).toEqual(["payload_too_long start"]);
    expect(codes(`https://max.ru/my_bot?start=${"a".repeat(65)}`)).toEqual([]);
    expect(codes("https://t.me/my_bot?start=привет")).toEqual(["payload_charset start"]);
    expect(codes("https://t.me/my_bot?start=vk&utm_source=vk&utm_campaign=spring")).toEqual(["extra_parameters utm_source"]);
    expect(codes("https://t.me/my_bot")).toEqual(["no_click_place start"]);
  });
});

describe("K-03 personal data in a link", () => {
  it.each([
    ["https://t.me/my_bot?start=79133912047", "phone_in_link start"],
    ["https://school.example/?email=ivan%40mail.ru&tl={click}", "email_in_link email"],
    ["https://school.example/?u=ivan@mail.ru&tl={click}", "email_in_link u"],
    ["https://school.example/?phone=8%20(900)%20111-22-33&tl={click}", "phone_in_link phone"],
    ["https://api.example/x?api_key=abc123&tl={click}", "token_in_link api_key"],
    ["https://api.example/x?a=123456789:AAHfiqksKZ8WmR2zSjiQ7_v4TMAKdiHm9T0&tl={click}", "token_in_link a"],
    ["https://school.example/#email=a@b.ru", "email_in_link email"],
    ["https://school.example/u/ivan@mail.ru/?tl={click}", "email_in_link"],
    [`https://t.me/my_bot?start=${btoa("ivan@mail.ru")}`, "email_in_link start"],
    [`https://t.me/my_bot?start=${btoa("79133912047").replaceAll("=", "")}`, "phone_in_link start"],
    ["https://school.example/?e=ivan%2540mail.ru&tl={click}", "email_in_link e"],
    ["https://school.example/c/89133912047?tl={click}", "phone_in_link"],
    ["https://school.example/#/route?phone=%2B380501234567&tl={click}", "phone_in_link phone"],
    ["https://school.example/?SecretKey=1&tl={click}", "token_in_link SecretKey"],
    ["https://school.example/?pwd=1&tl={click}", "token_in_link pwd"],
    ["https://school.example/?pin=482913&tl={click}", "token_in_link pin"],
    ["https://school.example/?h=Bearer%20abcdef&tl={click}", "token_in_link h"],
    ["https://user:pass@school.example/?tl={click}", "token_in_link login:password@"],
    ["https://gateway.example/webhook/bot/tok-1234567890", "token_in_link"],
    ["https://api.telegram.org/bot123456789:AAHfiqksKZ8WmR2zSjiQ7_v4TMAKdiHm9T0/sendMessage", "token_in_link"],
    ["https://chatter.salebot.pro/api/1234567890abcdef1234567890abcdef/callback", "token_in_link"],
  ])("finds it in %s", (address, finding) => {
    expect(codes(address)).toContain(finding);
    expect(checkLink(address).findings.find(({ code }) => finding.startsWith(code))?.level).toBe("error");
  });

  it.each([
    "https://school.example/?order=1234567890&tl={click}",
    "https://school.example/?t=1767225600&tl={click}",
    "https://school.example/?id=8001234567&telegram_id=912345678&tl={click}",
    "https://school.example/?date=20260301123000&key=k_1234567890123456789012&tl={click}",
    "https://wa.me/79001112233?text={click}",
    "https://api.whatsapp.com/send?phone=79001112233&text={click}",
    "https://school.example/?next=%2Flessons%3Fpage%3D2&tl={click}",
    "https://school.example/?tl={click}",
  ])("finds none in %s", (address) => expect(codes(address)).toEqual([]));
});

describe("parameters that run together", () => {
  it.each([
    ["https://t.me/my_bot?start={click}&amp;utm_source=vk", "broken_query &amp;"],
    ["https://school.example/?utm_source=vk&amp;utm_campaign=spring", "broken_query &amp;"],
    ["https://t.me/my_bot&start={click}", "broken_query &"],
    ["https://school.example/?tl={click}?utm_source=vk", "broken_query ?"],
    ["https://school.example/?utm_source=vk;utm_campaign=spring", "broken_query ;"],
    ["https://t.me/share/url?url=https://school.example/?a=1&utm_source=vk", "broken_query &"],
  ])("%s", (address, finding) => expect(codes(address)).toContain(finding));

  it("lets a nested address be", () => {
    expect(codes("https://t.me/share/url?url=https%3A%2F%2Fschool.example%2F%3Fa%3D1%26b%3D2&text=hi")).toEqual([]);
    expect(codes("https://school.example/?to=https%3A%2F%2Fa.example%2F%3Fx%3D1&tl={click}")).toEqual([]);
  });
});

describe("an address as people paste it", () => {
  it.each([
    ["t.me/my_bot?start={click}", "telegram", 64],
    ["tg://resolve?domain=my_bot&start={click}", "telegram", 64],
    ["https://t.me/my_bot/app?startapp={click}", "telegram", 512],
    ["www.max.ru/my_bot?start={click}", "max", 128],
  ])("%s is a link to %s with %i characters", (address, messenger, limit) => {
    expect(checkLink(address)).toMatchObject({ findings: [], messenger, payload: { length: 18, limit } });
  });
});

describe("a landing's address", () => {
  it("warns when the click rides on a parameter that browsers strip", () => {
    expect(codes("https://school.example/?clickid={click}")).toEqual(["stripped_parameters clickid"]);
    expect(codes("https://school.example/?subid={sub1}&tl={click}")).toEqual(["unresolved_macro subid"]);
  });

  it("warns about plain HTTP, no marks and no URL at all", () => {
    expect(codes("http://school.example/")).toEqual(["plain_http", "no_marks"]);
    expect(codes("школа")).toEqual(["not_a_url"]);
    expect(codes("javascript:alert(1)")).toEqual(["not_a_url"]);
  });
});

describe("building a link's address", () => {
  it.each([
    ["https://t.me/my_bot", "https://t.me/my_bot?start={click}"],
    ["https://t.me/my_bot?start=old", "https://t.me/my_bot?start={click}"],
    ["https://vk.me/club1", "https://vk.me/club1?ref={click}"],
    ["https://wa.me/79001112233?text=Привет", `https://wa.me/79001112233?text=${encodeURIComponent("Привет")}+({click})`],
    ["t.me/my_bot", "https://t.me/my_bot?start={click}"],
    ["tg://resolve?domain=my_bot", "https://t.me/my_bot?start={click}"],
    ["https://t.me/my_bot/app?startapp=old", "https://t.me/my_bot/app?startapp={click}"],
    ["https://wa.me/7900?text=a&x=1", "https://wa.me/7900?text=a+({click})&x=1"],
    ["https://school.example/land?a=1#top", "https://school.example/land?a=1&tl={click}#top"],
    ["https://offer.example/?sub1={click}", "https://offer.example/?sub1={click}"],
  ])("%s becomes %s", (address, to) => expect(withClickPlace(address)).toBe(to));

  it("fills the click in, plain or percent-encoded", () => {
    expect(fillClick("https://a.example/?x={click}&y=%7Bclick%7D", "c_1")).toBe("https://a.example/?x=c_1&y=c_1");
  });
});
