import { exports } from "cloudflare:workers";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { ORIGIN } from "../kit/operator.ts";
import {
  DOCUMENT,
  P,
  backfill,
  decide,
  events,
  openWorkspace,
  people,
  read,
  settled,
  tell,
  timeline,
  values,
  who,
} from "../kit/journey.ts";
import { vendorsSay } from "../kit/vendors.ts";

const sent = vendorsSay('{"success":true,"result":{"success":true,"user_id":77,"user_status":"updated"}}');
beforeEach(async () => {
  sent.length = 0;
  await openWorkspace();
});

const follow = (path: string, headers: Record<string, string> = { "user-agent": "Mozilla/5.0 (iPhone)" }): Promise<Response> =>
  exports.default.fetch(`${ORIGIN}${path}`, { redirect: "manual", headers });
const clickOf = (response: Response): string => /start=([A-Za-z0-9_-]*)/.exec(response.headers.get("location") ?? "")?.[1] ?? "";

describe("links and clicks as a visitor sees them", () => {
  it("K-02 five long UTM fit a start of 64 characters and come back byte for byte after it", async () => {
    const long = Object.fromEntries(
      ["source", "medium", "campaign", "content", "term"].map((name) => [
        `utm_${name}`,
        `весенняя-распродажа-${name}-${"я".repeat(25)}`,
      ]),
    );
    const response = await follow(`/r/vk1?${new URLSearchParams(long).toString()}`);
    const start = clickOf(response);
    expect(start).toMatch(/^[A-Za-z0-9_-]{1,64}$/);
    await tell("p1", { event: "bot_start", telegram_id: "1", start });
    await settled();
    const person = await who("telegram_id", "1");
    const [first] = await timeline(person.id);
    const story = await read<{ normalised: { utm: Record<string, string> } }>(`/v1/events/${first?.event_id}`);
    expect(story.normalised.utm).toMatchObject(long);
    expect(person.first_touch?.source).toContain("весенняя-распродажа-source");
  });

  it("K-04 previews get the redirect and count nothing", async () => {
    for (const agent of ["TelegramBot (like TwitterBot)", "WhatsApp/2", "vkShare"]) {
      const response = await follow("/r/vk1", { "user-agent": agent });
      expect(response.status).toBe(302);
      expect(response.headers.get("location")).toContain("https://t.me/my_bot?start=");
    }
    await follow("/r/vk1");
    await settled();
    const report = await read<{ clicks: { raw: number }; intake: { previews: number; accepted: number } }>(
      "/v1/report?from=2020-01-01&to=2100-01-01",
    );
    expect(report.clicks.raw).toBe(1);
    expect(report.intake).toMatchObject({ accepted: 1, previews: 3 });
    expect(await people()).toHaveLength(1);
  });

  it("K-05 two marked starts and a plain one: one person, first touch the first, last touch the second, one stage", async () => {
    const [c1, c2] = [clickOf(await follow("/r/vk1")), clickOf(await follow("/r/anna"))];
    for (const [n, start] of [c1, c2, ""].entries()) {
      await tell("p1", { event: "bot_start", telegram_id: "1", start, event_id: `m${n}` });
      await settled();
    }
    const person = await who("telegram_id", "1");
    expect(await people()).toHaveLength(1);
    expect([person.first_touch?.source, person.last_touch?.source]).toEqual(["vk / spring", "blogger / anna"]);
    expect(values(person, "click")).toEqual([c1, c2].toSorted());
    expect((await timeline(person.id)).filter(({ type }) => type === "bot_start")).toHaveLength(3);
  });

  it("K-06 a start with a foreign payload is accepted and unmarked", async () => {
    const { id } = await tell("p1", { event: "bot_start", telegram_id: "1", start: "ref_55" });
    await settled();
    const person = await who("telegram_id", "1");
    expect(person.first_touch).toBeNull();
    expect(person.identifiers.map(({ type }) => type)).toEqual(["telegram_id"]);
    expect((await read<{ normalised: { start: string } }>(`/v1/events/${id}`)).normalised.start).toBe("ref_55");
    const report = await read<{ sources: { source: string; bot_start: number }[] }>("/v1/report?from=2020-01-01&to=2100-01-01");
    expect(report.sources).toEqual([expect.objectContaining({ source: "", bot_start: 1 })]);
  });

  it("a click that a visitor made before the bot was asked survives a thousand strangers' parameters", async () => {
    const junk = new URLSearchParams(Array.from({ length: 500 }, (_, n) => [`p${n}`, "v"]));
    const response = await follow(`/r/vk1?${junk.toString()}&email=x@x.ru&telegram_id=1&subid=KS1&__proto__=1`);
    expect(response.status).toBe(302);
    await settled();
    expect(await P("email", "x@x.ru")).toBeNull();
    expect(await P("telegram_id", "1")).toBeNull();
    expect(await who("click", clickOf(response))).toMatchObject({ state: "anon" });
  });
});

