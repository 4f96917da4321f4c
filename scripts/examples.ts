/** `npm run test:examples`: the site examples of docs/site, each as a real site beside the real gateway: Node by node, PHP by php (Debian: php-cli),
 *  Chatium on a stand-in of its platform; then the forwarder of docs/recipes. A language that cannot be run is a failure, never skipped. */
import { spawnSync } from "node:child_process";
import { startSandbox } from "../sandbox/server.ts";
import { DEMO_VARS, demoDocument } from "./demo/config.ts";
import { newTeller } from "./demo/teller.ts";
import { playForward } from "./examples/forward.ts";
import { play } from "./examples/play.ts";
import { type Language, newSite } from "./examples/site.ts";
import { freePort, newMortalServer } from "./kill/server.ts";

if (spawnSync("php", ["-v"]).status !== 0) {
  process.stderr.write("test:examples: no php; apt-get install php-cli\n");
  process.exit(1);
}

const LANGUAGES: readonly Language[] = ["node", "php", "chatium"];
const secretOf = (language: Language): string => `whsec_${Buffer.from(language.padEnd(32, ".")).toString("base64")}`;

const sandbox = await startSandbox();
const server = await newMortalServer(DEMO_VARS);
const sites = await Promise.all(LANGUAGES.map(async (language) => newSite(language, await freePort())));
const teller = newTeller((text) => process.stdout.write(text), process.stdout.isTTY);
const connections = Object.fromEntries(
  sites.map(({ language, url }) => [
    language,
    {
      kind: "site",
      origin: url,
      return_to: [`${url}/auth/bot`],
      secret: [secretOf(language)],
      bot: "bot",
      webhook_url: `${url}/hooks/gateway`,
    },
  ]),
);
try {
  await server.start();
  const document = demoDocument(sandbox.url);
  const saved = await fetch(`${server.url}/v1/config`, {
    method: "PUT",
    headers: { authorization: `Bearer ${server.adminToken}` },
    body: JSON.stringify({ ...document, connections: { ...document.connections, ...connections } }),
  });
  teller.judged("конфигурация сохранена", saved.ok, await saved.text());
  for (const site of sites) {
    teller.step(`docs/site/${site.language}`);
    await site.start(server.url, secretOf(site.language));
    await play(site, { gateway: server.url, sandbox: sandbox.url, secret: secretOf(site.language), teller });
  }
  teller.step("docs/recipes/forward.php");
  await playForward(server, DEMO_VARS.SALEBOT_TOKEN, teller);
} finally {
  await Promise.all(sites.map((site) => site.close()));
  await server.close();
  await sandbox.close();
}
const failures = teller.failures();
process.stdout.write(
  failures.length === 0 ? "\ntest:examples: passed\n" : `\ntest:examples: failed\n  ${failures.join("\n  ")}\n`,
);
process.exitCode = failures.length === 0 ? 0 : 1;
