/** The whole story of one customer, over HTTP only: every step is played against a running gateway and its sandbox. */
import { seedSandbox } from "./stage.ts";
import type { Stage } from "./stage.ts";
import * as firstMessage from "./steps/1-first-message.ts";
import * as link from "./steps/2-link.ts";
import * as login from "./steps/3-login.ts";
import * as updateTelegramId from "./steps/4-update-telegram-id.ts";
import * as school from "./steps/5-school.ts";
import * as network from "./steps/6-network.ts";
import * as notify from "./steps/7-notify.ts";
import * as onePerson from "./steps/8-one-person.ts";

type Step = { title: string; play: (stage: Stage) => Promise<void> };

const STEPS: readonly Step[] = [firstMessage, link, login, updateTelegramId, school, network, notify, onePerson];

/** The vendors know the cast before it meets the gateway, as they do in life. */
async function introduceCast(stage: Stage): Promise<void> {
  const { telegramId, salebotClient, email, clickid } = stage.cast;
  await seedSandbox(stage, "salebot", { clients: [{ id: salebotClient, platform_id: telegramId, name: "Иван" }] });
  await seedSandbox(stage, "getcourse", { users: [{ email }] });
  await seedSandbox(stage, "chatterfy", { clickids: [clickid] });
  await seedSandbox(stage, "keitaro", { subids: [clickid] });
}

/** A step that breaks down is a failure of that step; the next ones are still played, and say what they miss. */
export async function playStory(stage: Stage): Promise<readonly string[]> {
  await introduceCast(stage);
  for (const { title, play } of STEPS) {
    stage.teller.step(title);
    await play(stage).catch((failure: unknown) => stage.teller.judged("шаг сыгран", false, String(failure)));
  }
  return stage.teller.failures();
}
