import { describe, expect, it } from "vitest";
import { type Env, settingsOf } from "../src/env.ts";
import { bindings } from "./kit/bindings.ts";

const KEYS = { ADMIN_TOKEN: "a".repeat(24), SEAL_KEY: "s".repeat(32) };
const given = (changes: Partial<Env>): Env => ({
  ...bindings,
  LOCAL_MODE: "0",
  PUBLIC_URL: "https://go.example",
  LOG_LEVEL: "info",
  ...KEYS,
  ...changes,
});
const mistake = (changes: Partial<Env>): string | null => {
  try {
    settingsOf(given(changes));
    return null;
  } catch (failure) {
    return String(failure);
  }
};

describe("settings", () => {
  it.each<readonly [Partial<Env>, string | null]>([
    [{}, null],
    [{ ADMIN_TOKEN: "" }, "ADMIN_TOKEN is not set"],
    [{ SEAL_KEY: "" }, "SEAL_KEY is not set"],
    [{ ADMIN_TOKEN: "a".repeat(23) }, "ADMIN_TOKEN is shorter than 24 characters"],
    [{ SEAL_KEY: "s".repeat(31) }, "SEAL_KEY is shorter than 32 characters"],
    [{ ADMIN_TOKEN: "short", SEAL_KEY: "short", LOCAL_MODE: "1" }, null],
    [{ ADMIN_TOKEN: "", LOCAL_MODE: "1" }, "ADMIN_TOKEN is not set"],
    [{ PUBLIC_URL: "go.example" }, "PUBLIC_URL is not an http(s) origin"],
    [{ PUBLIC_URL: "ftp://go.example" }, "PUBLIC_URL is not an http(s) origin"],
    [{ PUBLIC_URL: "javascript:alert(1)" }, "PUBLIC_URL is not an http(s) origin"],
    [{ LOG_LEVEL: "loud" }, "LOG_LEVEL is not one of debug, info, warn, error"],
    [{ LOG_LEVEL: "" }, "LOG_LEVEL is not one of debug, info, warn, error"],
  ])("%j → %s", (changes, told) => {
    expect(mistake(changes)).toBe(told === null ? null : `Error: settings: ${told}`);
  });

  it("tell every mistake at once and never a value", () => {
    const told = mistake({ ADMIN_TOKEN: "hunter2", SEAL_KEY: "hunter3", PUBLIC_URL: "hunter4", LOG_LEVEL: "hunter5" });
    expect(told?.split("; ")).toHaveLength(4);
    expect(told).not.toContain("hunter");
  });

  it.each([
    ["https://go.example/", "https://go.example"],
    ["https://go.example:443", "https://go.example"],
    ["http://127.0.0.1:8787/x?y", "http://127.0.0.1:8787"],
    ["", null],
  ])("the public address %s is the origin %s", (PUBLIC_URL, origin) => {
    expect(settingsOf(given({ PUBLIC_URL })).publicUrl).toBe(origin);
  });

  it("a secret is a text of that very name that says something", () => {
    const withSecrets = { ...given({}), BOT_KEY: "key", EMPTY: "" };
    const { secret } = settingsOf(withSecrets);
    expect(["BOT_KEY", "EMPTY", "DB", "toString", "__proto__"].map(secret)).toEqual(["key", null, null, null, null]);
  });
});
