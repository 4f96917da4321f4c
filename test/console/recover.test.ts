/** «Повторить всё недоставленное»: what the button of a delivery problem sends again. */
import { env } from "cloudflare:workers";
import { expect, it, vi } from "vitest";
import { signIn } from "../kit/console.ts";
import { configure, fine, give, row, run, vendor } from "../kit/lane.ts";

it("sends again what died first too, which was made before the problem was known", async () => {
  await configure({ crm: {} });
  vendor(() => new Response("no", { status: 401 }));
  const ids = await give("crm", [{ body: { n: 1 } }, { body: { n: 2 } }, { body: { n: 3 } }]);
  await env.DB.prepare("UPDATE deliveries SET created_at = created_at - 3600000").run();
  await run("crm");
  for (const id of ids) expect(await row(id)).toMatchObject({ status: "dead" });
  vi.restoreAllMocks();
  vendor(fine);
  const browser = await signIn();
  const page = await browser.text("/console/problems");
  const form = page.slice(page.indexOf('action="/console/act/recover"'));
  const field = (name: string): string => new RegExp(`name="${name}" value="([^"]*)"`).exec(form)?.[1] ?? "";
  const fields = Object.fromEntries(["connection", "problem", "since"].map((name) => [name, field(name)]));
  const answer = await browser.post("/console/act/recover", fields);
  expect(answer.headers.get("location")).toBe("/console/problems?done=1");
  await run("crm");
  for (const id of ids) expect(await row(id)).toMatchObject({ status: "delivered", generation: 1 });
});
