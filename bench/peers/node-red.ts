/** Node-RED without its editor: `http in` → 202 and, beside it, a POST to the sink. It starts without an account and keeps nothing. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Folder, install, plainEnv } from "./folder.ts";
import type { Recipe } from "./program.ts";
import { HOOK, type Place, peerShot } from "./traffic.ts";

const VERSION = "5.0.7";

/** Installed into `folder`, unless PEERS_DIR has it. */
export async function nodeRed(folder: Folder, { port, sink }: Place): Promise<Recipe> {
  const home = await install(folder, "node-red", { dependencies: { "node-red": VERSION } }, []);
  const flow = [
    { id: "flow", type: "tab", label: "bench" },
    { id: "in", type: "http in", z: "flow", url: HOOK, method: "post", wires: [["answer", "send"]] },
    { id: "answer", type: "http response", z: "flow", statusCode: "202", wires: [] },
    { id: "send", type: "http request", z: "flow", method: "POST", ret: "txt", url: `${sink}/live`, persist: true, wires: [[]] },
  ];
  writeFileSync(join(folder.path, "flow.json"), JSON.stringify(flow));
  const settings = {
    uiPort: port,
    uiHost: "127.0.0.1",
    disableEditor: true,
    httpAdminRoot: false,
    logging: { console: { level: "error" } },
  };
  writeFileSync(join(folder.path, "settings.cjs"), `module.exports = ${JSON.stringify(settings)};\n`);
  const script = join(home, "node_modules", "node-red", "red.js");
  return {
    name: `Node-RED ${VERSION}`,
    keeps: "nothing: the message lives in memory only",
    command: [
      process.execPath,
      script,
      "--settings",
      join(folder.path, "settings.cjs"),
      "--userDir",
      folder.path,
      join(folder.path, "flow.json"),
    ],
    cwd: folder.path,
    env: plainEnv(folder.path),
    origin: `http://127.0.0.1:${port}`,
    shot: peerShot(HOOK),
  };
}
