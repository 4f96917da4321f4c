/** The Worker: requests go to the routes, the cron to its round of chores. The two Durable Objects live in it. */
import { newContext } from "./context.ts";
import type { Env } from "./env.ts";
import { runCron } from "./flows/run-cron.ts";
import { route } from "./routes.ts";

export { Inbox } from "./inbox.ts";
export { Lane } from "./lane.ts";

export default {
  fetch: (request, env, execution) => route(request, env, execution),
  scheduled: async (controller, env, execution) => runCron(await newContext(env, execution), controller.cron),
} satisfies ExportedHandler<Env>;
