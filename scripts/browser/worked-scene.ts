/** The worked data set behind a running server, with one of everything an operator has to mend: a conflict of people, a macro that came literally,
 *  a delivery that was given up. */
import { readFileSync } from "node:fs";
import { demo } from "../../sandbox/demo.ts";
import { IMPORT_CONFIG } from "../../test/kit/worked-config.ts";
import { importLines } from "../../test/kit/worked-lines.ts";
import { type Stage, orderFault, request, seedSandbox, until } from "../demo/stage.ts";
import { fieldsOf, listOf, textOf } from "../../sandbox/kit/values.ts";

export const WORKED_QUERY = "from=2026-03-01&to=2026-03-08";
const HOOK = "/webhook/sb/tok-sb-0000000000";

/** The set's own connections; the bot also sends, to its double. */
const document = (sandbox: string): unknown => ({
  ...IMPORT_CONFIG,
  connections: {
    ...IMPORT_CONFIG.connections,
    sb: { ...IMPORT_CONFIG.connections.sb, name: "Salebot", api_key: demo.salebot.api_key, base_url: `${sandbox}/salebot` },
    gc: { ...IMPORT_CONFIG.connections.gc, name: "GetCourse" },
    onewin: { ...IMPORT_CONFIG.connections.onewin, name: "1win" },
    chat: { ...IMPORT_CONFIG.connections.chat, name: "Chatterfy" },
    site1: { ...IMPORT_CONFIG.connections.site1, name: "Сайт" },
    spare: { kind: "getcourse", account: "second.getcourse.ru", token: "tok-spare-000000", name: "Второй аккаунт" },
  },
  rules: [
    {
      name: "Заявка запускает блок бота",
      on: "lead",
      from: "sb",
      do: [{ to: "sb", action: "callback", with: { message: "lead" } }],
    },
  ],
});

/** A fact from the bot of the scene. */
export const tell = (stage: Stage, json: Record<string, unknown>): Promise<unknown> => request(stage, { path: HOOK, json });

/** Asks the operator API until its first item fits. */
export async function firstOf(
  stage: Stage,
  path: string,
  fits: (item: Record<string, unknown>) => boolean = () => true,
): Promise<Record<string, unknown>> {
  const found = await until(async () => {
    const { body } = await request(stage, { path, proof: "operator" });
    return listOf(body["items"]).map(fieldsOf).find(fits) ?? null;
  });
  if (found === null) throw new Error(`${path}: nothing came`);
  return found;
}

/** Two accounts that name one e-mail; the number of the problem. */
export async function conflictOver(
  stage: Stage,
  email: string,
  accounts: readonly (readonly [id: string, name: string])[],
): Promise<string> {
  const open = async (): Promise<string[]> => {
    const { body } = await request(stage, { path: "/v1/problems", proof: "operator" });
    return listOf(body["items"]).map((item) => textOf(fieldsOf(item)["id"]));
  };
  const before = await open();
  for (const [id, first_name] of accounts) {
    await tell(stage, { event: "bot_start", telegram_id: id, client_id: `9${id}`, first_name });
    await tell(stage, { event: "identify", telegram_id: id, client_id: `9${id}`, email });
  }
  const found = await until(async () => (await open()).find((id) => !before.includes(id)) ?? null);
  if (found === null) throw new Error("no conflict was told");
  return found;
}

/** An event whose delivery the double refuses for good. */
export async function deadLetter(stage: Stage): Promise<string> {
  await orderFault(stage, { vendor: "salebot", fault: { kind: "status", status: 400, body: "bad request" }, times: 1 });
  await tell(stage, { event: "lead", telegram_id: "1001", client_id: "501", event_id: "lead-1" });
  const dead = await firstOf(stage, "/v1/deliveries?status=dead");
  return textOf(dead["event_id"]);
}

/** Returns when the report counts everybody of the data set. Throws when the configuration is refused. */
export async function loadWorkedScene(stage: Stage): Promise<void> {
  await seedSandbox(stage, "salebot", { clients: [{ id: "501", platform_id: "1001", name: "Анна" }] });
  const config = await request(stage, { method: "PUT", path: "/v1/config", proof: "operator", json: document(stage.sandbox) });
  if (config.status >= 300) throw new Error(config.text);
  const source = readFileSync(new URL("../../test/fixtures/funnel-dataset.jsonl", import.meta.url), "utf8");
  await fetch(`${stage.gateway}/v1/import`, {
    method: "POST",
    headers: { authorization: `Bearer ${stage.adminToken}` },
    body: importLines(source),
  });
  await firstOf(stage, "/v1/events?limit=1");
  await until(async () => {
    const { body } = await request(stage, { path: `/v1/report?${WORKED_QUERY}`, proof: "operator" });
    return body["cohort"] === 13 ? true : null;
  });
}
