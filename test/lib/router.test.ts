import { describe, expect, it } from "vitest";
import { type Routed, newRouter } from "../../src/lib/router.ts";

const tell = (name: string) => (request: Routed) => Response.json({ name, params: request.params });
const router = newRouter<null>()
  .post("/webhook/:connection/:token/update_telegram_id", tell("telegram"))
  .post("/webhook/:connection/:token?/:event?", tell("webhook"))
  .get("/v1/persons", tell("persons"))
  .get("/v1/persons/:id", tell("person"))
  .delete("/v1/persons/:id", tell("erase"))
  .put("/v1/config", tell("config"))
  .head("/r/:slug", tell("head"))
  .all("/", tell("root"))
  .all("/console", tell("console"))
  .all("/console/*", tell("console"));

async function routed(method: string, path: string): Promise<unknown> {
  const response = await router.fetch(new Request(`https://go.example${path}`, { method }), null);
  return response === null ? null : response.json();
}

describe("routes", () => {
  it("the first fitting pattern answers, with its parameters decoded", async () => {
    expect(await routed("POST", "/webhook/bot/tok/update_telegram_id")).toEqual({
      name: "telegram",
      params: { connection: "bot", token: "tok" },
    });
    expect(await routed("POST", "/webhook/bot/tok/order%20paid")).toEqual({
      name: "webhook",
      params: { connection: "bot", token: "tok", event: "order paid" },
    });
    expect(await routed("POST", "/webhook/bot")).toEqual({ name: "webhook", params: { connection: "bot" } });
  });

  it("the method chooses among the handlers of one path", async () => {
    expect(await routed("GET", "/v1/persons/per_1")).toMatchObject({ name: "person" });
    expect(await routed("DELETE", "/v1/persons/per_1")).toMatchObject({ name: "erase" });
    expect(await routed("PUT", "/v1/persons/per_1")).toBeNull();
    expect(await routed("PATCH", "/")).toMatchObject({ name: "root" });
  });

  it("slashes at the end and a query change nothing", async () => {
    for (const path of ["/v1/persons", "/v1/persons/", "/v1/persons//?limit=1", "/v1/persons?next=/v1/config"]) {
      expect(await routed("GET", path), path).toMatchObject({ name: "persons" });
    }
    expect(await routed("GET", "/?buid=x/y")).toMatchObject({ name: "root" });
  });

  it("a star takes everything below it", async () => {
    for (const path of ["/console", "/console/", "/console/events/evt_1", "/console/a//b"]) {
      expect(await routed("GET", path), path).toMatchObject({ name: "console" });
    }
  });

  it("an empty, missing or further segment fits nothing", async () => {
    for (const path of [
      "/webhook//tok/x",
      "//webhook/bot",
      "/webhook",
      "/webhook/a/b/c/d",
      "/v1",
      "/r/",
      "/consoles",
      "/V1/persons",
    ]) {
      expect(await routed("POST", path), path).toBeNull();
    }
  });
});
