import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it, vi } from "vitest";
import type { Env } from "../../src/env.ts";
import { settingsOf } from "../../src/env.ts";
import { loadConfig, saveConfig } from "../../src/store/config.ts";

const settings = settingsOf(env);
const save = (on: Env, name: string) =>
  saveConfig(on, settings, { document: { workspace: { name } }, author: "test", note: "", now: 0 });

/** The environment with a KV namespace whose next call of `method` waits until it is let go. */
function slowOnce(method: "get" | "put"): { readonly on: Env; readonly letGo: () => void; readonly reached: Promise<void> } {
  const gate = Promise.withResolvers<void>();
  const reached = Promise.withResolvers<void>();
  let waits = true;
  const CONFIG = new Proxy(env.CONFIG, {
    get: (target, name) => {
      const own: unknown = Reflect.get(target, name);
      if (typeof own !== "function") return own;
      return async (...given: unknown[]): Promise<unknown> => {
        if (name !== method || !waits) return Reflect.apply(own, target, given);
        waits = false;
        const early: unknown = method === "get" ? await Reflect.apply(own, target, given) : null;
        reached.resolve();
        await gate.promise;
        return method === "get" ? early : Reflect.apply(own, target, given);
      };
    },
  });
  return { on: { ...env, CONFIG }, letGo: gate.resolve, reached: reached.promise };
}

beforeEach(() => save(env, "first"));

describe("the configuration", () => {
  it("a read that began before a save and ends after it brings nothing old back", async () => {
    const slow = slowOnce("get");
    const reading = loadConfig(slow.on, settings, 0);
    await slow.reached;
    await save(env, "second");
    slow.letGo();
    expect((await reading).workspace.name).toBe("second");
    expect((await loadConfig(env, settings)).workspace.name).toBe("second");
  });

  it("the isolate's copy serves on while nothing newer can be read", async () => {
    const CONFIG = new Proxy(env.CONFIG, {
      get: () => () => Promise.reject(new Error("KV is away")),
    });
    expect((await loadConfig({ ...env, CONFIG }, settings, 0)).workspace.name).toBe("first");
  });

  it("of two saves that reach the snapshot in the other order the newer one stays", async () => {
    const slow = slowOnce("put");
    const late = save(slow.on, "second");
    await slow.reached;
    await save(env, "third");
    slow.letGo();
    await late;
    expect(await env.CONFIG.get("snapshot", "json")).toMatchObject({ document: { workspace: { name: "third" } } });
    expect((await loadConfig(env, settings, 0)).workspace.name).toBe("third");
  });

  it("a secret that is gone since the save is named in the log, once for a version", async () => {
    const told = vi.spyOn(console, "error").mockReturnValue();
    const bot = { kind: "telegram", bot_token: "$LOST_TOKEN", secret_token: ["$LOST_TOKEN"] };
    const document = { connections: { bot } };
    await saveConfig(env, settings, { document, author: "test", note: "", now: 0 });
    await loadConfig(env, settings, 0);
    expect(told.mock.calls.flat().map((line) => JSON.parse(String(line)))).toEqual([
      { level: "error", name: "config.secret.missing", secret: "LOST_TOKEN", version: expect.any(Number) },
    ]);
  });
});
