import { describe, expect, it } from "vitest";
import { link } from "../../../src/domain/config/document.ts";
import { NO_ORIGIN, costLabel, originLabel } from "../../../src/domain/funnel/origin.ts";
import { readUtm } from "../../../src/domain/normalise/utm.ts";

describe("what a link costs", () => {
  it.each([
    ["letters in another form of Unicode", "Май".normalize("NFD")],
    ["a space that does not break", "чёрная\u00a0пятница"],
    ["a hyphen nobody sees", "чёр\u00adная"],
    ["an address", "от ИВАН@mail.ru"],
    ["a macro that nobody fills in", "{campaign}"],
    ["a word for nothing", "null"],
  ])("stands on the line of its clicks, whatever its mark: %s", (_, mark) => {
    const marks = { utm_source: "VK", utm_campaign: mark, utm_content: mark };
    const links = new Map([["vk1", link.parse({ to: "https://t.me/my_bot", ...marks })]]);
    const read = readUtm(mark);
    const value = read.ok ? read.value : null;
    const clicked = { ...NO_ORIGIN, link: "vk1", source: "vk", campaign: value, content: value };
    for (const by of ["source", "campaign", "content", "link"] as const)
      expect(costLabel(by, "vk1", links), by).toBe(originLabel(by, clicked, links));
  });
});

it("a touch that names its content alone has its link's source", () => {
  const links = new Map([["vk1", link.parse({ to: "https://t.me/my_bot", utm_source: "VK", utm_campaign: "spring" })]]);
  expect(originLabel("source", { ...NO_ORIGIN, link: "vk1", content: "banner" }, links)).toBe("vk / spring");
});
