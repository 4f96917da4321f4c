import { IttyRouter } from "itty-router/IttyRouter";
import { expect, it } from "vitest";
import { type Routed, pathName } from "../../src/lib/routed.ts";

const router = IttyRouter<Routed>().get("/webhook/:connection/:token?", (request: Routed) =>
  Response.json([pathName(request, "connection"), pathName(request, "token")]),
);

it.each([
  ["/webhook/bot", ["bot", null]],
  ["/webhook/%D0%B1%D0%BE%D1%82/a%2Fb", ["бот", "a/b"]],
  ["/webhook/100%/%zz", ["100%", "%zz"]],
])("the names of %s", async (path, names) => {
  const response: Response = await router.fetch(new Request(`https://go.example${path}`));
  expect(await response.json()).toEqual(names);
});
