import { demo } from "../../../sandbox/demo.ts";
import { DEMO_VARS } from "../config.ts";
import { type Stage, countArrived, expectArrived, send } from "../stage.ts";

export const title = "6. Партнёрская сеть: первый депозит и два повторных";

const postback = (stage: Stage, event: "sale" | "resale", given: { amount: string; tid: string }) => {
  const query = new URLSearchParams({
    sub1: stage.cast.clickid,
    amount: given.amount,
    currency: "USD",
    transaction_id: given.tid + stage.cast.mark,
    user_id: stage.cast.playerId,
  });
  return send(stage, { path: `/postback/onewin/${DEMO_VARS.ONEWIN_TOKEN}/${event}?${query.toString()}` });
};

export async function play(stage: Stage): Promise<void> {
  const { clickid, telegramId } = stage.cast;
  const step = new URLSearchParams({
    chatid: telegramId,
    clickid,
    username: "",
    step: "welcome",
    started: new Date().toISOString(),
  });
  const started = await send(stage, { path: `/webhook/chat/${DEMO_VARS.CHATTERFY_TOKEN}/bot_start?${step.toString()}` });
  stage.teller.judged("Chatterfy сообщила, чей это клик", started.status === 202, started.text);

  const sale = await postback(stage, "sale", { amount: "50", tid: "tx-77" });
  stage.teller.judged("постбек сети: OK", sale.status === 200 && sale.text.trim() === "OK", sale.text);
  await expectArrived(stage, {
    "шаг Chatterfy переключён": ["chatterfy", "updateDialog", telegramId, demo.chatterfy.step_id],
    "Chatterfy получила свой постбек": ["chatterfy", "tracker-postback", clickid, "sale"],
    "Keitaro получил продажу": ["keitaro", clickid, "sale", "50"],
  });
  const repeated = await postback(stage, "sale", { amount: "50", tid: "tx-77" });
  stage.teller.judged("повтор постбека: DUPLICATE", repeated.text.trim() === "DUPLICATE", repeated.text);

  await postback(stage, "resale", { amount: "20", tid: "tx-78" });
  await postback(stage, "resale", { amount: "30", tid: "tx-79" });
  await expectArrived(stage, {
    "второй повторный депозит ушёл в Keitaro": ["keitaro", clickid, "rebill", `tx-79${stage.cast.mark}`],
  });
  stage.teller.judged(
    "правило resale#2 сработало один раз",
    (await countArrived(stage, ["keitaro", `"${clickid}"`, "rebill"])) === 1,
  );
}
