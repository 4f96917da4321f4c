/** Which texts a pseudonymous workspace does not keep: those that hold a contact. */
import { describe, expect, it } from "vitest";
import { holdsContact } from "../../../src/flows/bind/hash-claim.ts";

describe("a text holds a contact", () => {
  it.each(["anna@school.example", "пишите на a@b.ru!", "a@b@c.ru", "+7 (999) 111-22-33", "я anna"])("%s", (text) => {
    expect(holdsContact(text, ["anna"])).toBe(true);
  });

  it.each(["a @ b.ru", "@channel.", "50@100", "12 345"])("not in %s", (text) => {
    expect(holdsContact(text, ["anna"])).toBe(false);
  });

  it.each([
    ["one word", "x".repeat(40_000)],
    ["the beginnings of many addresses", "a@".repeat(1_000)],
  ])("is told at once of %s", async (_, text) => {
    const began = performance.now();
    expect(holdsContact(text)).toBe(false);
    await scheduler.wait(1);
    expect(performance.now() - began).toBeLessThan(500);
  });
});
