import { describe, expect, it } from "vitest";
import { UsageError, parseOptions } from "../local/options.ts";
import { parseVars } from "../local/vars.ts";

describe("the command line", () => {
  it("is the demonstration without options", () => {
    expect(parseOptions([])).toEqual({ port: 8787, stateDirectory: ".data", varsFile: null, play: "story", help: false });
  });

  it.each([
    ["--port", "9000"],
    ["--state", "s"],
    ["--vars", "v"],
  ])("serves the Worker alone with %s", (...args) => {
    expect(parseOptions(args).play).toBe("nothing");
  });

  it("plays on another port when the demonstration is asked for by name", () => {
    expect(parseOptions(["--demo", "--port", "9000"])).toMatchObject({ port: 9000, play: "story" });
    expect(parseOptions(["--once", "--state", "s"])).toMatchObject({ stateDirectory: "s", play: "story once" });
  });

  it.each([
    ["--prot", "1"],
    ["--port", "0"],
    ["--port", "70000"],
    ["--port", "x"],
    ["--port"],
    ["extra"],
    ["--state", ""],
    ["--vars="],
  ])("refuses %s", (...args) => {
    expect(() => parseOptions(args)).toThrow(UsageError);
  });
});

describe("a file of vars", () => {
  it("takes comments, blank lines, quotes, export and values with = and #", () => {
    const text = [
      "\uFEFF# secrets",
      "",
      "A=1",
      "export B = two words ",
      'C="with # and \\"quotes\\"" # a comment',
      "D='single \\n stays'",
      "E=whsec_ab+/c==",
      "F=x#y # z",
      'G="two\\nlines"',
      "H=",
    ].join("\r\n");
    expect(parseVars(text, "file")).toEqual({
      A: "1",
      B: "two words",
      C: 'with # and "quotes"',
      D: "single \\n stays",
      E: "whsec_ab+/c==",
      F: "x#y",
      G: "two\nlines",
      H: "",
    });
  });

  it.each(["nonsense", 'B="not closed', "B='not closed # \"", 'B="closed" and more'])(
    "names the line that is none of these: %s",
    (line) => {
      expect(() => parseVars(`A=1\n${line}`, "secrets.env")).toThrow("secrets.env:2");
    },
  );

  it("refuses a name that stands there with two values: nobody can tell which was meant", () => {
    expect(() => parseVars("A=1\nB=2\n\nexport A=3", "secrets.env")).toThrow(
      new UsageError("secrets.env:4: A was given another value above"),
    );
    expect(parseVars("A=1\nA='1'", "secrets.env")).toEqual({ A: "1" });
  });
});
