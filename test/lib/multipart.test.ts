import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseMultipart } from "../../src/lib/body/multipart.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const part = (name: string, value: string): string => `Content-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
const form = (parts: readonly string[], end = "--xx--\r\n"): string => parts.map((one) => `--xx\r\n${one}`).join("") + end;

describe("a multipart form", () => {
  it("is read field by field as it was sent, whatever a value holds", () => {
    const name = fc.stringMatching(/^[A-Za-zА-яё][\w.-]{0,15}$/u);
    const value = fc.string({ unit: "binary" }).map((text) => text.toWellFormed());
    fc.assert(
      fc.property(fc.uniqueArray(fc.tuple(name, value), { minLength: 1, maxLength: 8, selector: ([one]) => one }), (fields) => {
        fc.pre(fields.every(([, text]) => !text.includes("--xx")));
        const read = parseMultipart(bytes(form(fields.map(([key, text]) => part(key, text)))));
        expect(read).toEqual(fields);
      }),
    );
  });

  it.each([
    ["lines that end with a line feed alone", '--b\nContent-Disposition: form-data; name="a"\n\n1\n--b--\n', [["a", "1"]]],
    [
      "a file, by its name only",
      form(['Content-Disposition: form-data; name="f"; filename="a.txt"\r\n\r\nlong\r\n']),
      [["f", "a.txt"]],
    ],
    [
      "an end that was cut off",
      form([part("a", "1"), part("b", "2")], ""),
      [
        ["a", "1"],
        ["b", "2"],
      ],
    ],
    ["a last value that was cut off", '--xx\r\nContent-Disposition: form-data; name="a"\r\n\r\nhal', [["a", "hal"]]],
    ["an empty value", form([part("a", "")]), [["a", ""]]],
    ["a name in brackets", form([part("user[id]", "7")]), [["user.id", "7"]]],
    ["a part without a name", form(["Content-Disposition: form-data\r\n\r\nx\r\n", part("a", "1")]), [["a", "1"]]],
    ["a name that objects have a meaning for", form([part("__proto__", "x"), part("a", "1")]), [["a", "1"]]],
    ["a part without a value", form(["Content-Disposition: form-data; name=a\r\n", part("b", "1")]), [["b", "1"]]],
    ["a delimiter at the very end", '--xx\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--xx', [["a", "1"]]],
    ["a name without quotes", "--xx\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n--xx--", [["a", "1"]]],
  ])("with %s is read as far as it goes", (_, body, expected) => {
    expect(parseMultipart(bytes(body))).toEqual(expected);
  });

  it.each(["", "a=1", '{"a":1}', "--xx", "--xx\r\nno header\r\n--xx--"])("%j is none", (body) => {
    expect(parseMultipart(bytes(body))).toBeNull();
  });

  it("ends on any bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (tail) => {
        const head = bytes('--xx\r\nContent-Disposition: form-data; name="a"\r\n\r\n');
        expect(parseMultipart(new Uint8Array([...head, ...tail]))).not.toBeNull();
      }),
    );
  });
});
