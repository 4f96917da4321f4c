/** The first visit, a connection's own forms, what leaves the gateway, and what problems cost. */
import { env, exports } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { inboxOf } from "../../src/context.ts";
import { type Browser, come, signIn, submit } from "../kit/console.ts";
import { ADMIN_TOKEN, ORIGIN } from "../kit/operator.ts";
import { type NewProblem, raiseProblem } from "../../src/store/problems.ts";

type Connection = Readonly<Record<string, unknown>>;
type Saved = { workspace: Record<string, unknown>; connections: Record<string, Connection> };

let browser: Browser;
const saved = async (): Promise<Saved> => (await browser.get("/v1/config")).json<Saved>();

describe("the first visit", () => {
  it("leads from the token through project and tiles to a connection, and loses nothing on the way", async () => {
    const signedIn = await submit("/console/sign-in", { token: ADMIN_TOKEN, back: "/console" });
    expect(signedIn.headers.get("location")).toBe("/console/welcome");
    browser = await signIn();
    expect(await browser.text("/console/welcome")).toContain("шаг 1 из 3");
    const project = { name: "Школа Анны", time_zone: "Asia/Omsk", currency: "kzt", locale: "ru", privacy: "sealed" };
    const next = await browser.post("/console/act/save-workspace", { ...project, back: "/console/welcome?step=2" });
    expect(next.headers.get("location")).toBe("/console/welcome?step=2&done=1");
    expect((await saved()).workspace).toMatchObject({ ...project, currency: "KZT" });
    const tiles = await browser.text("/console/welcome?step=2&kind=salebot");
    expect(tiles).toContain("шаг 2 из 3");
    expect(tiles.match(/name="kind" value="\w+" ?checked/g)).toHaveLength(1);
    expect(await browser.text("/console/welcome?step=3&kind=salebot&kind=nonsense")).toContain('name="field.project"');
    const fields = { kind: "salebot", stay: "1", id: "salebot", "field.project": "777", secret: "$SALEBOT_TOKEN" };
    const wrong = await browser.post("/console/act/add-connection", { ...fields, back: "/console/welcome?step=3&kind=salebot" });
    expect(wrong.status).toBe(422);
    const secret = "wizard-token-0000000";
    const right = await browser.post("/console/act/add-connection", {
      ...fields,
      secret,
      back: "/console/welcome?step=3&kind=salebot",
    });
    expect(right.headers.get("location")).toBe("/console/welcome?step=3&kind=salebot&done=1");
    expect((await saved()).connections["salebot"]).toEqual({ kind: "salebot", project: "777", token: [secret] });
    expect(await browser.text("/console/welcome?step=3&kind=salebot")).toContain("подключено");
    const again = await browser.post("/console/act/add-connection", { ...fields, secret: "another-0000000" });
    expect(again.status).toBe(422);
    expect((await come(`salebot/${secret}`, { event: "bot_start", client_id: "1", telegram_id: "11" })).status).toBe(202);
  });
});

