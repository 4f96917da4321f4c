/** The demonstration: the sandbox and the Worker in one process group, the configuration of an operator, the story once, then it stays up. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Sandbox, startSandbox } from "../../sandbox/server.ts";
import { textOf } from "../../sandbox/kit/values.ts";
import { openGateway } from "../local/gateway.ts";
import type { Options } from "../local/options.ts";
import { stopOnSignals } from "../local/signals.ts";
import { readVars } from "../local/vars.ts";
import { castOf } from "./cast.ts";
import { DEMO_VARS, demoDocument } from "./config.ts";
import { type Stage, newStage, request } from "./stage.ts";
import { playStory } from "./story.ts";
import { newTeller } from "./teller.ts";

const SANDBOX_PORT = 8799;

/** Its own port when that is free, so that the links of a kept configuration go on working. */
const openSandbox = (): Promise<Sandbox> => startSandbox({ port: SANDBOX_PORT }).catch(() => startSandbox());

/** How many times the story has been played on this state. */
function nextPlay(directory: string): number {
  const path = join(directory, "plays");
  const plays = existsSync(path) ? Number(readFileSync(path, "utf8")) || 0 : 0;
  writeFileSync(path, String(plays + 1));
  return plays;
}

async function configure(stage: Stage): Promise<void> {
  const reply = await request(stage, { method: "PUT", path: "/v1/config", proof: "operator", json: demoDocument(stage.sandbox) });
  if (reply.status !== 200) throw new Error(`PUT /v1/config answered ${reply.status}: ${reply.text}`);
  stage.teller.line(`Конфигурация принята: ${reply.text.slice(0, 120)}`);
}

/** A link of its own, since the story has spent those it made. */
async function tellAddresses(stage: Stage): Promise<void> {
  const json = { telegram_id: stage.cast.telegramId, site: "site" };
  const { body } = await request(stage, { path: "/v1/links", proof: "bot", json });
  stage.teller.line(`
Открыто и ждёт (Ctrl+C — остановить):
  консоль              ${stage.gateway}/console
    токен              ${stage.adminToken}
  страница PIN         ${textOf(body["url"])}
    PIN                ${textOf(body["pin"])} (десять минут)
  что пришло сервисам  ${stage.sandbox}/_sandbox/`);
}

export async function demonstrate(options: Options): Promise<void> {
  const given = options.varsFile === null ? {} : readVars(options.varsFile);
  const sandbox = await openSandbox();
  const opening = openGateway({
    port: options.port,
    stateDirectory: options.stateDirectory,
    vars: { LOG_LEVEL: "error", ...DEMO_VARS, ...given },
  });
  const stop = async (): Promise<void> => {
    await (await opening).stop();
    await sandbox.close();
  };
  stopOnSignals(stop);
  const gateway = await opening;
  const colours = process.stdout.isTTY && !process.env["NO_COLOR"];
  const stage = newStage({
    gateway: gateway.url,
    sandbox: sandbox.url,
    adminToken: gateway.adminToken,
    cast: castOf(nextPlay(options.stateDirectory)),
    teller: newTeller((text) => process.stdout.write(text), colours),
  });
  stage.teller.line(
    `Throughline: ${gateway.url} · состояние ${options.stateDirectory} · готов через ${process.uptime().toFixed(1)} с`,
  );
  await configure(stage);
  const failures = await playStory(stage);
  stage.teller.line(
    failures.length === 0
      ? "\nИстория сыграна, все шаги зелёные."
      : `\nНе прошло ${failures.length}:\n  ${failures.join("\n  ")}`,
  );
  if (options.play === "story once") {
    await stop();
    process.exit(failures.length === 0 ? 0 : 1);
  }
  await tellAddresses(stage);
}
