import { beforeEach, describe, expect, it, vi } from "vitest";
import chatterfyIn from "../../docs/recipes/05-chatterfy-in.md?raw";
import chatterfyOut from "../../docs/recipes/06-chatterfy-out.md?raw";
import networks from "../../docs/recipes/07-networks.md?raw";
import keitaro from "../../docs/recipes/08-keitaro.md?raw";
import sendWebhook from "../fixtures/chatterfy/send-webhook.json?raw";
import s2s from "../fixtures/keitaro/s2s.json?raw";
import onewin from "../fixtures/network/1win.json?raw";
import { RECIPES } from "../../src/console/vendors.ts";
import { ORIGIN, operator } from "../kit/operator.ts";
import {
  type Macros,
  type Recipe,
  type Sent,
  accepted,
  addressOf,
  configureRecipe,
  expectPromised,
  expectSent,
  get,
  post,
  readRecipe,
  secretOf,
  tokenOf,
  watchVendors,
} from "../kit/recipe.ts";

const chat = JSON.parse(sendWebhook) as Macros;
const network = JSON.parse(onewin) as Macros;
let sent: Sent[] = [];
beforeEach(() => {
  sent = watchVendors();
});

/** A person whom Chatterfy has told of, by recipe 5's own address. */
async function known(recipe: Recipe, macros: Macros): Promise<void> {
  const told = readRecipe(chatterfyIn);
  await accepted(await get(addressOf(told, "адрес", macros).replace(tokenOf(told, "chat"), tokenOf(recipe, "chat"))));
}

const ok = async (response: Promise<Response>): Promise<void> => expect(await (await response).text()).toBe("OK");

describe("recipe 5: Chatterfy's Send Webhook", () => {
  it("tells of the start, and joins the chat with its click", async () => {
    const recipe = readRecipe(chatterfyIn);
    await configureRecipe(recipe);
    await accepted(await get(addressOf(recipe, "адрес", { ...chat, "{chatId}": "1205", "{tracker.clickid}": "click-5" })));
    await expectPromised(recipe);
    const { person } = await (
      await operator("GET", "/v1/persons?clickid=click-5")
    ).json<{ person: { identifiers: unknown[] } }>();
    expect(person.identifiers).toContainEqual(expect.objectContaining({ type: "telegram_id", value: "1205" }));
  });
});

describe("recipe 6: a deposit switches Chatterfy's step", () => {
  it("sends the promised updateDialog", async () => {
    const recipe = readRecipe(chatterfyOut);
    const postbacks = readRecipe(networks);
    await configureRecipe(recipe);
    await known(recipe, chat);
    await ok(get(addressOf(postbacks, "1win: первый депозит", network)));
    await expectPromised(recipe);
    await expectSent(sent, recipe.block("уходит"));
  });
});

describe("recipe 7: networks", () => {
  it("registration, first deposit, repeated deposit of 1win and a registration of Binomo", async () => {
    const recipe = readRecipe(networks);
    const player = { ...network, "{sub1}": "click-7", "{user_id}": "9877" };
    await configureRecipe(recipe);
    await known(recipe, { ...chat, "{chatId}": "1207", "{tracker.clickid}": "click-7" });
    await ok(get(addressOf(recipe, "1win: регистрация", player)));
    const first = { ...player, "{transaction_id}": "tx-7" };
    await ok(get(addressOf(recipe, "1win: первый депозит", first)));
    const again = { ...player, "{amount}": "25,50", "{transaction_id}": "tx-8" };
    await ok(get(addressOf(recipe, "1win: депозит", again)));
    expect(await (await get(addressOf(recipe, "1win: депозит", first))).text()).toBe("DUPLICATE");
    await ok(get(`${addressOf(recipe, "Binomo: базовый адрес")}?click_id=click-7&reg=true&player=55`));
    await expectPromised(recipe);
  });

  it("an unfilled sub1 is quarantined by name", async () => {
    const recipe = readRecipe(networks);
    await configureRecipe(recipe);
    const literal = addressOf(recipe, "1win: регистрация", { ...network, "{sub1}": "[sub1]", "{user_id}": "" });
    expect(await (await get(literal.replace("%5Bsub1%5D", "%7Bsub1%7D"))).text()).toBe("QUARANTINED unresolved_macro clickid");
  });
});

