// Вход через бота: посетитель вернулся со страницы PIN с одноразовым `code`. Код → authorize → mappings → notify.
import { randomUUID } from "node:crypto";
import { call } from "./throughline.mjs";

/** Что делать дальше: `signIn` — впустить этого пользователя, `ask` — спросить его, `failed` — показать текст. `signedIn` — кто уже вошёл на сайте. */
export async function comeFromBot(code, signedIn) {
  const { status, body } = await call("POST", "/v1/authorize", signedIn ? { code, user_id: signedIn } : { code });
  if (status !== 200) return { failed: "Ссылка больше не действует. Вернитесь в бота и запросите новую." };
  switch (body.status) {
    case "authorized":
    case "already_authorized":
      return { signIn: body.user_id };
    case "registration_required": {
      const user = registerUser(body.profile);
      return link(body.buid, user);
    }
    // Связать можно только по слову самого пользователя: иначе чужой код, подсунутый ему, связал бы с ним чужого бота.
    case "link_required":
      return { ask: "Связать бота с вашим аккаунтом?", buid: body.buid, choices: ["link"] };
    case "confirmation_required":
      return signedIn
        ? { ask: "Связать бота с вашим аккаунтом?", buid: body.buid, choices: ["link"] }
        : { failed: "Войдите на сайт обычным способом, затем откройте ссылку из бота ещё раз." };
    case "conflict":
      return { ask: "Этот бот связан с другим вашим аккаунтом.", buid: body.buid, choices: body.options };
    case "conflict_other":
      return { ask: "Ваш аккаунт уже связан с другим мессенджером.", buid: body.buid, choices: body.options };
    default:
      throw new Error(`authorize: ${body.status}`);
  }
}

/** Связь: 15 минут после authorize. `choice` — то, что ответил пользователь: link, keep или relink. */
export async function link(buid, user, choice = "link") {
  const wish = choice === "link" ? { buid, user_id: user } : { buid, user_id: user, on_conflict: choice };
  const { status, body } = await call("POST", "/v1/mappings", wish);
  if (status >= 300)
    return { failed: body.reason === "conflict" ? "Аккаунт уже связан." : "Время вышло, войдите через бота снова." };
  if (body.status !== "kept") await welcome(buid, user);
  return { signIn: user };
}

/** Ключ делает повтор безопасным: одно сообщение на связь, сколько бы раз вызов ни ушёл. */
const welcome = (buid, user) =>
  call(
    "POST",
    "/v1/notify",
    { user_id: user, message: "Бот связан с вашим аккаунтом." },
    { "idempotency-key": `welcome-${buid}` },
  );

/** Здесь ваша регистрация; прежде поищите пользователя, но почте с proof «claimed» верить нельзя: это слова, а не доказательство. */
function registerUser(_profile) {
  return `u-${randomUUID()}`;
}
