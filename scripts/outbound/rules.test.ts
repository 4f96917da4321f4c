/** Auto actions end to end: which facts run them, what their texts become, and "ask and switch". What arrived at the vendor is the witness. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { demo } from "../../sandbox/demo.ts";
import { type Fields, fieldsOf, textOf } from "../../sandbox/kit/values.ts";
import { type Rig, type Settled, callsOf, openRig, tokenOf, until } from "./kit/rig.ts";
import { connectionsAt, newPerson } from "./kit/scene.ts";

const note = (what: string, more: Fields = {}): Fields => ({ to: "plain", action: "request", with: { body: { what, ...more } } });

const RULES: Fields[] = [
  { on: "plain_type", do: [note("type")] },
  { on: "*", if: { "event.message": "star" }, do: [note("star")] },
  { on: ["first_custom", "second_custom"], do: [note("list")] },
  { on: "from_one", from: "src", do: [note("from src")] },
  { on: "from_two", from: ["other", "onewin"], do: [note("from other")] },
  { on: "when", if: { "event.utm_campaign": "spring" }, do: [note("spring")] },
  { on: "when", if: { "event.utm_campaign": ["summer", "winter"] }, do: [note("season")] },
  { on: "when", if: { "person.email": "vip@example.com" }, do: [note("vip")] },
  { on: "when", if: { "fields.plan": "gold", "event.amount": 50 }, do: [note("gold 50")] },
  { on: "many", do: [note("one"), note("two"), { to: "tg", action: "send_message", with: { text: "three" } }] },
  { on: "off", disabled: true, do: [note("disabled")] },
  {
    on: "texts",
    do: [
      note("texts", {
        double:
          "{{event.amount}} {{event.currency}} {{fields.refID}} {{tracker.ad}} {{chatId}} {{username}} {{name}} {{createdAt}}",
        link: "{{variables.reg_link}}",
        nested: "Жмите: {{variables.call}}",
        single: "https://k.example/p?subid={tracker.clickid}&u={username}&c={chatId}&own={refID}",
        plain_braces: '{"a": {x} }',
      }),
    ],
  },
  { on: "missing", do: [note("missing {{fields.nobody_told}}"), note("sent")] },
  { on: "missing_variable", do: [note("v", { link: "{{variables.reg_link}}" })] },
  { on: "sale", from: "onewin", do: [note("first deposit", { tid: "{{event.tid}}" })] },
  { on: "resale", from: "onewin", do: [note("repeat", { tid: "{{event.tid}}" })] },
  { on: "resale#2", from: "onewin", do: [note("second repeat", { tid: "{{event.tid}}" })] },
  {
    on: "ask",
    from: "chat",
    if: { "fields.deposited": "yes" },
    do: [{ to: "chat", action: "update_dialog", with: { step_id: demo.chatterfy.step_id, status: "auto" } }],
  },
];

let rig: Rig;
beforeAll(async () => {
  rig = await openRig();
  await rig.save({
    connections: connectionsAt(rig.sandbox.url),
    variables: {
      reg_link: "https://pp.example?clickid={{tracker.clickid}}",
      call: "{{variables.reg_link}}&name={{name}}",
    },
    rules: RULES,
  });
});
afterAll(() => rig.close());

/** What the plain destination was told, in order; `what` of each. */
function told({ deliveries }: Settled): string[] {
  const calls = rig.sandbox.calls("site");
  return deliveries.flatMap((delivery) => callsOf(calls, delivery)).map(({ parsed }) => textOf(fieldsOf(parsed)["what"]));
}

async function happened(from: string, fact: Fields): Promise<Settled> {
  return rig.settled(await rig.accept(from, { ...newPerson(), ...fact }));
}

describe("a rule runs", () => {
  it.each<[string, Fields, string, string[]]>([
    ["on a type", { event: "plain_type" }, "src", ["type"]],
    ["on anything", { event: "whatever", message: "star" }, "src", ["star"]],
    ["on any type of a list", { event: "second_custom" }, "src", ["list"]],
    ["from its connection", { event: "from_one" }, "src", ["from src"]],
    ["not from another", { event: "from_one" }, "other", []],
    ["from any connection of a list", { event: "from_two" }, "other", ["from other"]],
    ["if a field of the event is so", { event: "when", utm_campaign: "Spring" }, "src", ["spring"]],
    ["if it is one of a list", { event: "when", utm_campaign: "winter" }, "src", ["season"]],
    ["not if it is otherwise", { event: "when", utm_campaign: "autumn" }, "src", []],
    ["if the person is so", { event: "when", email: "VIP@example.com" }, "src", ["vip"]],
    ["only if everything is so", { event: "when", "fields.plan": "gold", amount: "50.00" }, "src", ["gold 50"]],
    ["not if half of it is", { event: "when", "fields.plan": "gold", amount: "51" }, "src", []],
    ["not when it is disabled", { event: "off" }, "src", []],
  ])("%s", async (_name, fact, from, expected) => {
    expect(told(await happened(from, fact))).toEqual(expected);
  });

  it("with several actions in their order, each delivered on its own", async () => {
    const settled = await happened("src", { event: "many" });
    expect(told(settled)).toEqual(["one", "two"]);
    expect(settled.deliveries.map(({ connection, status }) => [connection, status])).toEqual([
      ["plain", "delivered"],
      ["plain", "delivered"],
      ["tg", "delivered"],
    ]);
  });

  it("on what an earlier fact told of the person", async () => {
    const person = newPerson();
    await rig.settled(await rig.accept("src", { ...person, event: "identify", "fields.plan": "gold" }));
    expect(told(await rig.settled(await rig.accept("src", { ...person, event: "when", amount: "50" })))).toEqual(["gold 50"]);
  });

  it("once for a fact that arrives twice", async () => {
    const fact = { ...newPerson(), event: "plain_type", event_id: "twice" };
    const id = await rig.accept("src", fact);
    expect(await rig.tell("src", fact)).toMatchObject({ status: 200, body: { id, status: "duplicate" } });
    expect(told(await rig.settled(id))).toEqual(["type"]);
  });
});

