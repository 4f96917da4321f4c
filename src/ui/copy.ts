/** Every word that a visitor or a bot's user reads, in both languages. `{…}` are filled by `fill`. */

/** Those we have every text in. */
export type Language = "ru" | "en";

/** Of the edge page and the undo page. `failed` is one text for every cause, and never says whether there is such a link: whoever
 *  guesses learns nothing (`handlers/pin-page.ts`). */
export const PAGE_COPY = {
  ru: {
    title: "вход через бота",
    named: "Код для входа на {host} присылает бот{bot}.",
    telegram: "Код для входа на {host} присылает в Telegram бот{bot}.",
    label: "Код из бота",
    hint: "6 цифр из последнего сообщения бота",
    submit: "Войти",
    resend: "Прислать новый код",
    failed:
      "Не получилось. Введите код из последнего сообщения бота или попросите новый. Если нужно подождать, бот написал до скольки.",
    sent: "Если ссылка ещё действует, новый код уже в боте.",
    trusted: "Вход на {host} по ссылке от бота{bot}, без кода.",
    proceed: "Продолжить",
    deep: "Открыть бота и получить код",
    gone: "Эта ссылка не работает. Попросите у бота новую.",
    forbidden: "Страница устарела. Откройте ссылку из бота ещё раз.",
    busy: "Сейчас не получилось. Подождите минуту и попробуйте ещё раз.",
    undo: "Отменить изменение привязки к боту?",
    undoButton: "Да, это не я",
    undone: "Готово: изменение отменено.",
    undoGone: "Отменять нечего: прошло больше суток или всё уже изменилось.",
    onward: "Вернуться на сайт",
  },
  en: {
    title: "sign in with the bot",
    named: "The code for {host} comes from the bot{bot}.",
    telegram: "The code for {host} comes from the bot{bot} in Telegram.",
    label: "Code from the bot",
    hint: "6 digits from the bot's last message",
    submit: "Sign in",
    resend: "Send a new code",
    failed:
      "That did not work. Enter the code from the bot's last message or ask for a new one. If you have to wait, the bot told until when.",
    sent: "If this link is still valid, a new code is in the bot.",
    trusted: "Signing in to {host} by a link from the bot{bot}, without a code.",
    proceed: "Continue",
    deep: "Open the bot and get a code",
    gone: "This link does not work. Ask the bot for a new one.",
    forbidden: "This page is out of date. Open the bot's link once more.",
    busy: "That did not work now. Wait a minute and try again.",
    undo: "Undo the change of the link to the bot?",
    undoButton: "Yes, it was not me",
    undone: "Done: the change is undone.",
    undoGone: "Nothing to undo: more than a day has passed, or everything has changed since.",
    onward: "Back to the site",
  },
} as const satisfies Record<Language, Readonly<Record<string, string>>>;

/** Of messages that a bot delivers. Each names the site's host, so that somebody who is relayed a code sees what it is for. */
export const MESSAGE_COPY = {
  ru: {
    pin: "Код для входа на {host}: {pin}\nДействует {minutes} мин, до {until}. Никому его не сообщайте.",
    open: "Войти на {host}",
    copy: "Скопировать код",
    trusted: "Вход на {host} по ссылке, без кода. Ссылка одноразовая, не пересылайте её.",
    locked:
      "Вход на {host}: код введён неверно 5 раз, вход приостановлен до {until}. Новая ссылка из бота сработает сразу. Если это были не вы, просто никому не сообщайте код.",
    stopped: "Вход на {host} остановлен: слишком много неверных кодов подряд. Чтобы войти, сначала выйдите из аккаунта в боте.",
    linked: "К этому боту привязан аккаунт сайта {host}.",
    moved: "Этот бот теперь привязан к другому аккаунту сайта {host}.",
    unlinked: "Аккаунт сайта {host} отвязан от этого бота.",
    taken: "Аккаунт сайта {host} теперь привязан к другому мессенджеру.",
    undo: "Это не я",
  },
  en: {
    pin: "Code to sign in to {host}: {pin}\nValid for {minutes} min, until {until}. Tell it to nobody.",
    open: "Sign in to {host}",
    copy: "Copy the code",
    trusted: "Sign in to {host} by the link, without a code. It works once, do not forward it.",
    locked:
      "Signing in to {host}: five wrong codes, paused until {until}. A new link from the bot works at once. If it was not you, just tell the code to nobody.",
    stopped: "Signing in to {host} is stopped: too many wrong codes in a row. To sign in, log out in the bot first.",
    linked: "An account of {host} is linked to this bot.",
    moved: "This bot is now linked to another account of {host}.",
    unlinked: "The account of {host} is unlinked from this bot.",
    taken: "The account of {host} is now linked to another messenger.",
    undo: "It was not me",
  },
} as const satisfies Record<Language, Readonly<Record<string, string>>>;

/** Replaces `{name}` by its value; values are not searched again. */
export const fill = (text: string, values: Readonly<Record<string, string>>): string =>
  text.replace(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole);
