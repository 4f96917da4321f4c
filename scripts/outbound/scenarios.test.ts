/** The acceptance scenarios O-01 … O-06, from the fact at the door to what the vendor saw. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Fields, fieldsOf, listOf, textOf } from "../../sandbox/kit/values.ts";
import { type Delivery, type Rig, callsOf, deliveryOf, openRig, tokenOf, until } from "./kit/rig.ts";
import { connectionsAt, newPerson } from "./kit/scene.ts";

/** The site that is our own front door. */
const MIRROR_SECRET = "whsec_bWlycm9yLXNlY3JldC1vZi0zMi1ieXRlcy1sb25nISE=";

/** An outage that is over within these does not kill a delivery. */
const PATIENT = Array.from({ length: 30 }, () => 0.5);

let rig: Rig;
beforeAll(async () => {
  rig = await openRig();
  const connections = connectionsAt(rig.sandbox.url);
  const mirror = { kind: "site", origin: rig.url, secret: [MIRROR_SECRET], webhook_url: `${rig.url}/webhook/mirror` };
  const own = { kind: "http", url: `${rig.url}/webhook/other/${tokenOf("other")}` };
  await rig.save({
    connections: { ...connections, tg: { ...connections["tg"], retry_seconds: PATIENT }, mirror, own },
    rules: [
      {
        on: "linked",
        do: [{ to: "legacy", action: "set_fields", with: { fields: { telegram_id: "{{person.telegram_id}}" } } }],
      },
      { on: "user_updated", do: [{ to: "bot", action: "callback", with: { message: "changed {{event.id}}" } }] },
      { on: "ping", do: [{ to: "bot", action: "callback", with: { message: "pong" } }] },
      { on: "said", do: [{ to: "tg", action: "send_message", with: { text: "{{event.message}}" } }] },
      {
        on: "kept",
        do: [
          { to: "site", action: "webhook", with: { type: "kept", data: { name: "{{name}}" } } },
          { to: "bot", action: "callback", with: { message: "kept", name: "{{name}}" } },
        ],
      },
      {
        on: "mirrored",
        do: [
          { to: "mirror", action: "webhook", with: { type: "seen_in_mirror", data: { telegram_id: "{{chatId}}" } } },
          { to: "own", action: "request", with: { body: { event: "seen_at_home", telegram_id: "{{chatId}}" } } },
        ],
      },
      { on: "where", do: [{ to: "plain", action: "request", with: { url: "{{fields.where}}" } }] },
    ],
  });
  rig.sandbox.seed("salebot", { everyone: true });
});
afterAll(() => rig.close());

const deliveryNow = async ({ id }: Delivery): Promise<Delivery> =>
  deliveryOf((await rig.operate("GET", `/v1/deliveries/${id}`)).body);

async function replayed(delivery: Delivery): Promise<Delivery> {
  expect(await rig.operate("POST", `/v1/deliveries/${delivery.id}/replay`)).toMatchObject({ status: 202 });
  return until("the replay is settled", async () => {
    const now = await deliveryNow(delivery);
    return now.status === "delivered" && now.attempts.length > delivery.attempts.length ? now : null;
  });
}

const problems = async (kind: string): Promise<Fields[]> =>
  listOf((await rig.operate("GET", "/v1/problems")).body["items"])
    .map(fieldsOf)
    .filter((item) => item["kind"] === kind);

it("O-01 the school reports back what we wrote: an echo, and one outbound call in total", async () => {
  await rig.settled(await rig.accept("legacy", { event: "registration", gc_user_id: "77", email: "o1@example.com" }));
  const since = rig.sandbox.calls().at(-1)?.seq ?? 0;
  await rig.settled(await rig.accept("bot", { event: "linked", telegram_id: "1", client_id: "5001", email: "o1@example.com" }));
  const echo = await rig.settled(await rig.accept("legacy", { event: "user_updated", gc_user_id: "77", telegram_id: "1" }));
  expect(echo).toMatchObject({ status: "echo", deliveries: [] });
  const news = await rig.settled(
    await rig.accept("legacy", { event: "user_updated", gc_user_id: "77", telegram_id: "1", phone: "+79005550101" }),
  );
  expect(news.status).toBe("bound");
  expect(rig.sandbox.calls(undefined, since).map(({ vendor, path }) => `${vendor} ${path}`)).toEqual([
    "getcourse /pl/api/users",
    "salebot /api/demo-salebot-key/callback",
  ]);
});

it("O-02 the fourth same call in ten minutes is stopped as a loop, one problem is raised, a replay lets it through", async () => {
  const { telegram_id, client_id } = newPerson();
  const ping = async (n: number): Promise<Delivery> => {
    const fact = { event: "ping", event_id: `ping-${n}`, telegram_id, client_id };
    const [delivery] = (await rig.settled(await rig.accept("legacy", fact))).deliveries;
    if (!delivery) throw new Error("no delivery");
    return delivery;
  };
  const first = [await ping(1), await ping(2), await ping(3)];
  expect(first.map(({ status }) => status)).toEqual(["delivered", "delivered", "delivered"]);
  const [fourth, fifth] = [await ping(4), await ping(5)];
  for (const stopped of [fourth, fifth]) {
    expect(stopped).toMatchObject({ status: "dead", reason: "loop_suspected", attempts: [] });
    expect(callsOf(rig.sandbox.calls("salebot"), stopped)).toEqual([]);
  }
  const loops = await problems("loop");
  expect(loops).toHaveLength(1);
  expect(loops[0]).toMatchObject({ connection: "bot", cause: expect.stringContaining("⇄") });
  await replayed(fourth);
  expect(callsOf(rig.sandbox.calls("salebot"), fourth)).toMatchObject([{ headers: { "x-replay": "1" } }]);
  expect((await ping(6)).status).toBe("dead");
});

