/** The decision trace as sentences a marketer can read, in Russian and English. Steps hold no values: the caller shows identifiers and persons as
 *  far as its reader may see them. Pure. */
import type { NewEvent } from "./event.ts";
import type { IdentifierType } from "./identifier.ts";
import type { Step } from "./identity/decision.ts";
import type { Ref } from "./identity/graph.ts";
import { LOGIN_START } from "./login-url.ts";
import type { PersonId } from "../lib/ids.ts";
import { MASK } from "../lib/mask.ts";

/** The languages of every text for operators; visitors' pages have the same two (`ui/copy.ts`). */
export type Locale = "ru" | "en";

/** Lent by the caller, because only it knows whether its reader may see values. */
export type Showing = {
  readonly locale: Locale;
  /** How an identifier's value is shown, e.g. "1001" or "••a3f". */
  readonly value: (ref: Ref) => string;
  readonly person: (id: PersonId) => string;
};

/** What an operator calls each type, as a subject of a sentence. */
export const IDENTIFIER_NAMES: Readonly<Record<Locale, Readonly<Record<IdentifierType, string>>>> = {
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

/** After «по»; a name that is not here does not change. */
const BY_NAMES: Readonly<Partial<Record<IdentifierType, string>>> = {
  gc_user_id: "ученику GetCourse",
  user_id: "пользователю сайта",
  person_id: "персоне Metabot",
  player_id: "игроку",
  client_id: "клиенту Salebot",
  lead_id: "лиду Metabot",
  key: "сквозному ключу",
  email: "почте",
  phone: "телефону",
  click: "переходу",
};

/** "почта ivan@mail.ru" */
const nameIdentifier = (ref: Ref, showing: Pick<Showing, "locale" | "value">): string =>
  `${IDENTIFIER_NAMES[showing.locale][ref.type]} ${showing.value(ref)}`.trim();

/** The people a step speaks of. */
export function personsOf(step: Step): PersonId[] {
  if (step.step === "merged") return [step.survivor, step.loser];
  if (step.step === "moved") return [step.from];
  return "person" in step ? [step.person] : [];
}

/** The identifiers a step speaks of. */
export function refsOf(step: Step): Ref[] {
  const others = step.step === "waits" ? (step.refs ?? []) : step.step === "demoted" && step.against ? [step.against] : [];
  return "ref" in step ? [step.ref, ...others] : [...others];
}

/** In the order of the decision; one sentence a step. */
export const tellTrace = (steps: readonly Step[], showing: Showing): string[] => steps.map((step) => tellStep(step, showing));

/** One sentence; exhaustive, so a new step without words does not compile. */
export function tellStep(step: Step, showing: Showing): string {
  const say = (ru: string, en: string): string => (showing.locale === "ru" ? ru : en);
  const id = "ref" in step ? nameIdentifier(step.ref, showing) : "";
  const who = "person" in step ? showing.person(step.person) : "";
  const both = step.step === "merged" ? [...new Set([step.survivor, step.loser].map(showing.person))] : [];
  switch (step.step) {
    case "found":
      return say(`человек найден: ${who} (${id})`, `person found: ${who} (${id})`);
    case "demoted": {
      const against = step.against && nameIdentifier(step.against, showing);
      const why = against ? say(`, но ${against} — другой человек`, `, but ${against} is another human`) : "";
      return say(`${id}: владелец — ${who}${why}; событие не его`, `${id}: its owner is ${who}${why}; the event is not theirs`);
    }
    case "created":
      return say(`никого не нашли: новый человек (${id})`, `nobody found: a new person (${id})`);
    case "attached":
      return say(`добавили: ${id}`, `added: ${id}`);
    case "limit":
      return say(
        `не добавили: ${id} — больше таких значений у одного человека быть не может`,
        `not added: ${id}; one person may have no more values of this kind`,
      );
    case "taken":
      return say(
        `не добавили: ${id} — владелец ${who}. Если это один человек, решите это в «Проблемах»`,
        `not added: ${id} belongs to ${who}. If that is the same human, decide so under Problems`,
      );
    // Only a click has a campaign to lend.
    case "shared":
      return step.ref.type === "click"
        ? say(
            `${id}: принадлежит другому человеку (${who}), учли только как источник`,
            `${id}: belongs to another person (${who}), counted as the source only`,
          )
        : say(
            `${id}: принадлежит другому человеку (${who}), людей не склеили`,
            `${id}: belongs to another person (${who}), the two were not joined`,
          );
    case "kept_apart":
      return say(
        `не добавили: ${id} — владелец ${who}, решено не склеивать`,
        `not added: ${id} belongs to ${who}, kept apart by decision`,
      );
    case "merged":
      return say(`один человек: ${both.join(" и ")} — общее: ${id}`, `one person: ${both.join(" and ")}, joined by ${id}`);
    case "moved":
      return say(
        `перенесли этому человеку: ${id}, прежний владелец — ${showing.person(step.from)}`,
        `moved to this person: ${id}, former owner ${showing.person(step.from)}`,
      );
    case "detached":
      return say(`отвязали: ${id}`, `detached: ${id}`);
    case "referred_by":
      return say(
        `сквозной ключ чужой (${who}): это приглашение, не тот же человек`,
        `the key is another person's (${who}): a referral, not the same person`,
      );
    case "contact_quarantined":
      return say(
        `${id}: заявляют три аккаунта — в карантине, пока вы не решите, чей это контакт`,
        `${id}: claimed by three accounts, quarantined until you decide whose it is`,
      );
    case "quarantine_ignored":
      return say(`не использовали: ${id} — в карантине`, `not used: ${id} is quarantined`);
    case "blocked":
      return say(`не использовали: ${id} — значение заблокировано`, `not used: ${id} is a blocked value`);
    case "unknown_key":
      return say(
        "не использовали сквозной ключ: такого человека у нас нет — ключ не наш, или его владелец удалён",
        "the key was not used: nobody has it; it is none of ours, or its owner was erased",
      );
    case "erased":
      return say("человек удалён после этого события: событие отброшено", "the person was erased after this event: dropped");
    case "waits": {
      const ids = (step.refs ?? []).map((ref) => nameIdentifier(ref, showing)).join(", ");
      return ids === ""
        ? say("по этим данным человека не узнать", "nothing here tells who it is")
        : say(
            `пока ни у кого нет: ${ids} — событие ждёт своего человека`,
            `nobody has ${ids} yet: the event waits for its person`,
          );
    }
    case "late":
      return tellLate(step.ref, step.waitedMs, showing);
    case "echo":
      return say("это повтор того, что записали мы сами", "this only repeats what we wrote ourselves");
    case "no_consent":
      return say(
        "согласие отозвано: сообщения и рекламные постбеки не отправляем",
        "consent withdrawn: no messages or ad postbacks",
      );
  }
}

/** K-06: a start whose payload no link of ours made and that names no campaign. It is accepted like any other, but whoever paid for it will look for
 *  it under its source and find it under none, so the event says what to do. What was masked is the token of a login or of a second messenger, and no campaign; nor is the word of our own page. null = nothing to say. */
export function tellStrayStart(
  { type, start, utm, link }: Pick<NewEvent, "type" | "start" | "utm" | "link">,
  steps: readonly Step[],
  locale: Locale,
): string | null {
  const payload = type === "bot_start" ? (start?.trim() ?? "") : "";
  if (payload === "" || payload === LOGIN_START || payload.includes(MASK) || link !== null || Object.keys(utm).length > 0)
    return null;
  if (steps.some((step) => "ref" in step && step.ref?.type === "click")) return null;
  return locale === "ru"
    ? `метка ${payload} не из ссылки шлюза, источник — (без метки): создайте ссылку`
    : `the payload ${payload} is of no gateway link, so the source is unmarked: create a link`;
}

/** Why an entry is on the card: by which identifier, and how long it had waited. */
export function tellWhy(ref: Ref, waitedMs: number, showing: Pick<Showing, "locale" | "value">): string {
  if (waitedMs > 0) return tellLate(ref, waitedMs, showing);
  return showing.locale === "ru" ? `по ${nameBy(ref, showing)}` : `by ${nameBy(ref, showing)}`;
}

function tellLate(ref: Ref, waitedMs: number, showing: Pick<Showing, "locale" | "value">): string {
  const waited = tellWait(waitedMs, showing.locale);
  const by = nameBy(ref, showing);
  return showing.locale === "ru" ? `привязано через ${waited} по ${by}` : `bound after ${waited} by ${by}`;
}

function nameBy(ref: Ref, showing: Pick<Showing, "locale" | "value">): string {
  const name = (showing.locale === "ru" && BY_NAMES[ref.type]) || IDENTIFIER_NAMES[showing.locale][ref.type];
  return `${name} ${showing.value(ref)}`.trim();
}

/** The largest whole unit only: "3 дн" says enough about a wait. */
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
