import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { StateInUse, StateUnusable, completeSecrets, takeState } from "../local/state.ts";

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

  it("loses nothing of what else stands in it", () => {
    const directory = newDirectory();
    const theirs = join(directory, "tmp", "letter.txt");
    mkdirSync(join(directory, "tmp"));
    writeFileSync(theirs, "somebody's");
    takeState(directory, { url: "http://127.0.0.1:8787" }).release();
    expect(existsSync(theirs)).toBe(true);
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

  it("that is a file, or whose lock or database is none, is refused by name and left as it is", () => {
    const directory = newDirectory();
    const owner = { url: "http://127.0.0.1:8787" };
    const file = join(directory, "file");
    writeFileSync(file, "x");
    expect(() => takeState(file, owner)).toThrow(StateUnusable);
    const lock = join(directory, "lock.sqlite");
    writeFileSync(lock, "a text of somebody else's, longer than the header of a database, is no lock of ours");
    expect(() => takeState(directory, owner)).toThrow(StateUnusable);
    rmSync(lock);
    const databases = join(directory, "storage", "d1");
    mkdirSync(databases, { recursive: true });
    writeFileSync(join(databases, "empty.sqlite"), "");
    takeState(directory, owner).release();
    writeFileSync(join(databases, "torn.sqlite"), "\0\0 torn");
    expect(() => takeState(directory, owner)).toThrow("storage/d1/torn.sqlite");
    expect(readFileSync(join(databases, "torn.sqlite"), "utf8")).toBe("\0\0 torn");
    expect(existsSync(join(directory, "server.json"))).toBe(false);
  });

  it("is served under no other SEAL_KEY than the one it began with, whether that one was given or made", () => {
    const given = { SEAL_KEY: "a-seal-key-that-was-given-by-hand-0000" };
    const ofGiven = newDirectory();
    completeSecrets(ofGiven, given);
    expect(() => completeSecrets(ofGiven, {})).toThrow(StateUnusable);
    expect(() => completeSecrets(ofGiven, { SEAL_KEY: "another-seal-key-0000000000000000000" })).toThrow("SEAL_KEY");
    expect(completeSecrets(ofGiven, given)["SEAL_KEY"]).toBe(given.SEAL_KEY);
    const ofMade = newDirectory();
    completeSecrets(ofMade, {});
    rmSync(join(ofMade, "secrets.env"));
    expect(() => completeSecrets(ofMade, {})).toThrow(StateUnusable);
    expect(existsSync(join(ofMade, "secrets.env"))).toBe(false);
  });

  it("is served under a rotated SEAL_KEY, as long as the one it began with is the last", () => {
    const directory = newDirectory();
    completeSecrets(directory, { SEAL_KEY: "the-first-key-000000000000000000000" });
    for (const SEAL_KEY of [
      "1:the-first-key-000000000000000000000",
      "2:a-second-key-0000000000000000000000,1:the-first-key-000000000000000000000",
      "2:a-second-key-0000000000000000000000, the-first-key-000000000000000000000",
    ])
      expect(completeSecrets(directory, { SEAL_KEY })["SEAL_KEY"]).toBe(SEAL_KEY);
    expect(() => completeSecrets(directory, { SEAL_KEY: "2:a-second-key-0000000000000000000000" })).toThrow("SEAL_KEY");
  });

  it("of an older version takes the key it is given, and makes none where something is sealed already", () => {
    const directory = newDirectory();
    mkdirSync(join(directory, "storage"));
    expect(() => completeSecrets(directory, {})).toThrow(StateUnusable);
    const given = { SEAL_KEY: "a-seal-key-that-was-given-by-hand-0000" };
    expect(completeSecrets(directory, given)["SEAL_KEY"]).toBe(given.SEAL_KEY);
  });

  it("prefers a given secret and writes it nowhere", () => {
    const directory = newDirectory();
    const given = "a-token-that-was-given-by-hand";
    expect(completeSecrets(directory, { ADMIN_TOKEN: given })["ADMIN_TOKEN"]).toBe(given);
    expect(readFileSync(join(directory, "secrets.env"), "utf8")).not.toContain(given);
  });
});
