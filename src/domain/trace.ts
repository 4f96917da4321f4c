/** The decision trace as sentences a marketer can read, in Russian and English. Steps hold no values: the caller shows identifiers and persons as
 *  far as its reader may see them. Pure. */
import type { IdentifierType } from "./identifier.ts";
import type { Step } from "./identity/decision.ts";
import type { Ref } from "./identity/graph.ts";
import type { PersonId } from "../lib/ids.ts";

export type Locale = "ru" | "en";

export type Showing = {
  readonly locale: Locale;
  /** How an identifier's value is shown, e.g. "1001" or "••a3f". */
  readonly value: (ref: Ref) => string;
  readonly person: (id: PersonId) => string;
};

const NAMES: Readonly<Record<Locale, Readonly<Record<IdentifierType, string>>>> = {
  ru: {
    telegram_id: "Telegram",
    max_id: "MAX",
    vk_id: "VK",
    wa_id: "WhatsApp",
    gc_user_id: "ученик GetCourse",
    user_id: "пользователь сайта",
    person_id: "персона Metabot",
    player_id: "игрок",
    client_id: "клиент Salebot",
    lead_id: "лид Metabot",
    key: "сквозной ключ",
    email: "почта",
    phone: "телефон",
    click: "переход",
    clickid: "clickid",
    visitor: "cookie сайта",
  },
  en: {
    telegram_id: "Telegram",
    max_id: "MAX",
    vk_id: "VK",
    wa_id: "WhatsApp",
    gc_user_id: "GetCourse user",
    user_id: "site user",
    person_id: "Metabot person",
    player_id: "player",
    client_id: "Salebot client",
    lead_id: "Metabot lead",
    key: "key",
    email: "e-mail",
    phone: "phone",
    click: "click",
    clickid: "clickid",
    visitor: "site cookie",
  },
};

/** "почта ivan@mail.ru" */
export const nameIdentifier = (ref: Ref, showing: Pick<Showing, "locale" | "value">): string =>
  `${NAMES[showing.locale][ref.type]} ${showing.value(ref)}`.trim();

export const tellTrace = (steps: readonly Step[], showing: Showing): string[] => steps.map((step) => tellStep(step, showing));

export function tellStep(step: Step, showing: Showing): string {
  const say = (ru: string, en: string): string => (showing.locale === "ru" ? ru : en);
  const id = "ref" in step ? nameIdentifier(step.ref, showing) : "";
  const who = "person" in step ? showing.person(step.person) : "";
  switch (step.step) {
    case "found":
      return say(`${id} → ${who}`, `${id} → ${who}`);
    case "demoted": {
      const against = step.against && nameIdentifier(step.against, showing);
      const why = against ? say(`, но ${against} — другой человек`, `, but ${against} is another human`) : "";
      return say(`${id} принадлежит ${who}${why}: по нему не привязываем`, `${id} belongs to ${who}${why}: not bound by it`);
    }
    case "created":
      return say(`новый человек ${who} (${id})`, `new person ${who} (${id})`);
    case "attached":
      return say(`${id} добавлено`, `${id} added`);
    case "limit":
      return say(
        `${id} не добавлено: у человека уже есть другое значение`,
        `${id} not added: the person already has another value`,
      );
    case "taken":
      return say(`${id} занято (${who}) — не использовано`, `${id} is taken (${who}): not used`);
    case "shared":
      return say(`${id} общее с ${who}: только для источника`, `${id} is shared with ${who}: attribution only`);
    case "kept_apart":
      return say(`${id} у ${who}: решено не склеивать`, `${id} belongs to ${who}: kept apart by decision`);
    case "merged":
      return say(
        `${id}: ${showing.person(step.loser)} и ${showing.person(step.survivor)} — один человек`,
        `${id}: ${showing.person(step.loser)} and ${showing.person(step.survivor)} are one person`,
      );
    case "moved":
      return say(`${id} перешло от ${showing.person(step.from)}`, `${id} moved from ${showing.person(step.from)}`);
    case "detached":
      return say(`${id} отвязано`, `${id} detached`);
    case "referred_by":
      return say(
        `пришёл по ключу ${who}: это приглашение, не тот же человек`,
        `came with the key of ${who}: a referral, not the same person`,
      );
    case "contact_quarantined":
      return say(`${id}: заявлено тремя аккаунтами — в карантине`, `${id}: claimed by three accounts, quarantined`);
    case "quarantine_ignored":
      return say(`${id} в карантине — не использовано`, `${id} is quarantined: not used`);
    case "blocked":
      return say(`${id} заблокировано — не использовано`, `${id} is blocked: not used`);
    case "unknown_key":
      return say("сквозной ключ нам неизвестен — не использован", "the key is unknown to us: not used");
    case "erased":
      return say("человек удалён после этого события: событие отброшено", "the person was erased after this event: dropped");
    case "waits":
      return say("человека пока не знаем: событие ждёт", "the person is not known yet: the event waits");
    case "late":
      return say(
        `привязано через ${tellWait(step.waitedMs, "ru")} по ${id}`,
        `bound after ${tellWait(step.waitedMs, "en")} by ${id}`,
      );
    case "echo":
      return say("это повтор того, что записали мы сами", "this only repeats what we wrote ourselves");
    case "no_consent":
      return say(
        "согласие отозвано: сообщения и рекламные постбеки не отправляем",
        "consent withdrawn: no messages or ad postbacks",
      );
  }
}

/** Why an entry is on the card: by which identifier, and how long it had waited. */
export function tellWhy(ref: Ref, waitedMs: number, showing: Pick<Showing, "locale" | "value">): string {
  const id = nameIdentifier(ref, showing);
  if (waitedMs > 0) {
    return showing.locale === "ru"
      ? `привязано через ${tellWait(waitedMs, "ru")} по ${id}`
      : `bound after ${tellWait(waitedMs, "en")} by ${id}`;
  }
  return showing.locale === "ru" ? `по ${id}` : `by ${id}`;
}

export function tellWait(ms: number, locale: Locale): string {
  const [seconds, minutes, hours, days] = [1_000, 60_000, 3_600_000, 86_400_000].map((unit) => Math.floor(ms / unit));
  const [ru, en, n] = days
    ? ["дн", "d", days]
    : hours
      ? ["ч", "h", hours]
      : minutes
        ? ["мин", "min", minutes]
        : ["с", "s", seconds ?? 0];
  return `${n} ${locale === "ru" ? ru : en}`;
}
