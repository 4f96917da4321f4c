import { beforeEach, describe, expect, it, vi } from "vitest";
import salebotIn from "../../docs/recipes/01-salebot-in.md?raw";
import salebotOut from "../../docs/recipes/02-salebot-out.md?raw";
import newProject from "../../docs/recipes/15-new-salebot-project.md?raw";
import dealPaid from "../fixtures/getcourse/deal-paid.json?raw";
import variables from "../fixtures/salebot/variables.json?raw";
import { ORIGIN, operator } from "../kit/operator.ts";
import {
  type Macros,
  type Sent,
  accepted,
  addressOf,
  configureRecipe,
  expectPromised,
  expectSent,
  filled,
  post,
  readRecipe,
  secretOf,
  tokenOf,
  watchVendors,
} from "../kit/recipe.ts";

const recorded = JSON.parse(variables) as Macros;
let sent: Sent[] = [];
beforeEach(() => {
  sent = watchVendors();
});

describe("recipe 1: Salebot tells the gateway", () => {
  const recipe = readRecipe(salebotIn);
  const client = { ...recorded, "#{client_id}": "22222201", "#{platform_id}": "11111101", "#{email}": "first@example.com" };

  it("its three bodies arrive as promised", async () => {
    await configureRecipe(recipe);
    for (const name of ["старт", "почта", "шаг"])
      await accepted(await post(addressOf(recipe, "адрес"), filled(recipe.block(name), client)));
    await expectPromised(recipe);
    const { person } = await (
      await operator("GET", "/v1/persons?telegram_id=11111101")
    ).json<{ person: { identifiers: unknown[] } }>();
    expect(person.identifiers).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ type: "client_id", scope: "294495", value: "22222201" }),
        expect.objectContaining({ type: "email", value: "first@example.com", proof: "claimed" }),
      ]),
    );
  });

  it("a variable that the project does not have costs that field only, and is named", async () => {
    await configureRecipe(recipe);
    const unknown = { ...client, "#{client_id}": "22222202", "#{platform_id}": "11111102", "#{email}": "#{email_}" };
    const body = Object.entries(unknown).reduce((text, [macro, value]) => text.replaceAll(macro, value), recipe.block("старт"));
    await accepted(await post(addressOf(recipe, "адрес"), body));
    await vi.waitFor(async () => {
      const { items } = await (await operator("GET", "/v1/problems")).json<{ items: unknown[] }>();
      expect(items).toContainEqual(expect.objectContaining({ kind: "unresolved_macro", connection: "bot", field: "email" }));
    });
  });
});

describe("recipe 2: an event runs a block of Salebot", () => {
  const recipe = readRecipe(salebotOut);
  const known = readRecipe(salebotIn);

  it("a payment sends the promised callback", async () => {
    await configureRecipe(recipe);
    const told = filled(known.block("почта"), recorded);
    await accepted(await post(addressOf(known, "адрес").replace(tokenOf(known, "bot"), tokenOf(recipe, "bot")), told));
    await accepted(await post(`${ORIGIN}/webhook/school/${tokenOf(recipe, "school")}`, dealPaid));
    await expectPromised(recipe);
    await expectSent(sent, recipe.block("уходит").replace("КЛЮЧ", secretOf("SALEBOT_API_KEY")));
  });

  it("the same by Telegram, for a person whom the project does not know yet", async () => {
    const document = recipe.json("конфигурация");
    const [rule] = document["rules"] as Record<string, unknown>[];
    const changed = { ...document, rules: [{ ...rule, on: "bot_start", from: "bot", do: [recipe.json("действие")] }] };
    const text = JSON.stringify(changed);
    await configureRecipe({ ...recipe, block: (name) => (name === "конфигурация" ? text : recipe.block(name)) });
    await accepted(await post(`${ORIGIN}/webhook/bot/${tokenOf(recipe, "bot")}`, '{"event":"bot_start","tg":"11111111"}'));
    await expectSent(sent, recipe.block("уходит по Telegram").replace("КЛЮЧ", secretOf("SALEBOT_API_KEY")));
  });
});

describe("recipe 15: a new Salebot project", () => {
  const recipe = readRecipe(newProject);

  it("keeps the person: one Telegram id, two clients, and payments go to the new project", async () => {
    await configureRecipe(recipe);
    const client = (id: string): Macros => ({ ...recorded, "#{client_id}": id, "#{platform_id}": "11111115" });
    const old = addressOf(recipe, "адрес").replace(`bot2/${tokenOf(recipe, "bot2")}`, `bot/${tokenOf(recipe, "bot")}`);
    await accepted(await post(old, filled(recipe.block("тело"), client("22222215"))));
    await accepted(await post(addressOf(recipe, "адрес"), filled(recipe.block("тело"), client("33333315"))));
    await expectPromised(recipe);
    const { person } = await (
      await operator("GET", "/v1/persons?telegram_id=11111115")
    ).json<{ person: { identifiers: { type: string }[] } }>();
    expect(person.identifiers.filter(({ type }) => type === "client_id")).toHaveLength(2);
    await accepted(await post(old, '{"event":"payment","tg":"11111115","amount":"10","tid":"t-15"}'));
    const call = `POST https://chatter.salebot.pro/api/${secretOf("SALEBOT_NEW_KEY")}/tg_callback {"message":"paid","user_id":"11111115","group_id":"my_bot"}`;
    await expectSent(sent, call);
  });
});
