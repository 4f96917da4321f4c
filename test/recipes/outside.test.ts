import { exports } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import login from "../../docs/recipes/09-login-by-pin.md?raw";
import sheets from "../../docs/recipes/13-google-sheets.md?raw";
import anyService from "../../docs/recipes/16-any-service.md?raw";
import { isSignedBy, readSignedMessage, signingKey } from "../../src/lib/standard-webhooks.ts";
import { utf8 } from "../../src/lib/crypto.ts";
import { ORIGIN, configure, operator } from "../kit/operator.ts";
import {
  type Sent,
  accepted,
  addressOf,
  configureRecipe,
  expectPromised,
  expectSent,
  filled,
  get,
  post,
  readRecipe,
  secretOf,
  tokenOf,
  watchVendors,
} from "../kit/recipe.ts";
import { signedHeaders } from "../kit/sign.ts";
import { codeIn, people } from "../kit/login.ts";

let sent: Sent[] = [];
beforeEach(() => {
  sent = watchVendors();
});

async function isSigned({ headers, body }: Sent, secret: string): Promise<boolean> {
  const message = readSignedMessage(headers, utf8(body));
  const key = await signingKey(secret);
  return message !== null && key !== null && isSignedBy(key, message);
}

describe("recipe 9: login by PIN", () => {
  const recipe = readRecipe(login);

  it("link, page, code, mapping and message, by the recipe's own bodies", async () => {
    await configureRecipe(recipe);
    const secret = secretOf("SITE_SECRET");
    const named = recipe
      .block("ссылка")
      .replace("ID_ЛИДА", "243289")
      .replace("ID_ПЕРСОНЫ", "2722")
      .replace("TELEGRAM_ID", "11111109")
      .replace("ИМЯ", "Алиса");
    const issued = await post(`${ORIGIN}/v1/links`, named, { authorization: `Bearer ${tokenOf(recipe, "meta")}` });
    const link = await issued.json<{ buid: string; url: string; pin: string; messages: object }>();
    expect(link.messages).toMatchObject({ telegram: expect.anything(), salebot: expect.stringContaining(link.pin) });
    const entered = await people().submit(link.url, { pin: link.pin });
    expect(entered.headers.get("location")).toMatch(/^https:\/\/school\.example\/auth\/bot\?code=/);
    const call = async (path: string, body: string): Promise<Response> =>
      post(`${ORIGIN}${path}`, body, await signedHeaders(body, { secret }));
    const code = recipe.block("код").replace("КОД", codeIn(entered) ?? "");
    expect(await (await call("/v1/authorize", code)).json()).toMatchObject({
      status: "registration_required",
      buid: link.buid,
      profile: { first_name: "Алиса" },
    });
    expect((await call("/v1/mappings", recipe.block("связь").replace("BUID", link.buid))).status).toBe(201);
    expect((await call("/v1/notify", recipe.block("сообщение"))).status).toBe(202);
    await expectPromised(recipe);
    await expectSent(
      sent,
      'POST https://app.metabot24.com/api/v1/bots/64/call/notify {"script_request_params":{"lead_id":"243289","person_id":"2722","telegram_id":"11111109","message":"Заказ 1001 оплачен"}}',
    );
    const news = sent.find(({ url }) => url === "https://school.example/hooks/gateway");
    expect(JSON.parse(news?.body ?? "{}")).toMatchObject({ type: "mapping.created", data: { user_id: "9001" } });
    expect(news && (await isSigned(news, secret))).toBe(true);
  });

  it("Salebot's block gets a link too, with the words to show", async () => {
    const { connections } = recipe.json("конфигурация");
    const salebot = { kind: "salebot", project: "294495", token: [secretOf("SALEBOT_TOKEN")] };
    const document = JSON.stringify({ connections: { ...Object(connections), bot: salebot } });
    await configureRecipe({ ...recipe, block: () => document });
    const body = filled(recipe.block("ссылка из Salebot"), { "#{client_id}": "22222209", "#{platform_id}": "11111110" });
    const issued = await post(`${ORIGIN}/v1/links`, body, { authorization: `Bearer ${salebot.token[0]}` });
    const link = await issued.json<{ url: string; pin: string; messages: { salebot: string } }>();
    expect(link.messages.salebot).toContain(link.pin);
    expect(link.messages.salebot).toContain(link.url);
  });

  it("the snippet's tag is the file we serve", async () => {
    const source = /src="([^"]+)"/.exec(recipe.block("сниппет"))?.[1]?.replace("https://ШЛЮЗ", ORIGIN) ?? "";
    const response = await get(source);
    expect(response.headers.get("content-type")).toContain("javascript");
    expect((await response.text()).length).toBeLessThanOrEqual(2_048);
  });
});

