/** What a lane does with work that it cannot open or prepare at the moment. */
import { runInDurableObject } from "cloudflare:test";
import { afterEach, expect, it, vi } from "vitest";
import { laneOf } from "../../src/context.ts";
import { packWork } from "../../src/flows/lane/packed-work.ts";
import type { Lane } from "../../src/lane.ts";
import { newSealer } from "../../src/lib/seal.ts";
import { configure, fine, give, laneStub, person, row, run, travel, vendor } from "../kit/lane.ts";
import { bindings } from "../kit/bindings.ts";

afterEach(() => vi.restoreAllMocks());

const hello = { literal: false, body: { text: "hi {{person.telegram_id}}" } };

it("while D1 is away, what is about a person waits without using a try, and the rest goes", async () => {
  await configure({ away: { retry_seconds: [60] } });
  const calls = vendor(fine);
  const [about = ""] = await give("away", [{ personId: await person("away"), ...hello }]);
  const [plain = ""] = await give("away", [{ line: "plain", body: "plain" }]);
  const gone = vi.spyOn(bindings.DB, "batch").mockRejectedValue(new Error("D1 is away"));
  await run("away");
  expect(calls.map(({ body }) => body)).toEqual(["plain"]);
  gone.mockRestore();
  travel(60_000);
  await run("away");
  expect(calls.map(({ body }) => body)).toEqual(["plain", '{"text":"hi tg-away"}']);
  expect(await row(about)).toMatchObject({ status: "delivered", attempts: 1 });
  expect(await row(plain)).toMatchObject({ status: "delivered", attempts: 1 });
});

it("what was sealed by a key that is not given waits, its line behind it, and is not lost; other lines go", async () => {
  await configure({ key: {} });
  const calls = vendor(fine);
  const foreign = await newSealer("9:another-seal-key-000000000000000000000");
  const order = {
    with: { url: "https://vendor.example/", body: "lost" },
    personId: null,
    address: null,
    event: null,
    rendered: null,
    replay: false,
  };
  const work = await foreign.seal(JSON.stringify({ ...order, literal: true }));
  await laneOf(bindings, "key").take(
    "key",
    packWork([{ id: "dlv_sealed", generation: 0, line: "a", action: "request", createdAt: 1, work }]),
  );
  await give("key", [
    { line: "a", body: "behind" },
    { line: "b", body: "other" },
  ]);
  await run("key");
  expect(calls.map(({ body }) => body)).toEqual(["other"]);
  const left = await runInDurableObject(laneStub("key"), (_lane: Lane, state) => [
    ...state.storage.sql.exec("SELECT id, state, attempts FROM work WHERE id = 'dlv_sealed'"),
  ]);
  expect(left).toEqual([{ id: "dlv_sealed", state: "waiting", attempts: 0 }]);
  travel(31_000);
  await run("key");
  expect(calls).toHaveLength(1);
});
