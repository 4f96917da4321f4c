/** «Акт об уничтожении персональных данных + выписка из журнала»: the act of an erasure to print and to sign. */
import { type PrintedLocale, printedDocument, printedSection, printedTable } from "./printed.ts";

/** Wire names: this is `GET /v1/persons/:id/erasure` itself. `erased_at` in ISO 8601; `counts` by kind of row. */
export type Act = {
  readonly id: string;
  readonly person_id: string;
  readonly erased_at: string;
  readonly basis: string;
  readonly operator: string;
  readonly scope: readonly string[];
  readonly counts: Readonly<Record<string, number>>;
  readonly method: string;
  readonly copies: string;
};

const RU: Readonly<Record<string, string>> = {
  identifiers: "идентификаторы",
  traits: "имена и поля",
  events: "события (содержимое)",
  deliveries: "отправки (содержимое)",
  login_accounts: "аккаунты для входа",
  "names and custom fields": "имена и дополнительные поля",
  "event payloads and decision traces": "содержимое событий и следы решений",
  "contents of deliveries and replies": "содержимое отправок и ответов",
  "log-in accounts, links and mappings": "аккаунты, ссылки и привязки для входа",
  "rows deleted or emptied in one database transaction, then in every delivery queue; anonymous counters stay":
    "строки удалены или очищены одной транзакцией базы данных, затем во всех очередях отправки; безымянные счётчики остались",
  "the platform's point-in-time copies expire by themselves within 30 days":
    "резервные копии платформы на момент времени истекают сами не позднее чем через 30 дней",
};

/** A whole document for printing. Holds nothing of the person but her opaque id. */
export function erasurePage(act: Act, workspace: { readonly locale: PrintedLocale; readonly name: string }): string {
  const { locale, name } = workspace;
  const say = (ru: string, en: string): string => (locale === "ru" ? ru : en);
  const word = (text: string): string => (locale === "ru" ? (RU[text] ?? text) : text);
  const facts = [
    [say("Номер акта", "Act"), act.id],
    [say("Оператор данных", "Workspace"), name],
    [say("Субъект (обезличенный код)", "Person (opaque id)"), act.person_id],
    [say("Дата и время (UTC)", "Date and time (UTC)"), act.erased_at],
    [say("Основание", "Basis"), act.basis],
    [say("Состав", "Scope"), act.scope.map(word).join("; ")],
    [say("Способ", "Method"), word(act.method)],
    [say("Копии", "Copies"), word(act.copies)],
    [say("Кто выполнил", "Operator"), act.operator],
  ];
  const log = Object.entries(act.counts).map(([what, count]) => [act.erased_at, word(what), String(count)]);
  return printedDocument(
    locale,
    say("Акт об уничтожении персональных данных", "Act of erasure of personal data"),
    printedTable([say("Сведение", "Fact"), say("Значение", "Value")], facts) +
      printedSection(
        say("Выписка из журнала", "Extract of the log"),
        printedTable([say("Время (UTC)", "Time (UTC)"), say("Что", "What"), say("Количество", "Count")], log),
      ) +
      `<p>${say("Подпись", "Signature")} ____________________</p>`,
  );
}
