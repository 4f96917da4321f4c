/** Every call of the API document from outside: without a proof, with a wrong one, with the right proof of the wrong caller. */
import { exports } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { signIn } from "../kit/console.ts";
import { SCHOOL, saveConfig } from "../kit/login.ts";
import { readDocument } from "../kit/openapi.ts";
import { ADMIN_TOKEN, ORIGIN } from "../kit/operator.ts";
import { signedHeaders } from "../kit/sign.ts";

type Door = { readonly method: string; readonly path: string; readonly admits: readonly string[] };

let doors: Door[] = [];
beforeEach(async () => {
  await saveConfig(SCHOOL);
  const { paths } = await readDocument();
  doors = Object.entries(paths)
    .filter(([path]) => path.startsWith("/v1/"))
    .flatMap(([path, calls]) =>
      Object.entries(calls).map(([method, { security }]) => ({
        method: method.toUpperCase(),
        path: path.replaceAll(/\{\w+\}/g, "nobody"),
        admits: security.flatMap((one) => Object.keys(one)),
      })),
    );
  expect(doors.length).toBeGreaterThan(30);
});
let address = 0;
/** From another address each time: a wrong proof is counted against its sender. */
async function knock({ method, path }: Door, headers: Record<string, string>, body = "{}") {
  const answer = await exports.default.fetch(`${ORIGIN}${path}`, {
    method,
    headers: {
      "content-type": "application/json",
      "cf-connecting-ip": `10.9.${(address += 1) >> 8}.${address & 255}`,
      ...headers,
    },
    ...(method === "GET" ? {} : { body }),
  });
  const text = await answer.text();
  return {
    status: answer.status,
    reason: text.startsWith("{") ? (JSON.parse(text) as { reason?: string }).reason : text.slice(0, 40),
  };
}
const answers = async (
  those: readonly Door[],
  headers: (door: Door) => Promise<Record<string, string>> | Record<string, string>,
) => {
  const told: string[] = [];
  for (const door of those) {
    const { status, reason } = await knock(door, await headers(door));
    told.push(`${door.method} ${door.path} ${status} ${reason}`);
  }
  return told;
};
const all = (those: readonly Door[], told: string): string[] => those.map(({ method, path }) => `${method} ${path} ${told}`);
const forOperators = (): Door[] =>
  doors.filter(({ admits }) => admits.length > 0 && admits.every((name) => /operator|admin|session|console/i.test(name)));

describe("every documented call", () => {
  it("is refused without a proof, and with a wrong one", async () => {
    expect(await answers(doors, () => ({}))).toEqual(all(doors, "401 unauthorized"));
    expect(await answers(doors, () => ({ authorization: "Bearer a-wrong-token-0000000000" }))).toEqual(
      all(doors, "401 unauthorized"),
    );
    expect(await answers(doors, () => ({ authorization: `Bearer ${ADMIN_TOKEN}x` }))).toEqual(all(doors, "401 unauthorized"));
    expect(await answers(doors, () => ({ cookie: "__Host-tl_console=forged.9999999999999..mac" }))).toEqual(
      all(doors, "401 unauthorized"),
    );
  });

  it("of the operator is refused to a bot and to a site", async () => {
    const those = forOperators();
    expect(those.length).toBeGreaterThan(20);
    const bot = { authorization: `Bearer ${SCHOOL.connections.bot.token[0]}` };
    expect(await answers(those, () => bot)).toEqual(all(those, "401 unauthorized"));
    expect(await answers(those, ({ method }) => signedHeaders(method === "GET" ? "" : "{}"))).toEqual(
      all(those, "401 unauthorized"),
    );
  });

  it("of the operator that changes something needs more than the console's cookie", async () => {
    const those = forOperators().filter(({ method }) => method !== "GET");
    const { cookie } = await signIn();
    expect(await answers(those, () => ({ cookie }))).toEqual(all(those, "403 csrf_required"));
    expect(await answers(those, () => ({ cookie, "x-csrf-token": "guess" }))).toEqual(all(those, "403 csrf_required"));
  });

  it("about what does not exist is answered as such or as written wrongly, never with a failure of ours", async () => {
    const those = forOperators();
    const told = await answers(those, () => ({ authorization: `Bearer ${ADMIN_TOKEN}` }));
    const named = told.filter((line) => line.includes("/nobody"));
    for (const line of named) expect(line).toMatch(/ (404 (not_found|gone)|422 invalid_request)$/);
    for (const line of told) expect(line).not.toMatch(/ 5\d\d /);
  });

  it("of the operator with a body that is no JSON, a list or a number changes nothing and says so", async () => {
    const those = forOperators().filter(({ method, path }) => method !== "GET" && path !== "/v1/import");
    for (const body of ["{", "[]", "5", '"x"', "null", "\ud83d"]) {
      for (const door of those) {
        const { status } = await knock(door, { authorization: `Bearer ${ADMIN_TOKEN}` }, body);
        expect([400, 404, 409, 422], `${door.method} ${door.path} with ${body}: ${status}`).toContain(status);
      }
    }
  });
});