describe("a connection's forms", () => {
  const id = "salebot";
  let said = 0;

  it("rotate its secret with both accepted in between, and no secret is printed on the card", async () => {
    const send = async (token: string): Promise<number> =>
      (await come(`salebot/${token}`, { event: "message", client_id: "1", message: `слово ${(said += 1)}` })).status;
    await browser.post("/console/act/start-rotation", { id, secret: "second-token-0000000" });
    expect([await send("wizard-token-0000000"), await send("second-token-0000000")]).toEqual([202, 202]);
    const card = await browser.text("/console/connections/salebot");
    expect(card).toContain("Убрать старый");
    expect(card).not.toContain("second-token-0000000");
    await browser.post("/console/act/finish-rotation", { id });
    expect([await send("wizard-token-0000000"), await send("second-token-0000000")]).toEqual([404, 202]);
  });

  it("show the ready lines with the secret only when asked, and log it", async () => {
    const page = await (await browser.post("/console/act/reveal-token", { id })).text();
    expect(page).toContain(`${ORIGIN}/webhook/salebot/second-token-0000000`);
    expect(await browser.text("/console/settings/access")).toContain("показать секрет");
  });

  it("set pace, name, duplicates and a stop, and clear what is emptied", async () => {
    const pace = { id, name: "Бот", rate: "2,5", in_flight: "1", duplicates: "ignore", disabled: "1" };
    await browser.post("/console/act/save-connection", pace);
    expect((await saved()).connections[id]).toMatchObject({
      name: "Бот",
      rate: { per_second: 2.5 },
      in_flight: 1,
      duplicates: "ignore",
      disabled: true,
    });
    await browser.post("/console/act/save-connection", { ...pace, name: "", rate: "", disabled: "" });
    const after = (await saved()).connections[id] ?? {};
    expect([after["name"], after["rate"], after["disabled"]]).toEqual([undefined, undefined, false]);
    const wrong = await browser.post("/console/act/save-connection", { ...pace, rate: "много" });
    expect(wrong.status).toBe(422);
  });

  it("add what was left for later, and leave an empty secret as it is", async () => {
    await browser.post("/console/act/save-fields", { id, "field.project": "777", "field.api_key": "key-of-salebot" });
    await browser.post("/console/act/save-fields", { id, "field.project": "778", "field.api_key": "", "field.group": "my_bot" });
    expect((await saved()).connections[id]).toMatchObject({ project: "778", api_key: "key-of-salebot", group: "my_bot" });
    await browser.post("/console/act/save-fields", { id, "field.project": "777", "field.group": "" });
    expect((await saved()).connections[id]).not.toHaveProperty("group");
    const card = await browser.text("/console/connections/salebot");
    expect(card).toMatch(/name="field\.api_key" placeholder="••••" value=""/);
    expect(card).not.toContain("key-of-salebot");
    const wrong = await browser.post("/console/act/save-fields", { id, "field.project": "" });
    expect(wrong.status).toBe(422);
  });

  it("say whose clickid a network returns, so that its postback finds the bot's person", async () => {
    await browser.post("/console/act/add-connection", { id: "chat", kind: "chatterfy", secret: "chat-token-0000000" });
    expect(await browser.text("/console/connections")).toMatch(/name="field\.click_issuer"[^]*?<option value="chat"\s+selected/);
    const binomo = { id: "binomo", kind: "network", secret: "binomo-token-00000", "field.network": "Binomo" };
    await browser.post("/console/act/add-connection", { ...binomo, "field.click_issuer": "chat", "field.currency": "USD" });
    expect((await saved()).connections["binomo"]).toMatchObject({ click_issuer: "chat", currency: "USD" });
    const card = await browser.text("/console/connections/binomo");
    expect(card).toContain(`${ORIGIN}/postback/binomo/TOKEN</pre>`);
    await come("chat/chat-token-0000000/bot_start?chatid=4411&clickid=clk-4411", {});
    await come("binomo/binomo-token-00000?reg=true&click_id=clk-4411&player=5", {});
    const [told] = (await (await browser.get("/v1/events?connection=binomo")).json<{ items: { person_id: string }[] }>()).items;
    const { person } = await (await browser.get("/v1/persons?telegram_id=4411")).json<{ person: { id: string } }>();
    expect(told?.person_id).toBe(person.id);
  });

  it("show Telegram's whole setWebhook and a site's signing secret when asked", async () => {
    const secret = `whsec_${btoa("a signing secret of 24 by")}`;
    await browser.post("/console/act/add-connection", { id: "tg", kind: "telegram", secret: "tg-secret-0000000" });
    const site = { id: "site", kind: "site", secret, "field.origin": "https://school.example" };
    const returns = { "field.bot": "salebot", "field.return_to": "https://school.example/auth/bot" };
    await browser.post("/console/act/add-connection", { ...site, ...returns });
    expect((await saved()).connections["site"]).toMatchObject({ bot: "salebot", return_to: ["https://school.example/auth/bot"] });
    const shown = async (one: string): Promise<string> => (await browser.post("/console/act/reveal-token", { id: one })).text();
    expect(await shown("tg")).toContain("secret_token=tg-secret-0000000");
    expect(await shown("site")).toContain(`>${secret}</pre>`);
    for (const one of ["tg", "site"]) {
      const card = await browser.text(`/console/connections/${one}`);
      for (const kept of [secret, "tg-secret"]) expect(card).not.toContain(kept);
    }
  });

  it("name a field, and the next event is read by the name", async () => {
    await browser.post("/console/act/set-mapping", { id, from: "pochta", to: "email" });
    await come("salebot/second-token-0000000", {
      event: "identify",
      client_id: "1",
      telegram_id: "11",
      pochta: "me@school.example",
    });
    expect(await browser.text("/console/search?q=me%40school.example")).toContain("/console/people/per_");
    await browser.post("/console/act/set-mapping", { id, from: "pochta", to: "" });
    expect((await saved()).connections[id]?.["mapping"]).toEqual({});
  });
});

