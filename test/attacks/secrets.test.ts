/** Whoever reads the database or the log finds nothing that opens anything. */
import { createExecutionContext } from "cloudflare:test";
import { env, exports } from "cloudflare:workers";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { sha256 } from "../../src/lib/crypto.ts";
import { newSealer } from "../../src/lib/seal.ts";
import { route } from "../../src/routes.ts";
import { SCHOOL, codeIn, people, saveConfig, someone, wrongPin } from "../kit/login.ts";
import { SITE_SECRET, signedHeaders } from "../kit/sign.ts";
import { bindings } from "../kit/bindings.ts";

// A storm of requests takes long on a busy machine; nothing here depends on how long.
vi.setConfig({ testTimeout: 60_000 });

const { link, authorize, submit, bot, site } = people();

beforeEach(() => saveConfig(SCHOOL));

/** Plays a whole login and returns everything that must not be found anywhere afterwards. */
async function wholeLogin() {
  const telegram_id = `77${someone()}99`;
  const profile = { first_name: "Ярослава", email: "yara@secret.example", phone: "+79005554433" };
  const pending = await link({ telegram_id, client_id: someone(), profile, pin: "71829364" });
  const made = await link({ telegram_id, client_id: someone(), profile, pin: "91827364" });
  await submit(made.url, { pin: wrongPin(made.pin) });
  const code = codeIn(await submit(made.url, { pin: made.pin })) ?? "";
  await authorize({ code });
  const again = await link({ telegram_id, pin: "83746519" });
  await authorize({ buid: again.buid, pin: again.pin });
  const userId = `user-${crypto.randomUUID()}`;
  await site("/v1/mappings", { buid: again.buid, user_id: userId });
  const trusted = await link({ telegram_id, pin: false });
  const token = new URL(trusted.url).searchParams.get("t") ?? "";
  const { body: merge } = await bot("/v1/merge-links", { telegram_id, to: "max", connection: "max" });
  const { body: txn } = await site("/v1/transactions", { return_to: "https://school.example/auth/bot", state: "state-secret-1" });
  const secrets = [
    made.buid,
    pending.buid,
    again.buid,
    trusted.buid,
    "71829364",
    "91827364",
    "83746519",
    code,
    token,
    String(merge["token"]),
    String(txn["txn"]),
    "state-secret-1",
    userId,
    telegram_id,
    profile.email,
    profile.phone,
    profile.first_name,
  ];
  return { secrets };
}

/** Every value of every table, bytes as Latin-1 text. */
async function dump(): Promise<string> {
  const { results: tables } = await env.DB.prepare(
    "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_cf%' ESCAPE '\\' AND name NOT LIKE 'sqlite%' AND name NOT LIKE 'd1%'",
  ).all<{ name: string }>();
  const texts: string[] = [];
  for (const { name } of tables.filter((table) => table.name !== "config_versions")) {
    const rows = await env.DB.prepare(`SELECT * FROM "${name}"`).raw<unknown[]>();
    for (const value of rows.flat())
      texts.push(Array.isArray(value) ? String.fromCharCode(...(value as number[])) : String(value));
  }
  return texts.join("\n");
}

const latin = (text: string) => String.fromCharCode(...new TextEncoder().encode(text));

describe("S28 the database", () => {
  it("holds no PIN, buid, code, token, user, account, e-mail, phone or name in the open", async () => {
    const { secrets } = await wholeLogin();
    const found = await dump();
    expect(secrets.filter((secret) => found.includes(secret) || found.includes(latin(secret)))).toEqual([]);
  });

  it("gives a PIN neither to a plain hash nor to a wrong pepper, and to the right one at once", async () => {
    const made = await link({ telegram_id: someone(), pin: "482913" });
    const found = await dump();
    const right = await newSealer("test-seal-key-00000000000000000000");
    const buid = await right.mac("buid", made.buid);
    const guess = async (pepper: string) => (await (await newSealer(pepper)).macs("pin", `site\n${buid}\n482913`))[0] ?? "";
    expect(found).toContain(await guess("test-seal-key-00000000000000000000"));
    expect(found).not.toContain(await guess("test-seal-key-00000000000000000001"));
    const hash = await sha256("482913");
    expect(found).not.toContain(String.fromCharCode(...hash));
    expect(found).not.toContain([...hash].map((byte) => byte.toString(16).padStart(2, "0")).join(""));
  });
});

