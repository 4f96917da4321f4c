import { describe, expect, it } from "vitest";
import type { IdentifierType } from "../../src/domain/identifier.ts";
import type { Step } from "../../src/domain/identity/decision.ts";
import {
  type Showing,
  personsOf,
  refsOf,
  tellStep,
  tellStrayStart,
  tellTrace,
  tellWait,
  tellWhy,
} from "../../src/domain/trace.ts";
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

describe("every step of a decision", () => {
  const mail = { type: "email", scope: "", hash: "a@b.ru" } as const;
  const click = { type: "click", scope: "", hash: "c_1" } as const;
  it.each<readonly [Step, string, string]>([
    [
      { step: "found", ref: mail, person: "per_1" },
      "человек найден: per_1 (почта a@b.ru)",
      "person found: per_1 (e-mail a@b.ru)",
    ],
    [
      { step: "demoted", ref: click, person: "per_1", against: mail },
      "переход c_1: владелец — per_1, но почта a@b.ru — другой человек; событие не его",
      "click c_1: its owner is per_1, but e-mail a@b.ru is another human; the event is not theirs",
    ],
    [
      { step: "demoted", ref: click, person: "per_1", against: null },
      "переход c_1: владелец — per_1; событие не его",
      "click c_1: its owner is per_1; the event is not theirs",
    ],
    [
      { step: "created", person: "per_1", ref: mail },
      "никого не нашли: новый человек (почта a@b.ru)",
      "nobody found: a new person (e-mail a@b.ru)",
    ],
    [{ step: "attached", ref: mail }, "добавили: почта a@b.ru", "added: e-mail a@b.ru"],
    [
      { step: "limit", ref: mail },
      "не добавили: почта a@b.ru — больше таких значений у одного человека быть не может",
      "not added: e-mail a@b.ru; one person may have no more values of this kind",
    ],
    [
      { step: "shared", ref: click, person: "per_1" },
      "переход c_1: принадлежит другому человеку (per_1), учли только как источник",
      "click c_1: belongs to another person (per_1), counted as the source only",
    ],
    [
      { step: "shared", ref: { ...click, type: "visitor" }, person: "per_1" },
      "cookie сайта c_1: принадлежит другому человеку (per_1), людей не склеили",
      "site cookie c_1: belongs to another person (per_1), the two were not joined",
    ],
    [
      { step: "kept_apart", ref: mail, person: "per_1" },
      "не добавили: почта a@b.ru — владелец per_1, решено не склеивать",
      "not added: e-mail a@b.ru belongs to per_1, kept apart by decision",
    ],
    [
      { step: "merged", ref: mail, survivor: "per_1", loser: "per_2" },
      "один человек: per_1 и per_2 — общее: почта a@b.ru",
      "one person: per_1 and per_2, joined by e-mail a@b.ru",
    ],
    [
      { step: "moved", ref: click, from: "per_2" },
      "перенесли этому человеку: переход c_1, прежний владелец — per_2",
      "moved to this person: click c_1, former owner per_2",
    ],
    [{ step: "detached", ref: mail }, "отвязали: почта a@b.ru", "detached: e-mail a@b.ru"],
    [
      { step: "referred_by", person: "per_2" },
      "сквозной ключ чужой (per_2): это приглашение, не тот же человек",
      "the key is another person's (per_2): a referral, not the same person",
    ],
    [
      { step: "contact_quarantined", ref: mail },
      "почта a@b.ru: заявляют три аккаунта — в карантине, пока вы не решите, чей это контакт",
      "e-mail a@b.ru: claimed by three accounts, quarantined until you decide whose it is",
    ],
    [
      { step: "quarantine_ignored", ref: mail },
      "не использовали: почта a@b.ru — в карантине",
      "not used: e-mail a@b.ru is quarantined",
    ],
    [
      { step: "blocked", ref: mail },
      "не использовали: почта a@b.ru — значение заблокировано",
      "not used: e-mail a@b.ru is a blocked value",
    ],
    [
      { step: "unknown_key" },
      "не использовали сквозной ключ: такого человека у нас нет — ключ не наш, или его владелец удалён",
      "the key was not used: nobody has it; it is none of ours, or its owner was erased",
    ],
    [
      { step: "erased" },
      "человек удалён после этого события: событие отброшено",
      "the person was erased after this event: dropped",
    ],
    [
      { step: "waits", refs: [mail, click] },
      "пока ни у кого нет: почта a@b.ru, переход c_1 — событие ждёт своего человека",
      "nobody has e-mail a@b.ru, click c_1 yet: the event waits for its person",
    ],
    [{ step: "waits", refs: [] }, "по этим данным человека не узнать", "nothing here tells who it is"],
    [{ step: "waits" }, "по этим данным человека не узнать", "nothing here tells who it is"],
    [{ step: "late", ref: mail, waitedMs: 7_200_000 }, "привязано через 2 ч по почте a@b.ru", "bound after 2 h by e-mail a@b.ru"],
    [{ step: "echo" }, "это повтор того, что записали мы сами", "this only repeats what we wrote ourselves"],
    [
      { step: "no_consent" },
      "согласие отозвано: сообщения и рекламные постбеки не отправляем",
      "consent withdrawn: no messages or ad postbacks",
    ],
  ])("%j is told in Russian and in English", (step, ru, en) => {
    expect([tellStep(step, showing("ru")), tellStep(step, showing("en"))]).toEqual([ru, en]);
  });

  it("names the people and identifiers that must be looked up to tell it", () => {
    const steps: Step[] = [
      { step: "merged", ref: mail, survivor: "per_1", loser: "per_2" },
      { step: "moved", ref: click, from: "per_3" },
      { step: "found", ref: mail, person: "per_4" },
      { step: "demoted", ref: click, person: "per_5", against: mail },
      { step: "waits", refs: [mail, click] },
      { step: "waits" },
      { step: "echo" },
    ];
    expect(steps.map(personsOf)).toEqual([["per_1", "per_2"], ["per_3"], ["per_4"], ["per_5"], [], [], []]);
    expect(steps.map(refsOf)).toEqual([[mail], [click], [mail], [click, mail], [mail, click], [], []]);
  });
});

describe("a start whose payload is of no link", () => {
  const start = { type: "bot_start", start: "spring", utm: {}, link: null };
  it("is told in both languages", () => {
    expect(tellStrayStart(start, [], "ru")).toBe("метка spring не из ссылки шлюза, источник — (без метки): создайте ссылку");
    expect(tellStrayStart(start, [], "en")).toBe(
      "the payload spring is of no gateway link, so the source is unmarked: create a link",
    );
  });

  it.each([
    ["another event", { ...start, type: "message" }, []],
    ["a start without a payload", { ...start, start: " " }, []],
    ["the word of our own page", { ...start, start: "login" }, []],
    ["the masked token of a login", { ...start, start: "in_••••" }, []],
    ["a start with a campaign", { ...start, utm: { source: "vk" } }, []],
    ["a start by a link", { ...start, link: "vk1" }, []],
    ["a start by a click", start, [{ step: "attached", ref: { type: "click", scope: "", hash: "c_1" } }]],
  ] as const)("%s is none", (_, event, steps) => {
    expect(tellStrayStart(event, steps, "ru")).toBeNull();
  });
});
