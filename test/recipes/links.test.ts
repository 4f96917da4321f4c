import { beforeEach, describe, expect, it } from "vitest";
import botLink from "../../docs/recipes/10-bot-link-utm.md?raw";
import toMax from "../../docs/recipes/11-telegram-to-max.md?raw";
import metrika from "../../docs/recipes/12-yandex-metrika.md?raw";
import salebotIn from "../../docs/recipes/01-salebot-in.md?raw";
import { signIn } from "../kit/console.ts";
import { ORIGIN, operator } from "../kit/operator.ts";
import {
  type Macros,
  type Recipe,
  accepted,
  addressOf,
  configureRecipe,
  expectPromised,
  expectSent,
  filled,
  get,
  post,
  readRecipe,
  tokenOf,
  watchVendors,
} from "../kit/recipe.ts";

beforeEach(() => void watchVendors());

const clicked = async (url: string, parameter = "start"): Promise<string> => {
  const target = new URL((await get(url)).headers.get("location") ?? "x:");
  return target.searchParams.get(parameter) ?? "";
};

/** The bot's start by recipe 1's own body. */
async function starts(recipe: Recipe, macros: Macros): Promise<void> {
  const told = readRecipe(salebotIn);
  const address = addressOf(told, "адрес").replace(tokenOf(told, "bot"), tokenOf(recipe, "bot"));
  await accepted(await post(address, filled(told.block("старт"), { "#{email}": "", ...macros })));
}

describe("recipe 10: a link to the bot", () => {
  const recipe = readRecipe(botLink);

  it("brings the marks to the start", async () => {
    await configureRecipe(recipe);
    const start = await clicked(addressOf(recipe, "ссылка"));
    expect(start).toMatch(/^c_[A-Za-z0-9]{16}$/);
    await starts(recipe, { "#{client_id}": "22222210", "#{platform_id}": "11111110", "#{tag}": start });
    await expectPromised(recipe);
    const { person } = await (await operator("GET", "/v1/persons?telegram_id=11111110")).json<{ person: object }>();
    expect(person).toMatchObject({ first_touch: { source: "vk / spring", link: "vk1" } });
  });

  it("lets the address itself add marks", async () => {
    await configureRecipe(recipe);
    const start = await clicked(addressOf(recipe, "ссылка с метками"));
    await starts(recipe, { "#{client_id}": "22222211", "#{platform_id}": "11111210", "#{tag}": start });
    await expectPromised(recipe);
    const { person } = await (await operator("GET", "/v1/persons?telegram_id=11111210")).json<{ person: object }>();
    expect(person).toMatchObject({ first_touch: { utm_content: "banner2", utm_campaign: "spring" } });
  });

  it.each([
    ["max1", "https://max.ru/my_max_bot", "start"],
    ["vkb", "https://vk.me/my_group", "ref"],
    ["wa", "https://wa.me/79990000000", "text"],
  ])("%s leads to %s with the click in %s", async (slug, target, parameter) => {
    await configureRecipe(recipe);
    const response = await get(`${ORIGIN}/r/${slug}`);
    expect(response.headers.get("location")).toMatch(new RegExp(`^${target.replaceAll(".", "\\.")}\\?`));
    expect(response.headers.get("location")).toMatch(/^[\x21-\x7e]+$/);
    expect(await clicked(`${ORIGIN}/r/${slug}`, parameter)).toMatch(/c_[A-Za-z0-9]{16}/);
  });

  it("brings the marks from WhatsApp by the text that the human sent", async () => {
    await configureRecipe(recipe);
    const text = await clicked(`${ORIGIN}/r/wa`, "text");
    const address = `${ORIGIN}/webhook/bot/${tokenOf(recipe, "bot")}`;
    await accepted(
      await post(address, filled(recipe.block("старт WhatsApp"), { "#{client_id}": "22222212", "#{question}": text })),
    );
    await expectPromised(recipe);
    const { person } = await (await operator("GET", "/v1/persons?client_id=22222212")).json<{ person: object }>();
    expect(person).toMatchObject({ first_touch: { source: "vk / spring", link: "wa" } });
  });
});

describe("recipe 11: from Telegram to MAX", () => {
  const recipe = readRecipe(toMax);

  it("the second messenger becomes the same, confirmed person, and the bot's card counts those who moved", async () => {
    await configureRecipe(recipe);
    const card = async () => (await signIn()).text("/console/connections/max");
    const telegram = { "#{client_id}": "22222311", "#{platform_id}": "11111311", "#{tag}": "" };
    await starts(recipe, telegram);
    const proof = { authorization: `Bearer ${tokenOf(recipe, "bot")}` };
    const issued = await post(`${ORIGIN}/v1/merge-links`, filled(recipe.block("ссылка"), telegram), proof);
    const { url } = await issued.json<{ url: string }>();
    expect(url).toMatch(/^https:\/\/max\.ru\/my_max_bot\?start=/);
    const token = new URL(url).searchParams.get("start") ?? "";
    expect(await card()).not.toContain("Подтвердили второй мессенджер");
    const max = { "#{client_id}": "33333311", "#{platform_id}": "77777311", "#{tag}": token };
    await accepted(await post(`${ORIGIN}/webhook/max/${tokenOf(recipe, "max")}`, filled(recipe.block("старт"), max)));
    await expectPromised(recipe);
    const [one, other] = await Promise.all(
      ["telegram_id=11111311", "max_id=77777311"].map(async (query) =>
        (await operator("GET", `/v1/persons?${query}`)).json<{ person: { id: string } }>(),
      ),
    );
    expect(one?.person.id).toBe(other?.person.id);
    expect(await card()).toContain(`${recipe.block("счётчик")}: 1`);
  });
});

describe("recipe 12: Yandex Metrika, the half that works", () => {
  it("a purchase later takes the yclid and the ClientID of the click along", async () => {
    const recipe = readRecipe(metrika);
    const sent = watchVendors();
    await configureRecipe(recipe);
    const start = await clicked(addressOf(recipe, "ссылка"));
    await starts(recipe, { "#{client_id}": "22222213", "#{platform_id}": "11111213", "#{tag}": start });
    const sale = { event: "payment", event_at: "2026-03-01T10:00:00Z", client_id: "22222213", order: "1012", amount: "400" };
    await accepted(await post(`${ORIGIN}/webhook/bot/${tokenOf(recipe, "bot")}`, JSON.stringify(sale)));
    await expectSent(sent, recipe.block("уходит"));
  });

  it("keeps yclid and the ClientID on the click", async () => {
    const recipe = readRecipe(metrika);
    await configureRecipe(recipe);
    const start = await clicked(addressOf(recipe, "ссылка"));
    await starts(recipe, { "#{client_id}": "22222212", "#{platform_id}": "11111212", "#{tag}": start });
    await expectPromised(recipe);
    const { items } = await (await operator("GET", "/v1/events?type=click&limit=1")).json<{ items: { id: string }[] }>();
    const story = await (await operator("GET", `/v1/events/${items[0]?.id}`)).json<{ normalised: { fields: object } }>();
    expect(story.normalised.fields).toMatchObject({ yclid: "7712345678901234567", ym_client_id: "1650000000123456789" });
  });
});
