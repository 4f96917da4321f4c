/** The digest under which a written value is remembered; the binder computes the same one for what a platform reports. */
import type { Context } from "../context.ts";
import { echoValue } from "../domain/echo.ts";

/** `name`: an identifier type or a field name; `value` in any case and with any surrounding space. */
export const echoDigest = (ctx: Pick<Context, "seal">, connection: string, name: string, value: string): Promise<string> =>
  ctx.seal.mac("echo", `${connection}\n${name}\n${echoValue(value)}`);

/** The same value as written for one person only. */
export const echoFor = (person: string, digest: string): string => `${person}:${digest}`;
