/** Why a delivery was not made, for an operator: what happened and, where something can be done, what (docs/errors.md names every
 *  reason). A reason without an entry is shown as its code: a vendor's own word is better than a guess at it. No advice where the
 *  operator can do nothing. */
type Phrase = readonly [ru: string, en: string];
type Reason = readonly [what: Phrase, mend?: Phrase];

const KEY: Phrase = ["Замените секрет подключения и повторите.", "Replace the connection's secret and retry."];
const SETTINGS: Phrase = ["Дополните настройки подключения и повторите.", "Complete the connection's settings and retry."];
const ADDRESS: Phrase = ["Укажите в подключении конечный публичный адрес.", "Give the connection its final public address."];
const WAIT: Phrase = ["Проверьте, работает ли получатель, и повторите.", "Check that the destination works and retry."];
const FIELD: Phrase = [
  "Создайте поле в GetCourse или исправьте его имя в подключении.",
  "Create the field in GetCourse or correct its name in the connection.",
];
const LESS: Phrase = ["получатель просит присылать реже", "the destination asks for fewer requests"];
const RULE: Phrase = ["Исправьте правило.", "Correct the rule."];
const LOOK: Phrase = [
  "Проверьте у получателя, дошло ли, и повторите вручную.",
  "Check at the destination whether it arrived, retry by hand.",
];

const REASONS: Readonly<Record<string, Reason>> = {
  template_unresolved: [
    ["для макроса нет значения", "a macro has no value"],
    ["Добавьте правилу условие или передавайте это значение.", "Give the rule a condition, or send that value."],
  ],
  no_address: [["у человека нет номера, по которому его знает получатель", "the person has no id known there"]],
  not_configured: [["в подключении не хватает настройки", "the connection lacks a setting"], SETTINGS],
  auth_failed: [["получатель не принял ключ", "the destination refused our key"], KEY],
  forbidden: [["человек заблокировал бота", "the person blocked the bot"]],
  client_not_found: [["получатель не знает такого клиента", "the destination knows no such client"]],
  user_not_found: [["в GetCourse нет такого ученика", "GetCourse has no such user"]],
  rejected: [["получатель отказал", "the destination refused"]],
  not_found: [["по этому адресу у получателя ничего нет", "the destination has nothing at this address"], ADDRESS],
  unknown_account: [["GetCourse не знает такого аккаунта", "GetCourse knows no such account"], SETTINGS],
  plan_without_api: [["тариф GetCourse без API импорта", "the GetCourse plan has no Import API"]],
  quota_exhausted: [["у получателя исчерпан лимит", "the destination's allowance is used up"]],
  plain_http: [["GetCourse принимает только https", "GetCourse takes https only"], ADDRESS],
  redirect_refused: [["адрес перенаправляет на другой", "the address redirects"], ADDRESS],
  address_refused: [["на этот адрес отправлять нельзя", "this address may not be called"], ADDRESS],
  empty_reply: [["получатель ответил пустотой", "the reply was empty"], LOOK],
  unreadable_reply: [["ответ получателя не читается", "the reply cannot be read"], LOOK],
  internal_error: [["наша ошибка при отправке", "our own mistake while sending"], LOOK],
  unknown_outcome: [["неизвестно, дошло ли", "it is not known whether it arrived"], LOOK],
  timeout: [["получатель не ответил вовремя", "the destination did not answer in time"], WAIT],
  network: [["нет связи с получателем", "no connection to the destination"], WAIT],
  interrupted: [["прервано: процесс остановился", "cut off: the process ended"], LOOK],
  rate_limited: [LESS, WAIT],
  quota: [LESS, WAIT],
  busy: [LESS, WAIT],
  pending: [LESS, WAIT],
  loop_suspected: [["похоже на петлю", "looks like a loop"], RULE],
  connection_disabled: [["подключение выключено, ждёт", "the connection is off, it waits"]],
  connection_missing: [["подключения нет в настройках, ждёт пять минут", "no such connection, it waits five minutes"]],
  connection_removed: [["подключение удалено", "the connection was removed"]],
  unknown_action: [["такого действия нет", "there is no such action"], RULE],
  cancelled: [["отменено", "cancelled"]],
  consent_withdrawn: [["человек отозвал согласие", "the person withdrew consent"]],
  erased: [["данные человека удалены", "the person was erased"]],
};

const answered = (code: string): Reason | null => {
  const field = /^field_(.+)_not_found$/.exec(code)?.[1];
  if (field !== undefined) return [[`в GetCourse нет поля ${field}`, `GetCourse has no field ${field}`], FIELD];
  const status = /^http_(\d{3})$/.exec(code)?.[1];
  return status === undefined
    ? null
    : [[`получатель ответил ошибкой ${status}`, `the destination answered with error ${status}`], WAIT];
};

/** What happened; null when the code is none of ours but a vendor's own word. */
export const reasonOf = (code: string): Phrase | null => (REASONS[code] ?? answered(code))?.[0] ?? null;

/** What to do about a reason; null when nothing can be done here. */
export const mendingOf = (code: string): Phrase | null => (REASONS[code] ?? answered(code))?.[1] ?? null;
