/** A person's copy of her data as a page that a human can read and print. */
import { type PrintedLocale, printedDocument, printedSection, printedTable } from "./printed.ts";

type Row = Readonly<Record<string, unknown>>;

type Copy = {
  readonly person: { readonly id: string; readonly key: string };
  readonly exported_at: string;
  readonly identifiers: readonly Row[];
  readonly traits: Readonly<Record<string, string>>;
  readonly consents: readonly Row[];
  readonly touches: readonly Row[];
  readonly money: readonly Row[];
  readonly events: readonly Row[];
};

/** The same data as the JSON, readable and printable. */
export function exportPage(copy: Copy, workspace: { readonly locale: PrintedLocale; readonly name: string }): string {
  const { locale, name } = workspace;
  const say = (ru: string, en: string): string => (locale === "ru" ? ru : en);
  const sections: readonly (readonly [string, readonly Row[]])[] = [
    [say("Идентификаторы", "Identifiers"), copy.identifiers],
    [say("Сведения", "Details"), Object.entries(copy.traits).map(([detail, value]) => ({ name: detail, value }))],
    [say("Согласия", "Consents"), copy.consents],
    [say("Источники", "Touches"), copy.touches],
    [say("Деньги", "Money"), copy.money],
    [say("События", "Events"), copy.events],
  ];
  return printedDocument(
    locale,
    say("Копия данных о человеке", "Copy of a person's data"),
    printedTable(
      [
        say("Рабочее пространство", "Workspace"),
        say("Человек", "Person"),
        say("Сквозной ключ", "Key"),
        say("Выгружено (UTC)", "Exported (UTC)"),
      ],
      [[name, copy.person.id, copy.person.key, copy.exported_at]],
    ) + sections.map(([title, rows]) => printedSection(title, rowsTable(rows))).join(""),
  );
}

/** All columns that any row has. */
function rowsTable(rows: readonly Row[]): string {
  const head = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  return printedTable(
    head,
    rows.map((row) => head.map((column) => cell(row[column]))),
  );
}

function cell(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "string") return value;
  const text = JSON.stringify(value);
  return text === "{}" || text === "[]" ? "" : text;
}
