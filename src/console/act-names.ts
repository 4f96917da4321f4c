/** What the log of acts calls what was done. */
import type { Phrase } from "./copy.ts";
import type { View } from "./view.ts";

const NAMES: Readonly<Record<string, Phrase>> = {
  merge: ["объединить людей", "join people"],
  unmerge: ["разъединить людей", "undo a merge"],
  "keep-apart": ["не склеивать людей", "keep people apart"],
  move: ["перенести идентификатор", "move an identifier"],
  block: ["больше не использовать идентификатор", "stop using an identifier"],
  erase: ["удалить человека", "erase a person"],
  "resolve-problem": ["закрыть проблему", "close a problem"],
  "replay-delivery": ["повторить доставку", "replay a delivery"],
  "cancel-delivery": ["отменить доставку", "cancel a delivery"],
  "replay-event": ["повторить событие", "replay an event"],
  resend: ["отправить событие ещё раз", "send an event again"],
  bookmark: ["взять событие в закладки", "bookmark an event"],
  "drop-bookmark": ["убрать закладку", "drop a bookmark"],
  "replay-bookmark": ["проиграть закладку", "play a bookmark"],
  recover: ["повторить недоставленное", "retry what was not delivered"],
  "test-event": ["отправить тестовое событие", "send a test event"],
  "share-report": ["поделиться отчётом", "share a report"],
  "add-link": ["сохранить ссылку", "save a link"],
  "delete-link": ["удалить ссылку", "delete a link"],
  "set-cost": ["записать расход", "set a cost"],
  "save-workspace": ["изменить проект", "change the project"],
  "add-connection": ["добавить подключение", "add a connection"],
  "save-connection": ["изменить темп подключения", "change a connection's pace"],
  "save-fields": ["изменить доступ и связи подключения", "change a connection's access"],
  "set-mapping": ["переименовать поле", "rename a field"],
  "start-rotation": ["добавить новый секрет", "add a new secret"],
  "finish-rotation": ["убрать старый секрет", "remove the old secret"],
  "delete-connection": ["удалить подключение", "delete a connection"],
  "reveal-token": ["показать секрет", "show a secret"],
  "save-config": ["сохранить весь документ", "save the whole document"],
  rollback: ["вернуть версию", "roll back to a version"],
  "save-rule": ["сохранить правило", "save a rule"],
  "toggle-rule": ["переключить правило", "switch a rule"],
  "delete-rule": ["удалить правило", "delete a rule"],
  "add-key": ["выпустить ключ", "issue a key"],
  "revoke-key": ["отозвать ключ", "revoke a key"],
  "add-alert": ["добавить тревогу", "add an alert"],
  "drop-alert": ["убрать тревогу", "remove an alert"],
  "try-alert": ["проверить тревогу", "try an alert"],
  import: ["загрузить историю", "import history"],
  "stop-sending": ["остановить отправку", "stop sending"],
  "resume-sending": ["возобновить отправку", "resume sending"],
};

/** A call of the API stands as it was made. */
export function actName(view: View, act: string): string {
  const name = NAMES[act];
  return name ? view.say(name) : act;
}
