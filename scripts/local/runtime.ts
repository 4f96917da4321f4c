/** workerd outlives a launcher that was killed alone, keeping the port and the database files. On Linux the kernel ends it with its parent. */
import { access, constants, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import * as z from "zod/mini";

/** What the `workerd` package exports: the path of its executable. */
const Binary = z.object({ default: z.string() });
const SETPRIV = "/usr/bin/setpriv";

export async function dieWithLauncher(directory: string): Promise<void> {
  if (process.platform !== "linux") return;
  try {
    await access(SETPRIV, constants.X_OK);
  } catch {
    return;
  }
  const { default: workerd } = Binary.parse(createRequire(import.meta.url)("workerd"));
  const wrapper = join(directory, "tmp", "workerd");
  await writeFile(wrapper, `#!/bin/sh\nexec ${SETPRIV} --pdeathsig KILL '${workerd}' "$@"\n`, { mode: 0o700 });
  process.env["MINIFLARE_WORKERD_PATH"] = wrapper;
}
