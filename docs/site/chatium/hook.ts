// Подписанные вебхуки шлюза: mapping.created, mapping.moved, mapping.deleted и всё, что шлют ваши правила.
import { isFromGateway } from "./throughline";

// @ts-ignore
app.post("/", async (ctx, req): Promise<{ ok: true }> => {
  // △ Если платформа не отдаёт тело как есть, годится повторная запись: шлюз шлёт JSON без пробелов, а порядок полей сохраняется.
  const body: string = typeof req.rawBody === "string" ? req.rawBody : JSON.stringify(req.body);
  // Ошибка — это не 2xx: чужое не принято, а наше, если часы сервера убежали, придёт ещё раз.
  if (!isFromGateway(req.headers, body)) throw new Error("не от шлюза");
  onNews(ctx, req.headers["webhook-id"], req.body);
  return { ok: true };
});

/** Вебхук может прийти повторно с тем же id: запоминайте его. */
function onNews(ctx: { log?: (text: string) => void }, _id: string, news: { type: string; data: { user_id: string } }): void {
  ctx.log?.(`${news.type} ${news.data.user_id}`);
}
