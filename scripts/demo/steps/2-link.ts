import { textOf } from "../../../sandbox/kit/values.ts";
import { type Reply, type Stage, send } from "../stage.ts";

export const title = "2. Блок Salebot просит ссылку для входа на сайт";

export const issueLink = (stage: Stage): Promise<Reply> => {
  const { telegramId, salebotClient } = stage.cast;
  return send(stage, {
    path: "/v1/links",
    proof: "bot",
    json: { telegram_id: telegramId, client_id: salebotClient, site: "site" },
  });
};

export async function play(stage: Stage): Promise<void> {
  const { status, body, text } = await issueLink(stage);
  stage.teller.judged("ссылка выдана плоским ответом", status === 201, text);
  stage.teller.judged("buid — 16 знаков, ничего не значит", /^[A-Za-z0-9]{16}$/.test(textOf(body["buid"])), body["buid"]);
  stage.teller.judged("PIN из шести цифр", /^\d{6}$/.test(textOf(body["pin"])), body["pin"]);
  for (const name of ["buid", "pin", "url"]) stage.notes.set(name, textOf(body[name]));
}
