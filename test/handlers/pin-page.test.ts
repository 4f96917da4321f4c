/** The edge page's answers to addresses and forms that are not as they should be, and to storage that is not there. */
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { PAGE_COPY } from "../../src/ui/copy.ts";
import { SCHOOL, codeIn, people, saveConfig } from "../kit/login.ts";

const { authorize, link, open, submit } = people();

beforeEach(() => saveConfig(SCHOOL));
afterEach(() => vi.restoreAllMocks());

const BUID = "AAAAAAAAAAAAAAAA";
const at = (path: string): string => `https://go.example${path}`;

describe("the page", () => {
  it.each([
    ["without a question is a page that leads nowhere", "/", 404, "text/html"],
    ["of a site there is not is gone", `/?buid=${BUID}&site=nowhere`, 404, "text/html"],
    ["of no site, where there are two, is gone", `/?buid=${BUID}`, 404, "text/html"],
    ["with two sites is none of ours", `/?buid=${BUID}&site=site&site=shop`, 400, "text/html"],
    ["of a buid in the path is the same page", `/l/${BUID}?site=site`, 200, "text/html"],
  ])("%s", async (_, path, status, type) => {
    const answer = await open(at(path));
    expect([answer.status, answer.headers.get("content-type")?.split(";")[0]]).toEqual([status, type]);
    expect(answer.headers.get("cache-control")).toBe("no-store");
  });

  it("needs no site's name where there is one site", async () => {
    const { shop: _, ...connections } = SCHOOL.connections;
    await saveConfig({ ...SCHOOL, connections });
    expect((await open(at(`/?buid=${BUID}`))).status).toBe(200);
  });

  it.each([
    ["a site there is not", `/?buid=${BUID}&site=nowhere`, 404, "gone"],
    ["two buids", `/?buid=${BUID}&buid=${BUID}&site=site`, 400, "gone"],
  ] as const)("takes no form of %s", async (_, path, status, text) => {
    const answer = await submit(at(path), { pin: "000000" });
    expect(answer.status).toBe(status);
    expect(await answer.text()).toContain(PAGE_COPY.ru[text]);
  });

  it("lets nobody on to an address that was registered when the link was made and is not any more", async () => {
    const made = await link({ telegram_id: "71001", return_to: "https://school.example/other?x=1" });
    await saveConfig({
      ...SCHOOL,
      connections: {
        ...SCHOOL.connections,
        site: { ...SCHOOL.connections.site, return_to: ["https://school.example/auth/bot"] },
      },
    });
    const answer = await submit(made.url, { pin: made.pin });
    expect([answer.status, answer.headers.get("location")]).toEqual([409, null]);
    expect(await answer.text()).not.toContain("code=");
  });

  it("lets nobody in by a link without a code once the site allows none, and by it again when it does", async () => {
    const made = await link({ telegram_id: "71003", pin: false });
    const site = { ...SCHOOL.connections.site, trusted_links: false };
    await saveConfig({ ...SCHOOL, connections: { ...SCHOOL.connections, site } });
    const refused = await submit(made.url, {});
    expect([refused.status, await refused.text()]).toEqual([200, expect.stringContaining(PAGE_COPY.ru.gone)]);
    await saveConfig(SCHOOL);
    expect((await submit(made.url, {})).status).toBe(303);
  });

  it("says that it is busy while the database is away, never that the code was wrong, and takes it afterwards", async () => {
    const made = await link({ telegram_id: "71002" });
    const page = await (await open(made.url)).text();
    expect(page).not.toBe("");
    const proto = Object.getPrototypeOf(env.DB) as D1Database;
    const away = vi.spyOn(proto, "batch").mockRejectedValue(new Error("D1 is away"));
    const answer = await submit(made.url, { pin: made.pin });
    expect([answer.status, answer.headers.get("retry-after")]).toEqual([503, "2"]);
    expect(await answer.text()).toContain(PAGE_COPY.ru.busy);
    away.mockRestore();
    const entered = await submit(made.url, { pin: made.pin });
    expect(entered.status).toBe(303);
    expect((await authorize({ code: codeIn(entered) })).status).toBe(200);
  });
});
