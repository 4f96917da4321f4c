/** What a version of the configuration was saved for. Notes are kept in English, as the API tells them; a console in Russian says them in Russian. */
import type { Phrase } from "./copy.ts";
import type { View } from "./view.ts";

/** A narrower note stands before a wider one. */
const NOTES: readonly Phrase[] = [
  ["отправка остановлена", "sending stopped"],
  ["отправка возобновлена", "sending resumed"],
  ["тревога удалена", "alert removed"],
  ["тревога", "alert"],
  ["подключение {0} удалено", "connection {0} deleted"],
  ["подключение {0}", "connection {0}"],
  ["темп: {0}", "pace: {0}"],
  ["доступ и связи: {0}", "settings: {0}"],
  ["поля: {0}", "mapping: {0}"],
  ["старый секрет убран: {0}", "old secret removed: {0}"],
  ["секрет добавлен: {0}", "secret added: {0}"],
  ["возврат к версии {0}", "rollback to {0}"],
  ["правило переключено", "rule switched"],
  ["правило удалено", "rule deleted"],
  ["правило", "rule"],
  ["ссылка {0} удалена", "link {0} deleted"],
  ["ссылка {0}", "link {0}"],
  ["расход {0} за {1}", "cost {0} {1}"],
  ["проект", "workspace"],
];

/** A note of anybody else's stands as it is. */
export function noteText(view: View, note: string): string {
  for (const phrase of NOTES) {
    const told = new RegExp(`^${phrase[1].replaceAll(/\{\d\}/g, "(.+)")}$`).exec(note);
    if (told) return view.say(phrase, ...told.slice(1));
  }
  return note;
}
