/** Первый вход: one field. What is wrong is said, how close a guess was is not. */
import { type Html, html } from "../../lib/markup.ts";
import { type Phrase, WORDS } from "../copy.ts";
import { frame } from "../page.ts";
import type { View } from "../view.ts";

type Failure = "wrong" | "limited" | "ended";

const FAILURES: Readonly<Record<Failure, Phrase>> = {
  wrong: ["Токен не подошёл. Проверьте, что он скопирован целиком.", "The token did not fit. Check that it was copied whole."],
  limited: ["Слишком много попыток. Подождите минуту.", "Too many attempts. Wait a minute."],
  ended: WORDS.expired,
};

/** Drawn in place of any address, which the form carries along, so that signing in goes on to it. `failure` null = a first look. */
export const signInPage = (view: View, failure: Failure | null): Html =>
  frame(
    view,
    view.say(["Вход", "Sign in"]),
    html`<main class="login" id="main" data-door><h1>${view.ctx.config.workspace.name}</h1><p class="dim">${view.say(["Вход по токену администратора (секрет ADMIN_TOKEN вашего Worker) или по своему ключу.", "Sign in with the admin token (the ADMIN_TOKEN secret of your Worker) or with a key of your own."])}</p>${failure !== null && html`<p class="note bad" role="alert">${view.say(FAILURES[failure])}</p>`}<form method="post" action="/console/sign-in"><input type="hidden" name="back" value="${view.url.pathname + view.url.search}"><label>${view.say(["Токен", "Token"])}<input name="token" type="password" autocomplete="current-password" required autofocus></label><button class="main">${view.say(["Войти", "Sign in"])}</button></form></main>`,
  );
