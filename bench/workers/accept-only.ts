/** The gateway with binding switched off: what accepting an event costs by itself. */
import { Inbox as WholeInbox } from "../../src/inbox.ts";

export { Lane } from "../../src/lane.ts";
export { default } from "../../src/worker.ts";

export class Inbox extends WholeInbox {
  override async alarm(): Promise<void> {}
}