describe("texts", () => {
  it("every macro of Chatterfy becomes its value, variables and the macros in them too", async () => {
    const fact = {
      event: "texts",
      telegram_id: "1227280",
      username: "ivan_t",
      first_name: "Иван",
      clickid: "abc&d",
      amount: "50.00",
      currency: "usd",
      "fields.refID": "r 1",
      "tracker.ad": "весна",
      createdAt: "2024-03-10T17:49:32.806Z",
    };
    const settled = await rig.settled(await rig.accept("src", fact));
    const [delivery] = settled.deliveries;
    if (!delivery) throw new Error("no delivery");
    const [call] = callsOf(rig.sandbox.calls("site"), delivery);
    expect(call?.parsed).toEqual({
      what: "texts",
      double: "50 USD r 1 весна 1227280 ivan_t Иван 2024-03-10T17:49:32.806Z",
      link: "https://pp.example?clickid=abc%26d",
      nested: `Жмите: https://pp.example?clickid=abc%26d&name=${encodeURIComponent("Иван")}`,
      single: "https://k.example/p?subid=abc%26d&u=ivan_t&c=1227280&own=r%201",
      plain_braces: '{"a": {x} }',
    });
  });

  it("an unresolved macro sends nothing: that action is dead, the next one is not", async () => {
    const settled = await happened("src", { event: "missing" });
    expect(settled.deliveries.map(({ status, reason }) => [status, reason])).toEqual([
      ["dead", "template_unresolved: fields.nobody_told"],
      ["delivered", ""],
    ]);
    expect(told(settled)).toEqual(["sent"]);
  });

  it("a macro inside a variable counts as well", async () => {
    const { deliveries } = await rig.settled(await rig.accept("src", { event: "missing_variable", telegram_id: "5550001" }));
    expect(deliveries).toMatchObject([{ status: "dead", reason: "template_unresolved: tracker.clickid", attempts: [] }]);
  });
});

describe("deposits", () => {
  it("D-04 sale t1, resale t2, resale t2, resale t3: resale#2 runs exactly once, on t3", async () => {
    const { clickid, telegram_id } = newPerson();
    await rig.settled(await rig.accept("chat", { event: "bot_start", clickid, telegram_id }));
    const deposit = async (event: string, tid: string): Promise<string> => {
      const query = new URLSearchParams({ sub1: clickid ?? "", event, amount: "50", transaction_id: tid });
      const response = await fetch(`${rig.url}/postback/onewin/${tokenOf("onewin")}?${query.toString()}`);
      return response.text();
    };
    const since = rig.sandbox.calls("site").at(-1)?.seq ?? 0;
    expect(await deposit("sale", "t1")).toBe("OK");
    expect(await deposit("resale", "t2")).toBe("OK");
    expect(await deposit("resale", "t2")).toBe("DUPLICATE");
    expect(await deposit("resale", "t3")).toBe("OK");
    const bodies = await until("four notes", () => {
      const calls = rig.sandbox.calls("site", since);
      return calls.length >= 4 ? calls.map(({ parsed }) => parsed) : null;
    });
    expect(bodies).toEqual([
      { what: "first deposit", tid: "t1" },
      { what: "repeat", tid: "t2" },
      { what: "repeat", tid: "t3" },
      { what: "second repeat", tid: "t3" },
    ]);
  });
});

describe("ask and switch", () => {
  /** null when it is taken for a copy of the moment before. */
  const ask = async (chatId: string): Promise<Settled | null> => {
    const query = new URLSearchParams({ chatId, username: "", createdAt: "2024-03-10T17:49:32.806Z" });
    const response = await fetch(`${rig.url}/webhook/chat/${tokenOf("chat")}/ask?${query.toString()}`);
    const { id, status } = fieldsOf(await response.json());
    return status === "accepted" ? rig.settled(textOf(id)) : null;
  };

  it("Chatterfy's Send Webhook is answered by updateDialog when our own data says so", async () => {
    expect((await ask("1227281"))?.deliveries).toEqual([]);
    await rig.settled(await rig.accept("src", { event: "identify", telegram_id: "1227281", "fields.deposited": "yes" }));
    const { deliveries } = await until("the bot may ask again", () => ask("1227281"));
    expect(deliveries).toMatchObject([{ connection: "chat", status: "delivered" }]);
    const [delivery] = deliveries;
    if (!delivery) throw new Error("no delivery");
    expect(callsOf(rig.sandbox.calls("chatterfy"), delivery).map(({ target }) => target)).toEqual([
      `/api/bots/webhooks/${demo.chatterfy.webhook_id}/updateDialog?chatId=1227281&stepId=${demo.chatterfy.step_id}&status=auto`,
    ]);
  });
});