describe("recipe 8: Keitaro", () => {
  it("carries the subid from the click to the promised postback", async () => {
    const recipe = readRecipe(keitaro);
    const macros = JSON.parse(s2s) as Macros;
    await configureRecipe(recipe);
    const click = await get(addressOf(recipe, "клик", macros));
    const start = new URL(click.headers.get("location") ?? "x:").searchParams.get("start");
    const bot = `${ORIGIN}/webhook/bot/${tokenOf(recipe, "bot")}`;
    await accepted(await post(bot, JSON.stringify({ event: "bot_start", tg: "11111108", start, email: "kt@example.com" })));
    const paid = "email=kt@example.com&number=1008&cost_money_value=400&payed_money=400&status=payed";
    await accepted(await get(`${ORIGIN}/webhook/school/${tokenOf(recipe, "school")}?${paid}`));
    await expectSent(sent, recipe.block("уходит").replace("КЛЮЧ", secretOf("KEITARO_KEY")));
    await ok(get(addressOf(recipe, "постбек", macros)));
    await expectPromised(recipe);
    await vi.waitFor(async () => {
      const { items } = await (
        await operator("GET", "/v1/deliveries?connection=tracker")
      ).json<{ items: { status: string }[] }>();
      expect(items.map(({ status }) => status)).toEqual(["delivered"]);
    });
  });
});

it("recipe 8: with the condition it names, nobody whom Keitaro does not know is told to it", async () => {
  const recipe = readRecipe(keitaro);
  const [, mark = "", condition = "{}"] = /`(&ad=\w+)`.*`"if": (\{[^`]+\})`/.exec(keitaro) ?? [];
  const document = recipe.json("конфигурация");
  const rules = (document["rules"] as object[]).map((rule) => ({ ...rule, if: JSON.parse(condition) as unknown }));
  const text = JSON.stringify({ ...document, rules });
  await configureRecipe({ ...recipe, block: (name) => (name === "конфигурация" ? text : recipe.block(name)) });
  const click = await get(`${addressOf(recipe, "клик", { "{subid}": "kt-8" })}${mark}`);
  const start = new URL(click.headers.get("location") ?? "x:").searchParams.get("start");
  const bot = `${ORIGIN}/webhook/bot/${tokenOf(recipe, "bot")}`;
  await accepted(await post(bot, JSON.stringify({ event: "bot_start", tg: "11111180", start, email: "kt8@example.com" })));
  await accepted(await post(bot, JSON.stringify({ event: "bot_start", tg: "11111181", email: "other8@example.com" })));
  const pays = async (name: string): Promise<string> => {
    const paid = `email=${name}@example.com&number=${name}&cost_money_value=400&payed_money=400&status=payed`;
    return accepted(await get(`${ORIGIN}/webhook/school/${tokenOf(recipe, "school")}?${paid}`));
  };
  const unknown = await pays("other8");
  await pays("kt8");
  await vi.waitFor(() => expect(sent.map(({ url }) => new URL(url).searchParams.get("subid"))).toEqual(["kt-8"]), 5_000);
  expect(await (await operator("GET", `/v1/events/${unknown}`)).json()).toMatchObject({ status: "bound", deliveries: [] });
});

describe("the console's cards", () => {
  const offered = (kind: "chatterfy" | "keitaro" | "network"): string[] => RECIPES[kind].blocks.map(({ text }) => queryOf(text));
  const queryOf = (address: string): string => address.split("?")[1] ?? address;

  it("offer the very lines of the recipes", () => {
    expect(offered("chatterfy")).toEqual([queryOf(readRecipe(chatterfyIn).block("адрес"))]);
    expect(offered("keitaro")).toEqual([queryOf(readRecipe(keitaro).block("постбек"))]);
    const named = ["регистрация", "первый депозит", "депозит"].map((name) => readRecipe(networks).block(`1win: ${name}`));
    expect(offered("network")).toEqual(named.map(queryOf));
  });
});
