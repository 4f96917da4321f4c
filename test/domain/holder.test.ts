import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Connection } from "../../src/domain/config.ts";
import { connection } from "../../src/domain/config/connections.ts";
import { readIdentities } from "../../src/domain/holder.ts";
import { readIdentifierValue } from "../../src/domain/normalise/identifier.ts";

const bot: Connection = { ...connection.parse({ kind: "salebot", project: "294495" }), id: "bot" };
const read = (fields: Readonly<Record<string, unknown>>) => readIdentities(bot, fields).map(({ type, value }) => [type, value]);

describe("an account that a bot names at the login", () => {
  it("is the account of its events, however a script wrote the number", () => {
    expect(read({ telegram_id: "1001.0", client_id: " 55\u200B7 " })).toEqual([
      ["telegram_id", "1001"],
      ["client_id", "557"],
    ]);
    expect(read({ telegram_id: 1001, vk_id: "7.0" })).toEqual([
      ["telegram_id", "1001"],
      ["vk_id", "7"],
    ]);
  });

  it("is read exactly as at the door, whatever is sent", () => {
    const text = fc.oneof(
      fc.string(),
      fc.stringMatching(/^[ \u00A0\u200B]?\d{1,18}(\.0)?$/),
      fc.constantFrom("null", "guest", "{id}", "%7Bid%7D", "-100123"),
    );
    fc.assert(
      fc.property(text, fc.constantFrom("telegram_id" as const, "client_id" as const), (value, type) => {
        expect(read({ [type]: value })).toEqual(
          readIdentifierValue(type, value) === null ? [] : [[type, readIdentifierValue(type, value)]],
        );
      }),
    );
  });

  it("is none when it is a group, a word for nothing, a macro that nobody filled in, or no text", () => {
    for (const telegram_id of ["-1001", "0", "null", "undefined", "#{platform_id}", "[ID]", "%7Bid%7D", "", true, {}, null]) {
      expect(read({ telegram_id })).toEqual([]);
    }
  });

  it("is the chat's when no better one is given", () => {
    expect(read({ chat_id: "1001" })).toEqual([["telegram_id", "1001"]]);
    expect(read({ telegram_id: "1002", chat_id: "1001" })).toEqual([["telegram_id", "1002"]]);
  });
});
