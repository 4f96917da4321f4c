// Вход через бота. Страница /auth/bot отдаёт сюда одноразовый `code` (и ответ пользователя на вопрос). Код → authorize → mappings → notify.
import { call, sameText, ticketFor } from "./throughline";

type Outcome = { user?: string; ask?: string; buid?: string; ticket?: string; choices?: string[]; failed?: string };

// @ts-ignore
app.post("/", async (ctx, req): Promise<Outcome> => {
  const signedIn: string | null = ctx.user ? String(ctx.user.id) : null;
  const { code, buid, ticket, choice } = req.body ?? {};
  if (choice) {
    // Билет выдан этому пользователю вместе с вопросом: чужая страница не ответит за него и не подсунет чужого бота.
    if (!signedIn || !sameText(String(ticket), ticketFor(String(buid), signedIn)))
      return { failed: "Откройте ссылку из бота ещё раз." };
    return link(String(buid), signedIn, String(choice));
  }
  const { status, body } = await call("POST", "/v1/authorize", signedIn ? { code, user_id: signedIn } : { code });
  if (status !== 200) return { failed: "Ссылка больше не действует. Вернитесь в бота и запросите новую." };
  const asked = String(body.buid);
  const question = (ask: string, choices: string[]): Outcome =>
    signedIn
      ? { ask, choices, buid: asked, ticket: ticketFor(asked, signedIn) }
      : { failed: "Войдите обычным способом, затем откройте ссылку из бота ещё раз." };
  switch (body.status) {
    case "authorized":
    case "already_authorized":
      return { user: String(body.user_id) };
    case "registration_required":
      return link(asked, await registerUser(ctx, body.profile));
    case "link_required":
    case "confirmation_required":
      return question("Связать бота с вашим аккаунтом?", ["link"]);
    case "conflict":
      return question("Этот бот связан с другим вашим аккаунтом.", ["keep", "relink"]);
    case "conflict_other":
      return question("Ваш аккаунт уже связан с другим мессенджером.", ["keep", "relink"]);
    default:
      throw new Error(`authorize: ${String(body.status)}`);
  }
});

/** Связь: 15 минут после authorize. `choice` — то, что ответил пользователь: link, keep или relink. */
async function link(buid: string, user: string, choice = "link"): Promise<Outcome> {
  const wish = choice === "link" ? { buid, user_id: user } : { buid, user_id: user, on_conflict: choice };
  const { status, body } = await call("POST", "/v1/mappings", wish);
  if (status >= 300)
    return { failed: body.reason === "conflict" ? "Аккаунт уже связан." : "Время вышло, войдите через бота снова." };
  // Ключ делает повтор безопасным: одно сообщение на связь, сколько бы раз вызов ни ушёл.
  const message = { user_id: user, message: "Бот связан с вашим аккаунтом." };
  if (body.status !== "kept") await call("POST", "/v1/notify", message, { "idempotency-key": `welcome-${buid}` });
  return { user };
}

/** Здесь ваша регистрация. Почте с proof «claimed» верить нельзя: это слова, а не доказательство. */
async function registerUser(_ctx: unknown, _profile: unknown): Promise<string> {
  return `u-${Date.now()}-${Math.floor(Math.random() * 1e9)}`;
}
