import { runInDurableObject } from "cloudflare:test";
import { afterEach, expect, it, vi } from "vitest";
import { inboxOf } from "../../src/context.ts";
import { Lane } from "../../src/lane.ts";
import { bindings } from "../kit/bindings.ts";
import { saveDocument } from "../kit/context.ts";
import { feed } from "../kit/feed.ts";
import { emptyGraph, personOf, rows } from "../kit/identity-rows.ts";
import { laneStub, run, vendor } from "../kit/lane.ts";
import { operator } from "../kit/operator.ts";

afterEach(() => vi.restoreAllMocks());

it("R-01 an erasure that died between its write and the lanes is told to them again: nothing of her is tried once more", async () => {
  await emptyGraph();
  await saveDocument({
    connections: {
      bot: { kind: "salebot", project: "P1" },
      erasing: { kind: "http", url: "https://vendor.example/", retry_seconds: [3_600] },
    },
    rules: [{ on: "*", do: [{ to: "erasing", action: "request", with: { body: { id: "{{event.telegram_id}}" } } }] }],
  });
  vendor(() => new Response(null, { status: 503 }));
  await feed({ ids: { tg: 1 } }, { ids: { tg: 2 } });
  await run("erasing");
  const others = `SELECT id FROM deliveries WHERE person_id = '${await personOf({ tg: 2 })}'`;
  const died = vi.spyOn(Lane.prototype, "forget").mockRejectedValueOnce(new Error("died"));
  await operator("DELETE", `/v1/persons/${await personOf({ tg: 1 })}`).catch(() => null);
  expect(died).toHaveBeenCalledTimes(1);
  await inboxOf(bindings).drain();
  const kept = await runInDurableObject(laneStub("erasing"), (_lane, { storage }) => [
    ...storage.sql.exec("SELECT id FROM work WHERE sealed IS NOT NULL OR rendered IS NOT NULL"),
  ]);
  expect(kept).toEqual(await rows(others));
});
