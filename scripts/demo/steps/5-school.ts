import { DEMO_VARS } from "../config.ts";
import { salebotMessage } from "../salebot-message.ts";
import { type Stage, countArrived, expectArrived, send } from "../stage.ts";

export const title = "5. Почта из формы, сообщение в чат, регистрация и оплата в GetCourse";

const base = `/webhook/school/${DEMO_VARS.GETCOURSE_TOKEN}`;

/** A set-uri delivery in GetCourse's one-key envelope; `ts` is the order's creation in both, as GetCourse sends it. */
const orderEvent = (stage: Stage, eventType: string) => ({
  json: {
    ts: "2026-09-06T10:52:21Z",
    ts64: 1_788_681_141,
    gcAccountId: 1368,
    gcSessionId: null,
    gcVisitorId: null,
    user: {
      id: `1368:${stage.cast.getcourseUser}`,
      cuid: null,
      gcId: Number(stage.cast.getcourseUser),
      type: "Real",
      email: stage.cast.email,
    },
    deal: {
      id: stage.cast.dealId,
      number: 1001 + Number(stage.cast.dealId) - 456,
      cost: 400,
      currency: "RUB",
      status: "payed",
      isPayed: 1,
      payedValue: 396.5,
      offerIds: [77],
      createdAt: "2026-09-06T10:52:21Z",
      clientDealNumber: "0",
    },
    eventType,
  },
});

export async function play(stage: Stage): Promise<void> {
  const { email, salebotClient, getcourseUser } = stage.cast;
  const form = new URLSearchParams({ email, client_id: salebotClient, phone: "", utm_source: "" });
  const identified = await send(stage, { path: `${base}/identify?${form.toString()}` });
  stage.teller.judged("процесс формы прислал почту и клиента", identified.status === 202, identified.text);
  await expectArrived(stage, { "почта записана у клиента Salebot": ["salebot", "save_variables", email] });

  const message = "Когда начинается курс?";
  await send(stage, { path: `/webhook/bot/${DEMO_VARS.SALEBOT_TOKEN}`, json: salebotMessage(stage, { ordinal: 1, message }) });
  await expectArrived(stage, { "сообщение видно в поле GetCourse": ["getcourse", message] });

  const query = new URLSearchParams({
    gc_user_id: getcourseUser,
    email,
    phone: "",
    first_name: "Иван",
    last_name: "",
    utm_source: "vk",
  });
  const registered = await send(stage, { path: `${base}/registration?${query.toString()}` });
  stage.teller.judged("регистрация из «Вызвать URL», пустые параметры не мешают", registered.status === 202, registered.text);

  await send(stage, { path: base, json: orderEvent(stage, "getcourse/dealPaid") });
  await send(stage, { path: base, json: orderEvent(stage, "getcourse/dealStatusChanged") });
  await expectArrived(stage, { "оплата запустила блок Salebot": ["salebot", "/callback", "gc_paid", "396.5"] });
  stage.teller.judged("пара вебхуков — одна оплата", (await countArrived(stage, ["/callback", "gc_paid", salebotClient])) === 1);
}
