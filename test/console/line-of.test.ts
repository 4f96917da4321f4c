import { describe, expect, it } from "vitest";
import { lineOf } from "../../src/console/line-of.ts";

describe("the line of a mistake", () => {
  const text = JSON.stringify(
    {
      links: { a: { to: "x", costs: [{ day: "1" }, { day: "2" }] }, "b.c": { to: 'a "to": {[,' } },
      rules: [
        { on: "sale", do: [{ to: "out" }] },
        { on: "sale", do: [{ to: "out" }, { to: "gone" }], if: { "event.type": 1 } },
      ],
    },
    null,
    2,
  );
  const lines = text.split("\n");

  it.each([
    ["rules.1.do.1.to", '"to": "gone"'],
    ["rules[1].do[1].to", '"to": "gone"'],
    ["rules.1.if.event.type", '"event.type"'],
    ["links.a.costs.1.day", '"day": "2"'],
    ["links.b.c.to", "a "],
    ["links.a.to", '"to": "x"'],
    ["links", '"links"'],
  ])("%s is the one it stands on", (path, stands) => {
    const told = lineOf(text, path) ?? 0;
    expect(lines[told - 1]).toContain(stands);
  });

  it("of what is missing is its owner's", () => {
    expect(lineOf(text, "links.a.costs.1.amount")).toBe(lines.findIndex((line) => line.includes('"day": "2"')));
  });

  it("is told for a rule that is edited alone, and not at all for what is in no text", () => {
    expect(lineOf('{\n "on": "sale",\n "do": [\n  { "to": "a" },\n  { "to": "b" }\n ]\n}', "rules.7.do.1.to")).toBe(5);
    expect([lineOf(text, ""), lineOf(text, "workspace.name"), lineOf("{", "rules.0.on"), lineOf("", "on")]).toEqual([
      null,
      null,
      null,
      null,
    ]);
  });
});
