/** Who plays. The first play has the person of the documentation; a later play on kept state has somebody new, since the facts of the first are already known. */
import { demo } from "../../sandbox/demo.ts";

export type Cast = {
  telegramId: string;
  salebotClient: string;
  email: string;
  clickid: string;
  playerId: string;
  getcourseUser: string;
  /** The person's user at the site. */
  siteUser: string;
  dealId: string;
  /** Salebot's message ids begin here. */
  messageId: number;
  /** Appended to transaction ids. */
  mark: string;
};

/** `play` counts from 0: how often the story was played on this state. */
export function castOf(play: number): Cast {
  const later = play > 0;
  return {
    telegramId: String(Number(demo.person.telegram_id) + play),
    salebotClient: String(Number(demo.person.salebot_client) + 1000 * play),
    email: later ? demo.person.email.replace("@", `+${play}@`) : demo.person.email,
    clickid: later ? `${demo.person.clickid}-${play}` : demo.person.clickid,
    playerId: String(987 + play),
    getcourseUser: String(124_091_828 + 1000 * play),
    siteUser: String(9001 + play),
    dealId: String(456 + play),
    messageId: 1 + 1000 * play,
    mark: later ? `-${play}` : "",
  };
}
