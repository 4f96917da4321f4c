import { demo } from "../../../sandbox/demo.ts";
import { DEMO_VARS } from "../config.ts";
import { type Stage, expectArrived, orderFault, send } from "../stage.ts";

export const title = "4. Точка update_telegram_id: два поля в GetCourse и все ответы первоисточника";

const REQUIRED = "email, telegram_id и sb_id обязательны";

export async function play(stage: Stage): Promise<void> {
  const { email, telegramId, salebotClient } = stage.cast;
  const path = `/webhook/bot/${DEMO_VARS.SALEBOT_TOKEN}/update_telegram_id`;
  const ask = (json: Record<string, string>) => send(stage, { path, json });
  const full = { email, telegram_id: telegramId, sb_id: salebotClient };

  const done = await ask(full);
  stage.teller.judged('{"success":true}', done.status === 200 && done.text === '{"success":true}', done.text);
  await expectArrived(stage, {
    "оба поля записаны в GetCourse": ["getcourse", "update-custom-fields", telegramId, salebotClient],
  });

  const answers = async (what: string, json: Record<string, string>, error: string): Promise<void> => {
    const reply = await ask(json);
    stage.teller.judged(what, reply.status === 200 && reply.text === JSON.stringify({ success: false, error }), reply.text);
  };
  const stranger = { telegram_id: "33333333", sb_id: "44444444" };
  await answers("без sb_id", { email, telegram_id: telegramId }, REQUIRED);
  await answers("неизвестная почта", { ...stranger, email: "nobody@example.com" }, "user_not_found");
  await answers(
    "нет поля telegram_id",
    { ...stranger, email: demo.getcourse.email_without_telegram_field },
    "field_telegram_id_not_found",
  );
  await answers(
    "нет поля sb_294495_id",
    { ...stranger, email: demo.getcourse.email_without_salebot_field },
    "field_sb_294495_id_not_found",
  );
  await orderFault(stage, { vendor: "getcourse", times: 1, fault: { kind: "status", status: 500, body: "oops" } });
  await answers("GetCourse ответил 500", full, "internal_error");
}
