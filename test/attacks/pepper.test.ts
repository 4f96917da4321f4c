import { createExecutionContext } from "cloudflare:test";
import { beforeEach, expect, it, vi } from "vitest";
import type { Env } from "../../src/env.ts";
import { route } from "../../src/routes.ts";
import { SCHOOL, people, saveConfig, someone } from "../kit/login.ts";
import { bindings } from "../kit/bindings.ts";

// A storm of requests takes long on a busy machine; nothing here depends on how long.
vi.setConfig({ testTimeout: 60_000 });

const { link } = people();

/** The inbox object keeps the old key in this process, so it is not asked to open what the new key sealed. */
const deafInbox = {
  idFromName: () => null,
  get: () => ({ accept: async (arrivals: readonly { id: string }[]) => arrivals.map(({ id }) => ({ id, outcome: "accepted" })) }),
};
const deaf = { ...bindings, INBOX: deafInbox as unknown as Env["INBOX"] };

beforeEach(() => saveConfig(SCHOOL));

it("S28 a rotation of the pepper keeps live PINs valid", async () => {
  const rotated = { ...deaf, SEAL_KEY: "2:a-new-key-00000000000000000000000,1:test-seal-key-00000000000000000000" };
  const after = people((request) => route(request, rotated, createExecutionContext()));
  const before = await link({ telegram_id: someone() });
  expect((await after.authorize({ buid: before.buid, pin: before.pin })).status).toBe(200);
  const fresh = await after.link({ telegram_id: someone() });
  expect((await after.authorize({ buid: fresh.buid, pin: fresh.pin })).status).toBe(200);
});