describe("recipe 13: a report in a spreadsheet", () => {
  it("the shared address gives a CSV that begins as promised, without any token, and rolls on by itself", async () => {
    const recipe = readRecipe(sheets);
    const shared = await operator("POST", "/v1/report/share", recipe.json("тело"));
    const { url } = await shared.json<{ url: string }>();
    const formula = /"ССЫЛКА(\?format=csv)"/.exec(recipe.block("формула"))?.[1] ?? "";
    const response = await exports.default.fetch(`${url}${formula}`);
    expect(response.headers.get("content-type")).toContain("text/csv");
    expect((await response.text()).replace("\uFEFF", "")).toMatch(new RegExp(`^${recipe.block("первая строка")}`));
    expect(atob((url.split("/report/")[1] ?? "").split(".")[0]?.replaceAll("-", "+").replaceAll("_", "/") ?? "")).not.toContain(
      '"from"',
    );
  });
});

describe("recipe 16: any service", () => {
  it("a fact goes in by token and comes out signed", async () => {
    const recipe = readRecipe(anyService);
    await configureRecipe(recipe);
    const named = recipe
      .block("тело")
      .replace("ID_ЗАПУСКА", "run-1")
      .replace("ПОЧТА", "zoe@example.com")
      .replace("ТЕЛЕФОН", "+79990000016");
    await accepted(await post(addressOf(recipe, "адрес"), named));
    expect(await (await post(addressOf(recipe, "адрес"), named)).json()).toMatchObject({ status: "duplicate" });
    await expectPromised(recipe);
    const { person } = await (await operator("GET", "/v1/persons?email=zoe@example.com")).json<{ person: { key: string } }>();
    const promised = recipe.block("приходит").replace("КЛЮЧ_ЧЕЛОВЕКА", person.key).replace("ПОЧТА", "zoe@example.com");
    const call = await expectSent(sent, `POST https://n8n.example/webhook/throughline ${promised}`, withoutClock);
    expect(await isSigned(call, secretOf("FLOW_SECRET"))).toBe(true);
  });

  it("a service that signs needs no token in the address, and a repeated run is no second event", async () => {
    const recipe = readRecipe(anyService);
    const secret = `whsec_${btoa("TOOLS_SECRET".padEnd(32, "."))}`;
    await configure({ connections: { tools: { ...recipe.json("подключение с подписью"), secret: [secret] } } });
    const address = recipe.block("адрес с подписью").replace("https://ШЛЮЗ", ORIGIN);
    const body = recipe.block("тело").replace("ПОЧТА", "signed@example.com").replace("ТЕЛЕФОН", "");
    const send = async (): Promise<unknown> =>
      (await post(address, body, await signedHeaders(body, { secret, id: "run-2" }))).json();
    expect([await send(), await send()]).toMatchObject([{ status: "accepted" }, { status: "duplicate" }]);
    expect((await post(address, body)).status).toBe(401);
  });
});

/** The event's time as the recipe names it. */
const withoutClock = (body: string): string => body.replace(/(?<="timestamp":")\d{4}-[^"]+Z/, "ВРЕМЯ_СОБЫТИЯ");
