/** What an act of the console is: a form's fields in, where to go next out. A refusal says what happened and what to do. */
import type { FieldError } from "../../lib/field-errors.ts";
import type { Result } from "../../lib/result.ts";
import type { Phrase, Word } from "../copy.ts";
import type { CancelRefusal } from "../../flows/cancel-delivery.ts";
import type { ReplayRefusal } from "../../flows/replay-delivery.ts";
import type { PayloadRefusal } from "../../flows/replay-payload.ts";
import type { ResendRefusal } from "../../flows/resend-event.ts";
import type { DecisionResult } from "../../rpc.ts";
import { errorText } from "../error-text.ts";
import { causeName } from "../parts.ts";
import type { Refused } from "../screens/settings/rules.ts";
import type { View } from "../view.ts";

type Shown = { readonly title: string; readonly text: string };

/** Where the browser goes, or what the answering page shows. `next` null leads back to the form's page; `failed` brings that page
 *  again with what was typed and why it was refused (422); `shared` is the path of a shared report; `refused` brings the rules page
 *  with each mistake. Everything but `next` is drawn without a redirect, so that no secret and no text of a rule gets into an
 *  address or a browser's history. */
export type ActResult =
  | { readonly next: string | null }
  | { readonly failed: string }
  | { readonly shared: string }
  /** Shown on the page that answers, never again. */
  | { readonly once: { readonly title: string; readonly lead: string; readonly blocks: readonly Shown[] } }
  | { readonly refused: Refused };

/** A field's text, a file as its text; "" for one that was not sent, which no act tells from an empty one. */
export type Form = (name: string) => string;
/** Does one thing and says what came of it. A refusal is a result, not an exception: what is thrown becomes the page «Данные не
 *  читаются» (503). */
type Act = (view: View, form: Form) => Promise<ActResult>;
/** By the name in the form's address. */
export type Acts = Readonly<Record<string, Act>>;

/** It happened; `next` is where to go on, the page of the form when not given. */
export const done = (next: string | null = null): ActResult => ({ next });
/** It did not happen, and why, as a sentence without its first words: «Не получилось: …» stands before it. */
export const failed = (reason: string): ActResult => ({ failed: reason });

/** What a flow came to. */
export const told = (view: View, result: Result<unknown, string>): ActResult =>
  result.ok ? done() : failed(refusalText(view, result.error));

/** What a save came to: every mistake with its path, that it was stale, or done and on to `next`. */
export function toldSave(view: View, saved: readonly FieldError[] | "stale" | null, next: string | null = null): ActResult {
  if (saved === null) return done(next);
  return failed(saved === "stale" ? refusalText(view, saved) : saved.map((error) => errorText(view, error)).join("; "));
}

/** "12" as 12; null for anything that is no whole number. An empty field is no zero. */
export const wholeNumber = (text: string): number | null => (/^\d{1,15}$/.test(text) ? Number(text) : null);

/** What may name a connection or a link: also keeps out names that objects have a meaning for. */
export const isShortName = (text: string): boolean => /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/.test(text);

type Refusal =
  | CancelRefusal
  | ReplayRefusal
  | PayloadRefusal
  | ResendRefusal
  | Extract<DecisionResult, { readonly ok: false }>["reason"];

/** Why something did not happen, and what to do; every reason of a flow that has no word of its own. */
const REFUSALS: Readonly<Record<string, Phrase>> = {
  not_found: [
    "такого нет или уже нет: проверьте написание и обновите страницу",
    "there is no such thing, or not any more: check the spelling and reload the page",
  ],
  gone: ["данные этого человека стёрты", "this person's data is erased"],
  same_person: ["это и так один человек", "they are one person already"],
  nothing_to_unmerge: ["разъединять нечего", "there is nothing to undo"],
  invalid: ["значение не читается: проверьте тип и написание", "the value cannot be read: check its type and spelling"],
  not_settled: ["отправка ещё идёт: подождите её исхода", "it is still being sent: wait for its outcome"],
  already_settled: ["исход уже известен: отменять нечего", "its outcome is known already: there is nothing to cancel"],
  content_gone: [
    "срок хранения содержимого истёк: повторить нечего",
    "the content's retention has ended: there is nothing to repeat",
  ],
  no_person: ["событие ещё ни к кому не привязано", "the event is bound to nobody yet"],
  consent_withdrawn: ["человек отозвал согласие: ему больше не пишем", "the person withdrew consent: nothing is sent any more"],
  stale: [
    "здесь сохранили другое: откройте страницу заново, посмотрите и повторите",
    "something else was saved here: open the page anew, look and repeat",
  ],
  bad_name: [
    "короткое имя — латинские буквы, цифры, _ и -, до 64 знаков",
    "a short name is Latin letters, digits, _ and -, up to 64",
  ],
  bad_period: ["такого периода нет: проверьте даты", "there is no such range: check the dates"],
  no_connection: ["этого подключения больше нет в настройках", "this connection is no longer configured"],
  not_stored: ["не сохранилось: повторите через минуту", "it was not stored: try again in a minute"],
  // Lines of an import.
  too_large: ["больше 256 КиБ", "larger than 256 KiB"],
  invalid_json: ["это не JSON", "this is no JSON"],
  invalid_line: ["нужны connection и event", "connection and event are needed"],
  invalid_received_at: ["received_at не читается", "received_at cannot be read"],
  unknown_connection: ["такого подключения нет", "there is no such connection"],
} satisfies Record<Exclude<Refusal, Word>, Phrase> & Record<string, Phrase>;

/** A reason of a flow as what happened and what to do; one without words of ours stays as it is. */
export const refusalText = (view: View, reason: string): string => {
  const phrase = REFUSALS[reason];
  return phrase ? view.say(phrase) : causeName(view, reason);
};
