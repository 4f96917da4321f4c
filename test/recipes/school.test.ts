import { beforeEach, describe, expect, it, vi } from "vitest";
import getcourseIn from "../../docs/recipes/03-getcourse.md?raw";
import getcourseOut from "../../docs/recipes/04-getcourse-out.md?raw";
import salebotIn from "../../docs/recipes/01-salebot-in.md?raw";
import orderMacros from "../fixtures/getcourse/order-process.json?raw";
import userMacros from "../fixtures/getcourse/user-process.json?raw";
import { fromBase64, fromUtf8 } from "../../src/lib/crypto.ts";
import { operator } from "../kit/operator.ts";
import {
  type Macros,
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
  tokenOf,
  watchVendors,
} from "../kit/recipe.ts";

let sent: Sent[] = [];
beforeEach(() => {
  sent = watchVendors();
});

describe("recipe 3: GetCourse «Вызвать URL»", () => {
  const recipe = readRecipe(getcourseIn);
  const user = JSON.parse(userMacros) as Macros;
  const order = JSON.parse(orderMacros) as Macros;
  const paid = {
    ...order,
    "{object.status}": "Завершен",
    "{object.payed_money}": "400 руб.",
    "{object.left_cost_money}": "0 руб.",
  };

  it("a registration, an order and its payment arrive as promised", async () => {
    await configureRecipe(recipe);
    await accepted(await get(addressOf(recipe, "регистрация", user)));
    await accepted(await get(addressOf(recipe, "заказ", order)));
    await accepted(await get(addressOf(recipe, "заказ", paid)));
    await expectPromised(recipe);
    const { person } = await (
      await operator("GET", "/v1/persons?email=olga@example.com")
    ).json<{ person: { identifiers: unknown[] } }>();
    expect(person.identifiers).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ type: "gc_user_id", scope: "school.getcourse.ru", value: "124091831" }),
        expect.objectContaining({ type: "phone", value: "+79990000003" }),
      ]),
    );
  });

  it("a part payment counts what was paid now, and the same telling twice counts once", async () => {
    await configureRecipe(recipe);
    const number = { ...order, "{object.number}": "1103" };
    const part = { ...number, "{object.status}": "Частично оплачен", "{object.payed_money}": "100 руб." };
    await accepted(await get(addressOf(recipe, "заказ", part)));
    expect(await (await get(addressOf(recipe, "заказ", part))).json()).toMatchObject({ status: "duplicate" });
    const rest = { ...paid, "{object.number}": "1103" };
    await accepted(await get(addressOf(recipe, "заказ", rest)));
    await vi.waitFor(async () => {
      const answer = await operator("GET", "/v1/events?connection=school&type=payment&limit=2");
      const { items } = await answer.json<{ items: { amount: string }[] }>();
      expect(items.map(({ amount }) => amount)).toEqual(["300", "100"]);
    });
  });
});

it("recipe 3: its line of history is imported, once however often", async () => {
  const recipe = readRecipe(getcourseIn);
  await configureRecipe(recipe);
  const send = async (): Promise<unknown> => (await operator("POST", "/v1/import", recipe.json("история"))).json();
  expect([await send(), await send()]).toMatchObject([
    { accepted: 1, errors: [] },
    { accepted: 0, duplicate: 1, errors: [] },
  ]);
});

describe("recipe 4: the Telegram id and the key reach GetCourse", () => {
  const recipe = readRecipe(getcourseOut);
  const client = { "#{client_id}": "22222204", "#{platform_id}": "11111114", "#{email}": "anna@example.com", "#{tag}": "" };
  const opened = (body: string): string =>
    fromUtf8(fromBase64(new URLSearchParams(body).get("params") ?? "") ?? new Uint8Array());

  it("by the rule: the promised import is sent", async () => {
    await configureRecipe(recipe);
    const known = readRecipe(salebotIn);
    const address = addressOf(known, "адрес").replace(tokenOf(known, "bot"), tokenOf(recipe, "bot"));
    await accepted(await post(address, filled(known.block("почта"), client)));
    await expectPromised(recipe);
    const { person } = await (await operator("GET", "/v1/persons?email=anna@example.com")).json<{ person: { key: string } }>();
    await expectSent(sent, recipe.block("уходит").replace("КЛЮЧ_ЧЕЛОВЕКА", person.key), opened);
  });

  it("by the answer in the bot: both fields are written within the request", async () => {
    await configureRecipe(recipe);
    const answer = await post(addressOf(recipe, "адрес"), filled(recipe.block("тело"), client));
    expect(await answer.json()).toEqual({ success: true });
    const fields = { telegram_id: "11111114", sb_294495_id: "22222204" };
    expect(sent.map(({ body }) => JSON.parse(opened(body)) as unknown)).toContainEqual(
      expect.objectContaining({ user: { email: "anna@example.com", addfields: fields } }),
    );
  });
});
