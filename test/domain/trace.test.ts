import { expect, it } from "vitest";
import type { IdentifierType } from "../../src/domain/identifier.ts";
import { type Showing, tellTrace, tellWait, tellWhy } from "../../src/domain/trace.ts";
import { newWorld } from "../kit/people.ts";

const showing = (locale: "ru" | "en"): Showing => ({
  locale,
  value: ({ hash }) => hash.split("|").at(-1) ?? hash,
  person: (id) => id,
});

it("a refused e-mail is explained in both languages", () => {
  const world = newWorld();
  world.in({ tg: 1, email: "x@x.ru" });
  const { trace } = world.in({ tg: 2, email: "x@x.ru" });
  expect(tellTrace(trace, showing("ru"))).toContain(
    "не добавили: почта x@x.ru — владелец per_0001. Если это один человек, решите это в «Проблемах»",
  );
  expect(tellTrace(trace, showing("en"))).toContain(
    "not added: e-mail x@x.ru belongs to per_0001. If that is the same human, decide so under Problems",
  );
});

it("two who are called alike by now are named once", () => {
  const world = newWorld();
  world.in({ gc: 7 });
  world.in({ tg: 1, email: "x@x.ru" });
  const { trace } = world.in({ gc: 7, email: "x@x.ru" });
  const told = (locale: "ru" | "en"): string[] => tellTrace(trace, { ...showing(locale), person: () => "TG 1" });
  expect(told("ru")).toContain("один человек: TG 1 — общее: почта x@x.ru");
  expect(told("en")).toContain("one person: TG 1, joined by e-mail x@x.ru");
});

it("a late event says how long it waited and for what", () => {
  const world = newWorld();
  world.in({ clickid: "CHX@chat" }, "payment", 0);
  world.in({ tg: 1, clickid: "CHX@chat" }, "identify", 300_000);
  expect(tellTrace(world.bound.at(-1)?.trace ?? [], showing("ru"))).toContain("привязано через 5 мин по clickid CHX");
});

it("waits are told in their largest whole unit", () => {
  expect([0, 59_000, 300_000, 7_200_000, 3 * 86_400_000].map((ms) => tellWait(ms, "en"))).toEqual([
    "0 s",
    "59 s",
    "5 min",
    "2 h",
    "3 d",
  ]);
  expect(tellWhy({ type: "telegram_id", scope: "", hash: "1" }, 0, showing("en"))).toBe("by Telegram 1");
});

it("says by what an entry was found in the case that Russian asks for", () => {
  const by = (type: IdentifierType, locale: "ru" | "en" = "ru") => tellWhy({ type, scope: "", hash: "7" }, 0, showing(locale));
  expect(by("email")).toBe("по почте 7");
  expect(by("phone")).toBe("по телефону 7");
  expect(by("click")).toBe("по переходу 7");
  expect(by("player_id")).toBe("по игроку 7");
  expect(by("telegram_id")).toBe("по Telegram 7");
  expect(by("click", "en")).toBe("by click 7");
  expect(tellWhy({ type: "clickid", scope: "chat", hash: "CHX" }, 300_000, showing("ru"))).toBe(
    "привязано через 5 мин по clickid CHX",
  );
  expect(tellWhy({ type: "email", scope: "", hash: "x@x.ru" }, 300_000, showing("ru"))).toBe(
    "привязано через 5 мин по почте x@x.ru",
  );
});
