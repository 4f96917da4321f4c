import { fieldsOf, listOf, textOf } from "../../../sandbox/kit/values.ts";
import { knownAs } from "../person.ts";
import { type Stage, request, send, until } from "../stage.ts";

export const title = "8. Всё это — один человек";

type Entry = { id: string; type: string; label: string; at: string; why: string };

async function timelineOf(stage: Stage, id: string): Promise<Entry[]> {
  const { body } = await request(stage, { path: `/v1/persons/${id}/timeline`, proof: "operator" });
  return listOf(body["items"]).map((item) => {
    const { event_id, type, label, at, why } = fieldsOf(item);
    return { id: textOf(event_id), type: textOf(type), label: textOf(label), at: textOf(at), why: textOf(why) };
  });
}

const EXPECTED = [
  "bot_start",
  "login",
  "identify",
  "message",
  "registration",
  "payment sale",
  "payment resale#1",
  "payment resale#2",
];

export async function play(stage: Stage): Promise<void> {
  const { telegramId, salebotClient, email, clickid, siteUser, getcourseUser } = stage.cast;
  await send(stage, { path: `/v1/persons?telegram_id=${telegramId}`, proof: "operator" });
  const person = await until(() => knownAs(stage, `telegram_id=${telegramId}`));
  const id = person?.id ?? "";
  for (const query of [
    `client_id=${salebotClient}`,
    `email=${encodeURIComponent(email)}`,
    `clickid=${clickid}`,
    `user_id=${siteUser}`,
    `gc_user_id=${getcourseUser}`,
  ]) {
    const other = await knownAs(stage, query);
    stage.teller.judged(`${decodeURIComponent(query)} — тот же человек`, other !== null && other.id === id, other);
  }
  const timeline = await timelineOf(stage, id);
  for (const { at, type, label, why } of timeline) stage.teller.line(`    ${at} ${`${type} ${label}`.trim().padEnd(18)} ${why}`);
  const names = timeline.map(({ type, label }) => `${type} ${label}`.trim());
  const missing = EXPECTED.filter((name) => !names.includes(name));
  stage.teller.judged("на ленте всё, что произошло", missing.length === 0, { missing, names });
  const times = timeline.map(({ at }) => Date.parse(at));
  stage.teller.judged(
    "по порядку времени события",
    times.every((time, index) => index === 0 || time >= (times[index - 1] ?? 0)),
  );
  stage.teller.judged("каждая запись говорит, почему она здесь", timeline.length > 0 && timeline.every(({ why }) => why !== ""));
}
