/** workerd outlives a launcher that was killed alone, keeping the port and the database files. On Linux the kernel ends it with its parent. */
import { access, constants, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import * as z from "zod/mini";

/** What the `workerd` package exports: the path of its executable. */
const Binary = z.object({ default: z.string() });
const SETPRIV = "/usr/bin/setpriv";

async function isExecutable(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** For the workerd that is started next. `scratch` is a folder for the wrapper; elsewhere than on Linux nothing is done. */
export async function dieWithLauncher(scratch: string): Promise<void> {
  if (process.platform !== "linux" || !(await isExecutable(SETPRIV))) return;
  const { default: workerd } = Binary.parse(createRequire(import.meta.url)("workerd"));
  const wrapper = join(scratch, "workerd");
  const quoted = workerd.replaceAll("'", String.raw`'\''`);
  await writeFile(wrapper, `#!/bin/sh\nexec ${SETPRIV} --pdeathsig KILL '${quoted}' "$@"\n`, { mode: 0o700 });
  // Not where the state is kept on a disk that nothing may be started from.
  if (await isExecutable(wrapper)) process.env["MINIFLARE_WORKERD_PATH"] = wrapper;
}
