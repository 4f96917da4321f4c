import { DEMO_VARS } from "../config.ts";
import { knownAs } from "../person.ts";
import { type Stage, send, until } from "../stage.ts";
import { salebotMessage } from "../salebot-message.ts";

export const title = "1. Человек пишет боту: вебхук проекта Salebot";

export async function play(stage: Stage): Promise<void> {
  const { telegramId, salebotClient } = stage.cast;
  const json = salebotMessage(stage, { ordinal: 0, message: "/start promo1" });
  const path = `/webhook/bot/${DEMO_VARS.SALEBOT_TOKEN}`;
  const stored = await send(stage, { path, json });
  stage.teller.judged("принято и записано", stored.status === 202 && stored.body["status"] === "accepted", stored.text);
  const repeated = await send(stage, { path, json });
  stage.teller.judged(
    "повтор того же сообщения ничего не меняет",
    repeated.status === 200 && repeated.body["status"] === "duplicate",
    repeated.text,
  );
  const person = await until(() => knownAs(stage, `telegram_id=${telegramId}`));
  stage.teller.judged(
    `один человек с telegram_id ${telegramId}`,
    person?.values.includes(`telegram_id ${telegramId}`) ?? false,
    person,
  );
  stage.teller.judged(
    `и клиентом ${salebotClient} проекта 294495`,
    person?.values.includes(`client_id ${salebotClient} 294495`) ?? false,
    person,
  );
}
