import { describe, expect, it } from "vitest";
import { brokenLine, lineOf } from "../../src/console/line-of.ts";

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

describe("the line on which a text stops being JSON", () => {
  it.each([
    ["a comma too many", '{\n "a": 1,\n}\n', 3],
    ["a comma too few", '{\n "a": 1\n "b": 2\n}', 3],
    ["a comment", '{\n "a": 1, // one\n "b": [\n 2\n ]\n}', 2],
    ["a comment before all", "// all\n{\n}", 1],
    ["quotation marks of a text processor", '{\n "a": {\n  "b": “c”\n }\n}\n', 3],
    ["a word without any", '{\n "a": [1,\n  two\n ]\n}\n', 3],
    ["an end that comes too soon", '{\n "a": 1\n', 3],
    ["a bracket too many", "{}\n}\n", 2],
  ])("%s", (_name, text, line) => {
    expect(brokenLine(text)).toBe(line);
  });

  it("is none where it is JSON", () => {
    expect(brokenLine("[]\n")).toBeNull();
  });
});