describe("settings", () => {
  it("change one part and leave the others", async () => {
    await browser.post("/console/act/save-workspace", { part: "rates", fx: "usd=90, EUR=98,5" });
    await browser.post("/console/act/save-workspace", {
      privacy: "sealed",
      raw_days: "10",
      event_days: "100",
      waiting_days: "20",
    });
    expect((await saved()).workspace).toMatchObject({
      name: "Школа Анны",
      fx: { USD: "90", EUR: "98.5" },
      retention: { raw_days: 10, event_days: 100, waiting_days: 20 },
    });
    await browser.post("/console/act/save-workspace", { part: "rates", fx: "" });
    expect((await saved()).workspace["fx"]).toEqual({});
  });

  it("stop all sending and resume it", async () => {
    await browser.post("/console/act/stop-sending", {});
    expect((await saved()).connections["salebot"]?.["disabled"]).toBe(true);
    expect(await browser.text("/console/settings/data")).toContain("Возобновить отправку");
    await browser.post("/console/act/resume-sending", {});
    expect((await saved()).connections["salebot"]?.["disabled"]).toBe(false);
  });

  it("export people and events as JSON lines, every one of them", async () => {
    const lines = async (name: string): Promise<Record<string, unknown>[]> =>
      (await browser.text(`/console/export/${name}.jsonl`))
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect((await lines("people")).map(({ type, value }) => [type, value])).toContainEqual(["email", "me@school.example"]);
    const count = (await env.DB.prepare("SELECT COUNT(*) AS n FROM events").first<{ n: number }>())?.n;
    const events = await lines("events");
    expect(events).toHaveLength(count ?? -1);
    expect(JSON.stringify(events)).toContain("me@school.example");
    expect((await exports.default.fetch(`${ORIGIN}/console/export/people.jsonl`)).headers.get("content-type")).toContain(
      "text/html",
    );
  });
});

describe("problems", () => {
  it("say what money is affected and offer one main button each", async () => {
    await browser.post("/console/act/add-connection", {
      kind: "network",
      id: "net",
      "field.network": "1win",
      secret: "net-token-00000000",
    });
    for (const tid of ["t1", "t2"])
      await exports.default.fetch(
        `${ORIGIN}/postback/net/net-token-00000000/sale?clickid={sub1}&amount=50&currency=usd&tid=${tid}`,
      );
    await exports.default.fetch(`${ORIGIN}/postback/net/net-token-00000000/sale?clickid=nobody&amount=7&currency=usd&tid=t3`);
    await inboxOf(env).drain();
    await env.DB.prepare("UPDATE events SET received_at = received_at - 90000000 WHERE status = 'unbound'").run();
    const page = (await browser.text("/console/problems")).replaceAll(/<[^>]+>|\s+/g, " ").replaceAll(/ +/g, " ");
    expect(page).toMatch(/Макрос не подставлен: net, поле clickid .{0,40}× 2 100 \$ Проверить/);
    expect(page).toMatch(/net: событие больше суток ждёт своего человека .{0,40}× 1 7 \$ Показать/);
  });

  it("offer to retry everything at once, but for what may have arrived already", async () => {
    const told = (cause: string): NewProblem => ({ kind: "delivery", dedupe: cause, cause, connection: "net", at: Date.now() });
    const pageOf = async (cause: string): Promise<string> => {
      await raiseProblem(env.DB, told(cause)).run();
      const id = await env.DB.prepare("SELECT id FROM problems WHERE cause = ?1").bind(cause).first<string>("id");
      const row = (await browser.text("/console/problems")).split("<tr ").find((part) => part.includes(`data-id="${id ?? ""}"`));
      return `${row ?? ""}${await browser.text(`/console/problems/${id ?? ""}`)}`;
    };
    expect((await pageOf("rejected")).match(/Повторить всё недоставленное/g)).toHaveLength(2);
    const doubtful = await pageOf("unknown_outcome");
    expect(doubtful).not.toContain("Повторить всё недоставленное");
    expect(doubtful).toContain("/console/events?to=net&amp;status=failed");
  });
});
