/** What an alert says: every problem in one line, by connection and cause, without a name, a number or any other personal value, because it leaves
 *  through somebody else's messenger. */
import type { Language } from "./copy.ts";
import { reasonOf } from "./reasons.ts";

/** One problem, with nothing in it that leads to a person. */
export type AlertLine = {
  readonly kind: string;
  readonly cause: string | null;
  /** The connection as the operator named it. */
  readonly connection: string | null;
  readonly field: string | null;
  readonly count: number;
};

/** Every kind of problem there is; the console's headings are its own (`console/screens/problems.ts`). */
export const KINDS = {
  unresolved_macro: ["макрос не подставлен", "a macro was not filled in"],
  conflict: ["два человека назвали одно и то же", "two people named the same thing"],
  contact_quarantined: ["контакт назвали три аккаунта", "three accounts named one contact"],
  unbound: ["событие ни к кому не привязано", "an event is bound to nobody"],
  delivery: ["не доставлено", "not delivered"],
  loop: ["похоже на петлю, отправка остановлена", "looks like a loop, sending was stopped"],
  silence: ["тишина дольше обычного", "quiet for longer than usual"],
} as const satisfies Readonly<Record<string, readonly [ru: string, en: string]>>;
const words: Readonly<Record<string, readonly [ru: string, en: string]>> = KINDS;

/** `console` = address of the problems, null when the public one is not known. */
export function alertText(
  lines: readonly AlertLine[],
  given: { readonly workspace: string; readonly console: string | null; readonly lang: Language },
): string {
  const [place, head] = given.lang === "ru" ? [0, "новых проблем"] : [1, "new problems"];
  const told = lines.map(({ kind, cause, connection, field, count }) => {
    const what = words[kind]?.[place] ?? kind;
    const why = kind === "delivery" && cause !== null ? (reasonOf(cause)?.[place] ?? cause) : null;
    const details = [field, why, count > 1 ? `×${count}` : null].filter(Boolean).join(", ");
    return `• ${connection === null ? "" : `${connection}: `}${what}${details === "" ? "" : ` (${details})`}`;
  });
  return [`${given.workspace}: ${head} ${lines.length}`, ...told, ...(given.console === null ? [] : [given.console])].join("\n");
}
