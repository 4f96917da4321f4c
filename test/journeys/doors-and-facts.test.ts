import { exports } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { ORIGIN, operator } from "../kit/operator.ts";
import { signedHeaders } from "../kit/sign.ts";
import {
  DOCUMENT,
  type Person,
  backfill,
  call,
  decide,
  events,
  openWorkspace,
  people,
  read,
  settled,
  tell,
  timeline,
  who,
} from "../kit/journey.ts";
import { vendorsSay } from "../kit/vendors.ts";

vendorsSay();
beforeEach(() => openWorkspace());

const status = async (path: string, init: RequestInit = {}): Promise<number> =>
  (await exports.default.fetch(`${ORIGIN}${path}`, init)).status;
const P1 = "token-of-p1-0000000000";

describe("the doors of the intake", () => {
  it("takes a connection's token in the path, as a bearer and as a gateway token; two live values of it", async () => {
    const connections = {
      ...DOCUMENT.connections,
      p1: { kind: "salebot", project: "P1", token: [P1, "second-token-00000000000"] },
    };
    await openWorkspace({ connections });
    expect(await status(`/webhook/p1/${P1}?client_id=1`)).toBe(202);
    expect(await status("/webhook/p1/second-token-00000000000?client_id=2")).toBe(202);
    expect(await status("/webhook/p1?client_id=3", { headers: { authorization: `Bearer ${P1}` } })).toBe(202);
    expect(await status("/webhook/p1?client_id=4", { headers: { "x-gateway-token": "second-token-00000000000" } })).toBe(202);
    expect(await status(`/webhook/p1/${P1}/sale?client_id=5&amount=5`)).toBe(202);
    expect(await status(`/webhook/p1/${P1}/?client_id=6`)).toBe(202);
    await settled();
    expect(await people()).toHaveLength(6);
    expect((await timeline((await who("client_id", "5")).id))[0]).toMatchObject({ type: "payment", label: "sale" });
  });

  it("an event's name in the path may be percent-encoded", async () => {
    expect(await status(`/webhook/p1/${P1}/${encodeURIComponent("оплата")}?client_id=5&amount=5`)).toBe(202);
    expect(await status(`/webhook/p1/${P1}/order%20shipped?client_id=5`)).toBe(202);
    expect(await status(`/webhook/p1/${P1}/%E0%A4%A?client_id=5`)).toBe(202);
    await settled();
    expect((await timeline((await who("client_id", "5")).id)).map(({ type }) => type).slice(0, 2)).toEqual([
      "payment",
      "order shipped",
    ]);
  });

  it("only GET and POST deliver anything", async () => {
    for (const method of ["HEAD", "PUT", "DELETE", "PATCH", "OPTIONS"])
      expect([404, 405], method).toContain(await status(`/webhook/p1/${P1}?client_id=9`, { method }));
    await settled();
    expect(await events()).toEqual([]);
  });

  it("an intake rate answers 429 with the time to wait, and what it refused is nowhere", async () => {
    await openWorkspace({
      connections: { ...DOCUMENT.connections, p1: { kind: "salebot", project: "P1", token: P1, intake_rate: { per_second: 5 } } },
    });
    const answers = await Promise.all(
      Array.from({ length: 60 }, (_, n) => exports.default.fetch(`${ORIGIN}/webhook/p1/${P1}?client_id=${n + 1}`)),
    );
    const refused = answers.filter((response) => response.status === 429);
    expect(refused.length).toBeGreaterThan(0);
    for (const response of refused) expect(Number(response.headers.get("retry-after"))).toBeGreaterThan(0);
    expect((await tell("p2", { client_id: "1" })).status).toBe(202);
    await settled();
    expect(await events("?connection=p1")).toHaveLength(60 - refused.length);
  });

  it("a token that was replaced is refused as soon as the configuration is saved", async () => {
    expect(await status(`/webhook/p1/${P1}?client_id=1`)).toBe(202);
    const document = {
      ...DOCUMENT,
      connections: { ...DOCUMENT.connections, p1: { kind: "salebot", project: "P1", token: "fresh-token-000000000000" } },
    };
    expect((await operator("PUT", "/v1/config", document)).status).toBe(200);
    expect(await status(`/webhook/p1/${P1}?client_id=2`)).toBe(404);
    expect(await status("/webhook/p1/fresh-token-000000000000?client_id=3")).toBe(202);
  });

  it("a wrong proof is 404 in the path and 401 in a header, whether or not the connection exists", async () => {
    for (const id of ["p1", "nobody"]) {
      expect(await status(`/webhook/${id}/wrong-token`), id).toBe(404);
      expect(await status(`/postback/${id}/wrong-token`), id).toBe(404);
    }
    const headers = { authorization: "Bearer wrong-token-of-nobody" };
    expect(await status("/webhook/p1", { headers })).toBe(401);
    expect(
      await status("/webhook/site1", {
        method: "POST",
        body: "{}",
        headers: await signedHeaders("{}", { secret: "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=" }),
      }),
    ).toBe(401);
    expect(await status(`/webhook/p2/${P1}`)).toBe(404);
  });

  it("a site's signed webhook counts once per webhook-id, and a token is no proof of a site", async () => {
    const send = async (body: string, id: string): Promise<unknown> => {
      const response = await exports.default.fetch(`${ORIGIN}/webhook/site1`, {
        method: "POST",
        body,
        headers: await signedHeaders(body, { id }),
      });
      return [response.status, (await response.json<{ status: string }>()).status];
    };
    const body = JSON.stringify({ event: "registration", user_id: "31", email: "s@x.ru" });
    expect(await send(body, "msg_1")).toEqual([202, "accepted"]);
    expect(await send(body, "msg_1")).toEqual([200, "duplicate"]);
    expect(await send(body, "msg_2")).toEqual([202, "accepted"]);
    await settled();
    expect(await timeline((await who("user_id", "31", "site1")).id)).toHaveLength(2);
    const late = await signedHeaders(body, { id: "msg_3", at: Date.now() - 301_000 });
    expect(await status("/webhook/site1", { method: "POST", body, headers: late })).toBe(401);
  });
});

