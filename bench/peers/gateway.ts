/** Our gateway as `npm start` runs it, with identity and twenty rules on, of which one sends the event to the sink. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../../scripts/local/wrangler.ts";
import { ADMIN_TOKEN, operator } from "../kit/host.ts";
import { twentyRules } from "../kit/rules.ts";
import { type Folder, plainEnv } from "./folder.ts";
import type { Recipe } from "./program.ts";
import { type Place, peerShot } from "./traffic.ts";

const TOKEN = "peer-source-token-000000";

/** Keeps its state in `folder`; configured over HTTP after its first start. */
export function gateway(folder: Folder, { port, sink }: Place): Recipe {
  const vars = join(folder.path, "vars.env");
  writeFileSync(vars, `ADMIN_TOKEN=${ADMIN_TOKEN}\nSOURCE_TOKEN=${TOKEN}\nLOG_LEVEL=error\n`, { mode: 0o600 });
  const origin = `http://127.0.0.1:${port}`;
  const config = {
    // The setting of the paid plan, whose limits are those of workerd here; 20 events a batch are for the free one.
    workspace: { batch: 100 },
    connections: {
      source: { kind: "http", token: ["$SOURCE_TOKEN"] },
      vendor: { kind: "http", url: `${sink}/live` },
    },
    rules: twentyRules({ n: "{{fields.n}}", who: "{{person.key}}" }),
  };
  return {
    name: "Throughline, identity and 20 rules",
    keeps: "everything acknowledged: the event, its person, its delivery and every attempt",
    command: [
      process.execPath,
      join(ROOT, "scripts", "start.ts"),
      "--port",
      String(port),
      "--state",
      join(folder.path, "state"),
      "--vars",
      vars,
    ],
    cwd: ROOT,
    env: plainEnv(folder.path),
    origin,
    shot: peerShot(`/webhook/source/${TOKEN}`),
    configure: async () => void (await operator({ origin }, "PUT", "/v1/config", config)),
  };
}
