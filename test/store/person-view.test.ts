import { beforeEach, expect, it } from "vitest";
import { loadPersonViews } from "../../src/store/person-view.ts";
import { newestOf } from "../../src/domain/person-value.ts";
import { feed } from "../kit/feed.ts";
import { emptyGraph, rows } from "../kit/identity-rows.ts";
import { saveDocument, testContext } from "../kit/context.ts";

beforeEach(emptyGraph);

it("whoever has clicked three hundred times since is still reached by what was told before, and by the newest click", async () => {
  await saveDocument({
    connections: { bot: { kind: "salebot", project: "P1" }, tracker: { kind: "keitaro", url: "https://tr.example" } },
  });
  await feed({ ids: { tg: 1, email: "a@b.ru" } });
  const [person] = await rows<{ id: string }>("SELECT id FROM persons");
  const clicks = Array.from({ length: 300 }, (_, n) => ({ ids: { email: "a@b.ru", click: `c_${String(n).padStart(16, "0")}` } }));
  await feed(...clicks);
  const ctx = await testContext();
  const view = (await loadPersonViews(ctx, [person?.id ?? ""])).get(person?.id ?? "");
  if (view === undefined || view === "gone") throw new Error("no person");
  expect(newestOf(view, "telegram_id")).toBe("1");
  expect(newestOf(view, "click")).toBe("c_0000000000000299");
});
