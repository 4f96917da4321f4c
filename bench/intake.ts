/** What accepting an event costs beside a bare Worker that makes the same Durable Object call with the same bytes into a bare SQLite insert. */
import { operator, startGateway, startHost } from "./kit/host.ts";
import { measure, print, ratio } from "./kit/measure.ts";

const CONFIG = { connections: { bot: { kind: "salebot", project: "294495", token: ["$BOT_TOKEN"] } } };
const VARS = { BOT_TOKEN: "bench-bot-token" };
const REQUESTS = 3_000;

/** Salebot's project webhook (vendors §2.2), a new message of one of 5,000 people. */
const body = (n: number): string =>
  JSON.stringify({
    id: n + 1,
    client: {
      id: 500_000 + (n % 5_000),
      recepient: String(700_000 + (n % 5_000)),
      client_type: 1,
      name: "Иван",
      avatar: "",
      created_at: "2026-03-01T10:00:00Z",
      tag: "",
      group: "my_bot",
    },
    message: "привет",
    attachments: [],
    message_id: n + 1,
    project_id: 294_495,
    is_input: 1,
    delivered: 1,
    error_message: "",
  });

export async function benchIntake(): Promise<void> {
  const order = (path: string) => ({
    requests: REQUESTS,
    shot: (n: number) => ({ method: "POST", path, headers: { "content-type": "application/json" }, body: body(n) }),
  });
  for (const connections of [1, 16]) {
    console.log(`\nintake, ${connections} connection(s)`);
    const bare = await startHost("bench/workers/bare-intake.ts", { BARE: "Bare" });
    const control = await measure(bare, { ...order("/"), connections });
    await bare.close();
    print("control: bare Worker, 1 DO call, 1 insert", control);
    const acceptOnly = await startGateway("bench/workers/accept-only.ts", CONFIG, VARS);
    const accept = await measure(acceptOnly, { ...order("/webhook/bot/bench-bot-token"), connections });
    await acceptOnly.close();
    print("gateway: accept (1 DO call)", accept);
    const whole = await startGateway("src/worker.ts", CONFIG, VARS);
    const settle = async (): Promise<void> => {
      for (;;) {
        const { items } = (await operator(whole, "GET", "/v1/events?status=accepted&limit=1")) as { items: unknown[] };
        if (items.length === 0) return;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    };
    const bound = await measure(whole, { ...order("/webhook/bot/bench-bot-token"), connections }, { settle });
    await whole.close();
    print("gateway: accept and bind in the background", bound);
    ratio("accept / control, p50", accept.p50 / control.p50, "≤ 1.3");
    ratio("accept / control, CPU", accept.cpuPerRequest / control.cpuPerRequest, "≤ 1.3");
  }
}