const sale = (fields: Record<string, unknown>): Record<string, unknown> => ({
  event: "sale",
  transaction_id: "t1",
  amount: "50",
  currency: "USD",
  ...fields,
});

describe("facts that come again", () => {
  it("a conversion that came with a literal macro is news once it comes with its click", async () => {
    await tell("chatterfy1", { chatId: "1", clickid: "abc" });
    const broken = await tell("onewin", sale({ sub1: "{sub1}" }));
    expect(broken.outcome).toBe("quarantined");
    expect((await tell("onewin", sale({ sub1: "{sub1}" }))).outcome).toBe("duplicate");
    await settled();
    const mended = await tell("onewin", sale({ sub1: "abc" }));
    expect(mended.outcome).toBe("accepted");
    expect((await tell("onewin", sale({ sub1: "abc" }))).outcome).toBe("duplicate");
    await settled();
    expect((await who("telegram_id", "1")).net).toBe("4500.00");
  });

  it("a later broken state of a conversion neither replaces it nor doubles it", async () => {
    await tell("chatterfy1", { chatId: "1", clickid: "abc" });
    await tell("onewin", sale({ sub1: "abc" }));
    expect((await tell("onewin", sale({ sub1: "{sub1}", amount: "70" }))).outcome).toBe("quarantined");
    await settled();
    expect((await tell("onewin", sale({ sub1: "abc" }))).outcome).toBe("duplicate");
    await settled();
    expect((await who("telegram_id", "1")).net).toBe("4500.00");
  });

  it("an amount that changes twice, back and forth, is one sale of the newest amount", async () => {
    await tell("chatterfy1", { chatId: "1", clickid: "abc" });
    for (const amount of ["50", "70", "50", "70", "60"]) {
      expect((await tell("onewin", sale({ sub1: "abc", amount }))).outcome).toBe("accepted");
      if (amount !== "70") await settled();
    }
    await settled();
    const person = await who("telegram_id", "1");
    expect(person.net).toBe("5400.00");
    expect((await timeline(person.id)).filter(({ label }) => label === "sale")).toHaveLength(1);
  });

  it("a conversion replaced while it still waits for its person binds in its newest state", async () => {
    await tell("onewin", sale({ sub1: "late" }));
    await settled();
    await tell("onewin", sale({ sub1: "late", amount: "70" }));
    await settled();
    await tell("chatterfy1", { chatId: "1", clickid: "late" });
    await settled();
    const person = await who("telegram_id", "1");
    expect(person.net).toBe("6300.00");
    const report = await read<{ money: { gross: string; unbound: string; paid_deals: number } }>(
      "/v1/report?from=2020-01-01&to=2100-01-01",
    );
    expect(report.money).toMatchObject({ gross: "6300.00", unbound: "0.00", paid_deals: 1 });
  });

  it("an unbound conversion counts its newest state once in the unbound money, and nothing when rejected", async () => {
    const unbound = async (): Promise<string> =>
      (await read<{ money: { unbound: string } }>("/v1/report?from=2020-01-01&to=2100-01-01")).money.unbound;
    await tell("onewin", sale({ sub1: "nobody" }));
    await tell("onewin", sale({ sub1: "nobody", amount: "70" }));
    await settled();
    expect(await unbound()).toBe("6300.00");
    await tell("onewin", sale({ sub1: "nobody", event: "rejected", amount: "70" }));
    await settled();
    expect(await unbound()).toBe("0.00");
  });

  it("a sale and its refund of one transaction are two facts", async () => {
    await tell("chatterfy1", { chatId: "1", clickid: "abc" });
    await tell("onewin", sale({ sub1: "abc" }));
    expect((await tell("onewin", sale({ sub1: "abc", event: "refund", amount: "20" }))).outcome).toBe("accepted");
    await settled();
    expect((await who("telegram_id", "1")).net).toBe("2700.00");
  });

  it("after an import without rules the next live repeat fires its own trigger and no older one", async () => {
    await openWorkspace({
      connections: { ...DOCUMENT.connections, out: { kind: "http", base_url: "https://sink.example" } },
      rules: [
        {
          on: ["sale", "resale#1", "resale#2"],
          do: [
            {
              to: "out",
              action: "request",
              with: { method: "POST", url: "https://sink.example/x", body: { a: "{{event.label}}" } },
            },
          ],
        },
      ],
    });
    const line = (n: number): readonly [string, string, Record<string, unknown>] => [
      "onewin",
      `2026-03-0${n}T10:00:00Z`,
      { event: "deposit", sub1: "abc", tid: `t${n}`, amount: "5", currency: "USD" },
    ];
    await backfill([["chatterfy1", "2026-03-01T09:00:00Z", { chatId: "1", clickid: "abc" }], line(1), line(2)]);
    await settled();
    expect((await read<{ items: unknown[] }>("/v1/deliveries")).items).toEqual([]);
    const third = await tell("onewin", { event: "deposit", sub1: "abc", tid: "t3", amount: "5", currency: "USD" });
    await settled();
    const { items } = await read<{ items: { event_id: string }[] }>("/v1/deliveries");
    expect(items.map(({ event_id }) => event_id)).toEqual([third.id]);
    await openWorkspaceWithRulesAndImport();
  });
});

