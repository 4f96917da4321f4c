import { type Stage, expectArrived, send } from "../stage.ts";

export const title = "7. Сайт пишет человеку, зная только своего пользователя";

export async function play(stage: Stage): Promise<void> {
  const message = `Урок 1 открыт${stage.cast.mark}`;
  const sent = await send(stage, { path: "/v1/notify", proof: "site", json: { user_id: stage.cast.siteUser, message } });
  stage.teller.judged("принято", sent.status === 202, sent.text);
  await expectArrived(stage, { "человек получил сообщение в мессенджер": ["salebot", message, stage.cast.salebotClient] });
}