describe("S27 the log", () => {
  it("holds none of them either, through a whole login with failures", async () => {
    const lines: string[] = [];
    const levels = ["log", "info", "warn", "error", "debug"] as const;
    const spies = levels.map((level) =>
      vi.spyOn(console, level).mockImplementation((...given: unknown[]) => void lines.push(given.map(String).join(" "))),
    );
    const { secrets } = await wholeLogin();
    await authorize({ buid: secrets[0], pin: "12" });
    await bot("/v1/links", { telegram_id: "x" }, "wrong-token");
    for (const spy of spies) spy.mockRestore();
    expect(lines.join("\n")).toContain("caller.refused");
    expect(secrets.filter((secret) => lines.join("\n").includes(secret))).toEqual([]);
  });
});

describe("S30 signed calls", () => {
  const call = async (headers: Record<string, string>, body: string) => {
    const response = await exports.default.fetch("https://go.example/v1/authorize", { method: "POST", headers, body });
    return [response.status, (await response.json<{ reason?: string }>()).reason];
  };

  it("a repeated id is replayed, also with a fresh signature, and the proof is not spent twice", async () => {
    const made = await link({ telegram_id: someone() });
    const body = JSON.stringify({ buid: made.buid, pin: wrongPin(made.pin) });
    const headers = await signedHeaders(body, { id: "msg_repeated" });
    expect(await call(headers, body)).toEqual([403, "pin_invalid"]);
    expect(await call(headers, body)).toEqual([409, "replayed"]);
    const again = JSON.stringify({ buid: made.buid, pin: made.pin });
    expect(await call(await signedHeaders(again, { id: "msg_repeated" }), again)).toEqual([409, "replayed"]);
    expect((await authorize({ buid: made.buid, pin: wrongPin(made.pin) })).body["attempts_left"]).toBe(3);
  });

  it("of 20 copies at once one is heard", async () => {
    const body = JSON.stringify({ buid: "AAAAAAAAAAAAAAAB", pin: "123456" });
    const headers = await signedHeaders(body, { id: "msg_storm" });
    const answers = await Promise.all(Array.from({ length: 20 }, () => call(headers, body)));
    expect(answers.filter(([status]) => status !== 409)).toHaveLength(1);
  });

  it("a stale, future, wrongly keyed or changed call is refused and leaves no row", async () => {
    const made = await link({ telegram_id: someone() });
    const body = JSON.stringify({ buid: made.buid, pin: made.pin });
    const rows = async () => (await env.DB.prepare("SELECT COUNT(*) AS n FROM seen_messages").first<{ n: number }>())?.n;
    const before = await rows();
    expect(await call(await signedHeaders(body, { at: Date.now() - 301_000 }), body)).toEqual([401, "unauthorized"]);
    expect(await call(await signedHeaders(body, { at: Date.now() + 301_000 }), body)).toEqual([401, "unauthorized"]);
    expect(await call(await signedHeaders(body, { secret: "whsec_CCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCC=" }), body)).toEqual(
      [401, "unauthorized"],
    );
    expect(await call(await signedHeaders(body), `${body} `)).toEqual([401, "unauthorized"]);
    expect(await call({ authorization: "Bearer bot-token-000000000000" }, body)).toEqual([401, "unauthorized"]);
    expect(await rows()).toBe(before);
    expect((await authorize({ buid: made.buid, pin: made.pin }, { secret: SITE_SECRET })).status).toBe(200);
  });
});

it("a storage failure is 503, never a wrong PIN and never a used one", async () => {
  const made = await link({ telegram_id: someone() });
  const dead = new Proxy(env.DB, {
    get: (target, name) => {
      if (name === "batch")
        return () => Promise.reject(new Error("D1_ERROR: D1 DB is overloaded. Requests queued for too long."));
      const member: unknown = Reflect.get(target, name, target);
      return typeof member === "function" ? member.bind(target) : member;
    },
  });
  const broken = people((request) => route(request, { ...bindings, DB: dead }, createExecutionContext()));
  const refused = await broken.authorize({ buid: made.buid, pin: made.pin });
  expect([refused.status, refused.headers.get("retry-after") !== null]).toEqual([503, true]);
  const page = await broken.submit(made.url, { pin: made.pin });
  expect([page.status, page.headers.get("retry-after")]).toEqual([503, "2"]);
  expect((await authorize({ buid: made.buid, pin: made.pin })).status).toBe(200);
});