describe("O-01 echo", () => {
  it("GetCourse's report of what we wrote is an echo and starts nothing", async () => {
    await openWorkspace({
      connections: {
        ...DOCUMENT.connections,
        school: {
          ...DOCUMENT.connections["school" as keyof typeof DOCUMENT.connections],
          api: "legacy",
          api_key: "KEY",
          base_url: "https://school.example",
          fields: { telegram_id: "telegram_id" },
        },
      },
      rules: [
        {
          on: ["bot_start", "identify"],
          do: [{ to: "school", action: "set_fields", with: { fields: { telegram_id: "{{person.telegram_id}}" } } }],
        },
      ],
    });
    await backfill([["school", "2026-03-01T10:00:00Z", { event: "registration", gc_user_id: "77", email: "i@i.ru" }]]);
    await tell("p1", { event: "bot_start", telegram_id: "1", email: "i@i.ru" });
    await settled();
    await vi.waitUntil(() => sent.length > 0);
    const delivered = async (): Promise<boolean> =>
      (await read<{ items: { status: string }[] }>("/v1/deliveries")).items.every(({ status }) => status === "delivered");
    await vi.waitUntil(delivered);
    const statusOf = async (report: Record<string, unknown>): Promise<string> => {
      const { id } = await tell("school", report);
      await settled();
      return (await read<{ status: string }>(`/v1/events/${id}`)).status;
    };
    const report = await tell("school", { event: "user_updated", gc_user_id: "77", telegram_id: "1" });
    await settled();
    const user = { id: "1368:77", gcId: 77, type: "Real", email: "i@i.ru" };
    const wire = { ts: "2026-09-06T10:52:21Z", ts64: 1788681141, gcAccountId: 1368, gcSessionId: 5, telegram_id: 1, user };
    expect(await statusOf({ json: { ...wire, eventType: "event://getcourse/contact/updated" } })).toBe("echo");
    for (const news of [{ first_name: "Олег" }, { phone: "+79001112233" }, { city: "Казань" }, { utm_source: "vk" }]) {
      expect(await statusOf({ event: "user_updated", gc_user_id: "77", telegram_id: "1", ...news })).toBe("bound");
    }
    expect(await statusOf({ event: "user_updated", gc_user_id: "77", telegram_id: "1", first_name: "Олег", updated_at: 5 })).toBe(
      "echo",
    );
    expect(await read<{ status: string; deliveries: unknown[] }>(`/v1/events/${report.id}`)).toMatchObject({
      status: "echo",
      deliveries: [],
    });
    expect(sent).toHaveLength(1);
    expect(await events("?status=echo")).toHaveLength(3);
  });

  const writing = (to: string, action: string, fields: Record<string, string>) =>
    openWorkspace({
      connections: {
        ...DOCUMENT.connections,
        school: {
          ...(DOCUMENT.connections["school" as never] as object),
          api: "legacy",
          api_key: "KEY",
          base_url: "https://school.example",
        },
        chatterfy1: {
          ...(DOCUMENT.connections["chatterfy1" as never] as object),
          webhook_id: "W",
          base_url: "https://chatterfy.example",
        },
      },
      rules: [
        { on: "order", do: [{ to, action, with: { fields } }] },
        { on: ["user_updated", "step_fd"], do: [{ to: "chatterfy1", action: "update_dialog", with: { step_id: "next" } }] },
      ],
    });
  const sold = async (ids: Record<string, string>): Promise<void> => {
    await tell("p1", { event: "order", order: "1", amount: "10", ...ids });
    await settled();
    await vi.waitUntil(() => sent.length > 0);
  };
  const statusOf = async (connection: string, report: Record<string, unknown>): Promise<string> => {
    const { id } = await tell(connection, report);
    await settled();
    return (await read<{ status: string }>(`/v1/events/${id}`)).status;
  };

  it("a common value we wrote for one person is another person's own news", async () => {
    await writing("school", "set_fields", { stage: "vip" });
    await backfill([
      ["school", "2026-03-01T10:00:00Z", { event: "registration", gc_user_id: "77", email: "i@i.ru" }],
      ["school", "2026-03-01T10:00:00Z", { event: "registration", gc_user_id: "78", email: "o@o.ru" }],
    ]);
    await sold({ telegram_id: "1", email: "i@i.ru" });
    expect(await statusOf("school", { event: "user_updated", gc_user_id: "78", stage: "vip" })).toBe("bound");
    expect(await statusOf("school", { event: "user_updated", gc_user_id: "77", stage: "vip" })).toBe("echo");
  });

  it("what we wrote for somebody is an echo also after they turned out to be an older person", async () => {
    await writing("school", "set_fields", { stage: "vip" });
    await backfill([
      ["p1", "2026-03-01T09:00:00Z", { event: "bot_start", telegram_id: "5" }],
      ["school", "2026-03-01T10:00:00Z", { event: "registration", gc_user_id: "77", email: "i@i.ru" }],
    ]);
    await sold({ telegram_id: "1", email: "i@i.ru" });
    await decide("merge", { persons: [(await who("telegram_id", "5")).id, (await who("gc_user_id", "77")).id] });
    expect(await statusOf("school", { event: "user_updated", gc_user_id: "77", stage: "vip" })).toBe("echo");
  });

  const ordering = (what: object = { cost: "{{event.amount}}" }): Promise<void> =>
    openWorkspace({
      connections: {
        ...DOCUMENT.connections,
        school: { ...(DOCUMENT.connections["school" as never] as object), api_key: "KEY", base_url: "https://school.example" },
      },
      rules: [
        {
          on: ["payment", "order"],
          from: "p1",
          do: [
            {
              to: "school",
              action: "upsert_deal",
              with: { number: "{{event.order}}", status: "payed", ...what },
            },
          ],
        },
        {
          on: ["order", "payment", "order_status"],
          from: "school",
          do: [{ to: "p1", action: "callback", with: { message: "paid" } }],
        },
      ],
    });
  const deal = (name: string, number: string, status: string, paid: number): Record<string, unknown> => ({
    user: { gcId: 77, email: "i@i.ru" },
    deal: { id: "9", number, cost: 4500, currency: "RUB", status, payedValue: paid },
    eventType: `getcourse/${name}`,
  });

  it("an order that we made for a payment told elsewhere is an echo when the school reports it: money counts once", async () => {
    await ordering();
    await sold({ event: "payment", order: "S-55", amount: "4500", client_id: "500", email: "i@i.ru" });
    expect(sent.map(({ url }) => url)).toEqual(["https://school.example/pl/api/deals"]);
    expect(await statusOf("school", deal("dealCreated", "S-55", "new", 0))).toBe("bound");
    expect(await statusOf("school", deal("dealPaid", "S-55", "payed", 4500))).toBe("echo");
    expect(await statusOf("school", deal("dealStatusChanged", "S-55", "in_work", 0))).toBe("bound");
    expect(await statusOf("school", deal("dealPaid", "S-56", "payed", 4500))).toBe("bound");
    const person = await who("gc_user_id", "77");
    expect([person.id, person.net]).toEqual([(await who("client_id", "500")).id, "9000.00"]);
  });

  it("money that only the school tells counts, also of an order that we marked as paid", async () => {
    await ordering();
    await sold({ event: "order", order: "S-55", amount: "4500", client_id: "500", email: "i@i.ru" });
    expect(await statusOf("school", deal("dealPaid", "S-55", "payed", 4500))).toBe("bound");
    expect((await who("gc_user_id", "77")).net).toBe("4500.00");
  });

  it("so does money of which the other connection told no sum", async () => {
    await ordering({});
    await sold({ event: "payment", order: "S-55", amount: "", client_id: "500", email: "i@i.ru" });
    expect(sent).toHaveLength(1);
    expect(await statusOf("school", deal("dealPaid", "S-55", "payed", 4500))).toBe("bound");
    expect((await who("gc_user_id", "77")).net).toBe("4500.00");
  });

  it("a bot's step that tells the field we have set is its author's act, and its rules run", async () => {
    await writing("chatterfy1", "update_dialog", { last_deposit: "50" });
    await sold({ telegram_id: "1" });
    expect(await statusOf("chatterfy1", { event: "step_fd", chatId: "1", fields: { last_deposit: "50" } })).toBe("bound");
    expect(await statusOf("chatterfy1", { event: "user_updated", chatId: "1", fields: { last_deposit: "50" } })).toBe("echo");
    await vi.waitUntil(() => sent.some(({ url }) => url.includes("stepId=next")));
  });
});