it("O-03 429 with Retry-After: 5 — not a moment earlier, in order, while the others go on", async () => {
  const [anna, boris] = [newPerson()["telegram_id"] ?? "", newPerson()["telegram_id"] ?? ""];
  const flood = '{"ok":false,"error_code":429,"description":"Too Many Requests: retry after 5","parameters":{"retry_after":5}}';
  rig.sandbox.faults.add({
    vendor: "telegram",
    match: { body: `"chat_id":"${anna}"` },
    fault: { kind: "status", status: 429, body: flood, retry_after_seconds: 5 },
    times: 1,
  });
  const say = (telegram_id: string, message: string) => rig.accept("src", { event: "said", telegram_id, message });
  const events = [await say(anna, "a1"), await say(anna, "a2"), await say(boris, "b1"), await say(boris, "b2")];
  for (const event of events) expect((await rig.settled(event)).deliveries).toMatchObject([{ status: "delivered" }]);
  const calls = rig.sandbox.calls("telegram").filter(({ body }) => body.includes(anna) || body.includes(boris));
  expect(calls.map(({ parsed }) => fieldsOf(parsed)["text"])).toEqual(["a1", "b1", "b2", "a1", "a2"]);
  const [refused, , , again] = calls;
  expect((again?.at ?? 0) - (refused?.at ?? 0)).toBeGreaterThanOrEqual(5_000);
  expect(calls.filter(({ applied }) => applied)).toHaveLength(4);
});

it("O-04 a replay is the original to the byte, under the same id, marked, whatever is known by then", async () => {
  const person = newPerson();
  const { deliveries } = await rig.settled(await rig.accept("src", { ...person, event: "kept", first_name: "Анна" }));
  await rig.settled(await rig.accept("src", { ...person, event: "identify", first_name: "Жанна" }));
  for (const delivery of deliveries) {
    await replayed(delivery);
    const [first, second, ...more] = callsOf(rig.sandbox.calls(), delivery);
    expect(more).toEqual([]);
    expect(first?.body).toContain("Анна");
    expect([second?.method, second?.target, second?.body]).toEqual([first?.method, first?.target, first?.body]);
    expect([first?.headers["x-replay"], second?.headers["x-replay"]]).toEqual([undefined, "1"]);
    expect(second?.headers["webhook-id"]).toBe(first?.headers["webhook-id"]);
  }
});

it("O-04 our own door takes a replay for a duplicate, signed or not", async () => {
  const { deliveries } = await rig.settled(await rig.accept("src", { event: "mirrored", telegram_id: "4040404" }));
  expect(deliveries.map(({ status }) => status)).toEqual(["delivered", "delivered"]);
  for (const delivery of deliveries) {
    const { attempts } = await replayed(delivery);
    const replies = attempts.map(({ reply }): unknown => JSON.parse(reply)).map(fieldsOf);
    expect(replies.map(({ status }) => status)).toEqual(["accepted", "duplicate"]);
    expect(replies[1]?.["id"]).toBe(replies[0]?.["id"]);
  }
});

it("O-05 one person's deliveries fail for hours: nobody else waits, and then all of hers arrive in order", async () => {
  const anna = newPerson()["telegram_id"] ?? "";
  const takeBack = rig.sandbox.faults.add({ vendor: "telegram", match: { body: anna }, fault: { kind: "status", status: 500 } });
  const hers: string[] = [];
  for (const message of ["1", "2", "3"]) hers.push(await rig.accept("src", { event: "said", telegram_id: anna, message }));
  await until("she fails", () => (rig.sandbox.calls("telegram").some(({ body }) => body.includes(anna)) ? true : null));
  const others = await Promise.all(
    Array.from({ length: 40 }, () => rig.accept("src", { event: "said", telegram_id: newPerson()["telegram_id"], message: "x" })),
  );
  for (const event of others) expect((await rig.settled(event)).deliveries).toMatchObject([{ status: "delivered" }]);
  expect(rig.sandbox.calls("telegram").filter(({ body, applied }) => applied && body.includes(anna))).toEqual([]);
  takeBack();
  for (const event of hers) expect((await rig.settled(event)).deliveries).toMatchObject([{ status: "delivered" }]);
  const arrived = rig.sandbox.calls("telegram").filter(({ body, applied }) => applied && body.includes(anna));
  expect(arrived.map(({ parsed }) => textOf(fieldsOf(parsed)["text"]))).toEqual(["1", "2", "3"]);
});

const PRIVATE = [
  "http://10.0.0.1/x",
  "http://192.168.1.1/",
  "http://169.254.169.254/latest/meta-data",
  "http://[fd00::1]/",
  "http://[::ffff:10.0.0.1]/",
  "http://0.0.0.0:1/",
  "http://0x0a000001/",
  "http://localhost:1/",
  "http://x.localhost/",
  "ftp://files.example/x",
  "file:///etc/passwd",
];

it.each(PRIVATE)("O-06 %s is refused when it is saved and when it is sent", async (where) => {
  const document = { connections: { x: { kind: "http", url: where } } };
  const saved = await rig.operate("PUT", "/v1/config", document);
  expect(saved).toMatchObject({ status: 422, body: { reason: "invalid_request" } });
  expect(JSON.stringify(saved.body["errors"])).toContain("connections.x.url");
  const sent = await rig.settled(await rig.accept("src", { ...newPerson(), event: "where", "fields.where": where }));
  expect(sent.deliveries).toMatchObject([{ status: "dead", reason: expect.stringMatching(/^address_refused/) }]);
});
