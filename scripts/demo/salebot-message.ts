import { demo } from "../../sandbox/demo.ts";
import type { Stage } from "./stage.ts";

/** The body of Salebot's project webhook, its misspelling included (vendors.md §2.2). `ordinal` makes the message's id. */
export const salebotMessage = (stage: Stage, given: { ordinal: number; message: string }) => ({
  id: stage.cast.messageId + given.ordinal,
  client: {
    id: Number(stage.cast.salebotClient),
    recepient: stage.cast.telegramId,
    client_type: 1,
    name: demo.person.first_name,
    avatar: "",
    created_at: new Date().toISOString(),
    tag: "promo1",
    group: demo.salebot.group,
  },
  message: given.message,
  attachments: [],
  message_id: stage.cast.messageId + given.ordinal,
  project_id: Number(demo.salebot.project),
  is_input: 1,
  delivered: 1,
  error_message: "",
});