async function openWorkspaceWithRulesAndImport(): Promise<void> {
  const report = await backfill(
    [
      ["onewin", "2026-03-09T10:00:00Z", { event: "deposit", sub1: "new", tid: "n1", amount: "5" }],
      ["chatterfy1", "2026-03-09T11:00:00Z", { chatId: "9", clickid: "new" }],
    ],
    "?rules=1",
  );
  expect(report.accepted).toBe(2);
  await settled();
  expect((await read<{ items: unknown[] }>("/v1/deliveries")).items).toHaveLength(2);
}

describe("reads that follow people", () => {
  it("events and deliveries of a merged person are found by every id and key of hers", async () => {
    await tell("p1", { telegram_id: "1" });
    await tell("p1", { telegram_id: "2" });
    await settled();
    const [a, b] = [await who("telegram_id", "1"), await who("telegram_id", "2")];
    await decide("merge", { persons: [a.id, b.id] });
    for (const name of [a.id, b.id, a.key, b.key]) {
      expect(await events(`?person=${name}`), name).toHaveLength(2);
      expect((await operator("GET", `/v1/deliveries?person=${name}`)).status).toBe(200);
    }
    expect(await events("?person=per_nobody")).toEqual([]);
  });

  it("a search without a scope finds any, with a wrong one nobody; case and form do not matter", async () => {
    await tell("p1", { client_id: "500", email: "Ivan@X.ru", phone: "8 900 111 22 33" });
    await settled();
    const { id } = await who("client_id", "500");
    for (const [type, value, scope] of [
      ["client_id", "500", "P1"],
      ["client_id", " 500 "],
      ["email", "IVAN@x.RU"],
      ["phone", "79001112233"],
      ["phone", "+7 (900) 111-22-33"],
    ] as const)
      expect((await who(type, value, scope)).id, value).toBe(id);
    for (const path of ["client_id=500&scope=P2", "client_id=501", "email=", "email=junk", "phone=1"])
      expect([path, (await operator("GET", `/v1/persons?${path}`)).status]).toEqual([path, 404]);
  });

  it("the affiliate template leaves order and login out", async () => {
    await call("chatterfy1", "chatId=1&clickid=abc&event=bot_start");
    await tell("onewin", sale({ sub1: "abc", event: "deposit" }));
    await settled();
    const report = await read<{ stages: { id: string; reached: number; step: string | null; bypass: number | null }[] }>(
      "/v1/report?from=2020-01-01&to=2100-01-01&template=affiliate",
    );
    expect(report.stages.map(({ id, reached }) => [id, reached])).toEqual([
      ["click", 0],
      ["bot_start", 1],
      ["registration", 0],
      ["sale", 1],
      ["resale", 0],
    ]);
    expect(report.stages[3]).toMatchObject({ step: null, bypass: 1 });
    expect((await operator("GET", "/v1/report?from=2020-01-01&to=2100-01-01&template=shop")).status).toBe(422);
    expect((await operator("GET", "/v1/report?from=2026-02-01&to=2026-01-01")).status).toBe(422);
  });

  it("people are not lost from a list while they are seen again", async () => {
    await backfill(Array.from({ length: 30 }, (_, n) => ["p1", "2026-03-01T10:00:00Z", { telegram_id: String(n + 1) }] as const));
    await settled();
    const seen: string[] = [];
    let cursor: string | null = "";
    while (cursor !== null) {
      const page: { items: Person[]; next_cursor: string | null } = await read(`/v1/persons?limit=7&cursor=${cursor}`);
      seen.push(...page.items.map(({ id }) => id));
      cursor = page.next_cursor;
      for (const telegram_id of ["1", "15", "30"])
        await tell("p1", { telegram_id, event: "message", message: String(seen.length) });
      await settled();
    }
    expect(new Set(seen).size).toBe(30);
    expect(seen).toHaveLength(30);
  });
});
