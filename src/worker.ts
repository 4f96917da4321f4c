/** The Worker: requests go to the routes, the cron to retention. The two Durable Objects live in it. */
import type { Env } from "./env.ts";
import { route } from "./routes.ts";

export { Inbox } from "./inbox.ts";
export { Lane } from "./lane.ts";

export default {
  fetch: (request, env, execution) => route(request, env, execution),
} satisfies ExportedHandler<Env>;
