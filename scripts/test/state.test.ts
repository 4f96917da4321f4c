import { mkdtempSync, readFileSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { StateInUse, completeSecrets, takeState } from "../local/state.ts";

const newDirectory = (): string => mkdtempSync(join(tmpdir(), "throughline-test-"));

describe("the state directory", () => {
  it("is served by one server at a time, and the refusal names it", () => {
    const directory = newDirectory();
    const first = takeState(directory, { url: "http://127.0.0.1:8787" });
    expect(() => takeState(directory, { url: "http://127.0.0.1:8788" })).toThrow(StateInUse);
    expect(() => takeState(directory, { url: "http://127.0.0.1:8788" })).toThrow("http://127.0.0.1:8787");
    first.release();
    takeState(directory, { url: "http://127.0.0.1:8788" }).release();
  });

  it("keeps the secrets that nobody gave, for the owner's eyes only", () => {
    const directory = newDirectory();
    const made = completeSecrets(directory, { OTHER: "x" });
    expect(made["ADMIN_TOKEN"]?.length).toBeGreaterThanOrEqual(24);
    expect(made["SEAL_KEY"]?.length).toBeGreaterThanOrEqual(32);
    expect(made["OTHER"]).toBe("x");
    expect(completeSecrets(directory, {})["SEAL_KEY"]).toBe(made["SEAL_KEY"]);
    expect(statSync(join(directory, "secrets.env")).mode & 0o777).toBe(0o600);
  });

  it("prefers a given secret and writes it nowhere", () => {
    const directory = newDirectory();
    const given = "a-token-that-was-given-by-hand";
    expect(completeSecrets(directory, { ADMIN_TOKEN: given })["ADMIN_TOKEN"]).toBe(given);
    expect(readFileSync(join(directory, "secrets.env"), "utf8")).not.toContain(given);
  });
});
