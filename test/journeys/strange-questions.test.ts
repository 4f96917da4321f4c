import { exports } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { ADMIN_TOKEN, ORIGIN, operator } from "../kit/operator.ts";
import {
  type Person,
  P,
  all,
  backfill,
  decide,
  openWorkspace,
  people,
  postback,
  problems,
  read,
  settled,
  tell,
  timeline,
  values,
  who,
} from "../kit/journey.ts";

beforeEach(() => openWorkspace());

describe("the operator's lists under strange questions", { timeout: 60_000 }, () => {
  it("unknown filters and cursors are refused with their path", async () => {
    await tell("p1", { telegram_id: "1" });
    await settled();
    const { id } = await who("telegram_id", "1");
    for (const path of [
      "/v1/events?status=boundd",
      "/v1/events?cursor=abc",
      "/v1/events?since=yesterday",
      "/v1/events?limit=-1",
      "/v1/persons?limit=abc",
      "/v1/config/versions?cursor=x",
      "/v1/problems?limit=0",
      "/v1/persons?cursor=junk",
      "/v1/persons?cursor=1.per_x.y;--",
      `/v1/persons/${id}/timeline?cursor=junk`,
      "/v1/deliveries?status=sent",
      "/v1/deliveries?cursor=x'",
      "/v1/persons?nickname=ivan",
      "/v1/report?from=x&to=y",
    ]) {
      const response = await operator("GET", path);
      const body = await response.json<{ reason: string; errors?: { path: string }[] }>();
      expect([path, response.status, body.reason]).toEqual([path, 422, "invalid_request"]);
      expect(body.errors?.length, path).toBeGreaterThan(0);
    }
  });

  it("nobody without the admin's proof reads or decides anything", async () => {
    for (const [method, path] of [
      ["GET", "/v1/persons"],
      ["GET", "/v1/events"],
      ["GET", "/v1/problems"],
      ["POST", "/v1/persons/merge"],
      ["POST", "/v1/import"],
      ["PUT", "/v1/config"],
      ["GET", "/v1/config"],
      ["DELETE", "/v1/persons/per_1"],
      ["GET", "/v1/report"],
      ["POST", "/v1/identifiers/block"],
    ]) {
      for (const authorization of [
        "",
        "Bearer ",
        "Bearer wrong",
        `Bearer ${ADMIN_TOKEN} x`,
        `Basic ${ADMIN_TOKEN}`,
        "Bearer token-of-p1-0000000000",
      ]) {
        const response = await exports.default.fetch(`${ORIGIN}${path}`, { method: method ?? "GET", headers: { authorization } });
        expect([401, 429], `${method} ${path} ${authorization}`).toContain(response.status);
      }
    }
  });

  it("merged ids and old keys keep resolving; erased persons are gone for good", async () => {
    const three: Person[] = [];
    for (const telegram_id of ["1", "2", "3"]) {
      await tell("p1", { telegram_id, event: "bot_start", email: `e${telegram_id}@x.ru` });
      await settled();
      three.push(await who("telegram_id", telegram_id));
    }
    const [a, b, c] = three;
    if (!a || !b || !c) throw new Error("three people were expected");
    await decide("merge", { persons: [a.id, b.id] });
    await decide("merge", { persons: [c.id, b.key] });
    const root = await who("telegram_id", "3");
    for (const { id, key } of three) {
      expect((await read<{ person: Person }>(`/v1/persons/${id}`)).person.id).toBe(root.id);
      expect((await read<{ person: Person }>(`/v1/persons/${key}`)).person.id).toBe(root.id);
      expect((await who("key", key)).id).toBe(root.id);
      expect(await timeline(id)).toHaveLength(3);
    }
    expect((await operator("DELETE", `/v1/persons/${b.id}`)).status).toBe(200);
    const gone = async (path: string): Promise<unknown> => {
      const response = await operator("GET", path);
      return [response.status, (await response.json<{ reason: string }>()).reason];
    };
    for (const { id, key } of three) {
      expect(await gone(`/v1/persons/${id}`)).toEqual([404, "gone"]);
      expect(await gone(`/v1/persons/${id}/timeline`)).toEqual([404, "gone"]);
      expect(await gone(`/v1/persons?key=${key}`)).toEqual([404, "gone"]);
    }
    for (const n of ["1", "2", "3"]) {
      expect(await gone(`/v1/persons?telegram_id=${n}`)).toEqual([404, "gone"]);
      expect(await gone(`/v1/persons?email=e${n}@x.ru`)).toEqual([404, "gone"]);
    }
    expect(await people()).toEqual([]);
    const again = await operator("DELETE", `/v1/persons/${a.id}`);
    expect([again.status, (await again.json<{ reason: string }>()).reason]).toEqual([404, "gone"]);
    expect(await gone("/v1/persons/per_nobody")).toEqual([404, "not_found"]);
    for (const act of ["merge", "keep-apart"]) {
      const response = await operator("POST", `/v1/persons/${act}`, { persons: [a.id, b.id] });
      expect(response.status).toBe(404);
    }
  });

  it("bad decisions are problems with a reason", async () => {
    await tell("p1", { telegram_id: "1" });
    await settled();
    const { id } = await who("telegram_id", "1");
    const reason = async (act: string, body: unknown): Promise<unknown> => {
      const response = await operator("POST", `/v1/persons/${act}`, body);
      return [response.status, (await response.json<{ reason: string }>()).reason];
    };
    expect(await reason("merge", { persons: [id, id] })).toEqual([409, "same_person"]);
    expect(await reason("merge", { persons: [id] })).toEqual([422, "invalid_request"]);
    expect(await reason("merge", { persons: [id, "per_x"] })).toEqual([404, "not_found"]);
    expect(await reason("merge", {})).toEqual([422, "invalid_request"]);
    expect(await reason("unmerge", { person: id })).toEqual([409, "nothing_to_unmerge"]);
    expect(await reason("move-identifier", { type: "telegram_id", value: "1", to: id })).toEqual([409, "same_person"]);
    expect(await reason("move-identifier", { type: "nickname", value: "1", to: id })).toEqual([422, "invalid_request"]);
    expect(await reason("move-identifier", { type: "email", value: "no@x.ru", to: id })).toEqual([404, "not_found"]);
    const named = await operator("POST", "/v1/identifiers/block", { type: "nickname", value: "1" });
    expect((await named.json<{ errors: { path: string }[] }>()).errors.map(({ path }) => path)).toEqual(["type"]);
    await tell("p1", { telegram_id: "2" });
    await settled();
    const erased = await who("telegram_id", "2");
    await operator("DELETE", `/v1/persons/${erased.id}`);
    expect(await reason("merge", { persons: [id, erased.key] })).toEqual([404, "gone"]);
    expect(await reason("keep-apart", { persons: [erased.id, id] })).toEqual([404, "gone"]);
    expect(await reason("move-identifier", { type: "telegram_id", value: "1", to: erased.id })).toEqual([404, "gone"]);
    expect((await operator("POST", "/v1/persons/merge", "{")).status).toBe(422);
    const broken = await exports.default.fetch(`${ORIGIN}/v1/persons/merge`, {
      method: "POST",
      body: "{",
      headers: { authorization: `Bearer ${ADMIN_TOKEN}` },
    });
    expect(broken.status).toBe(400);
  });

  it("a blocked value belongs to nobody any more and founds nobody", async () => {
    await tell("p1", { telegram_id: "1", email: "office@x.ru" });
    await settled();
    const response = await operator("POST", "/v1/identifiers/block", { type: "email", value: " OFFICE@x.ru" });
    expect(response.status).toBe(200);
    await tell("p1", { telegram_id: "2", email: "office@x.ru" });
    await tell("school", { email: "office@x.ru", event: "registration" });
    await settled();
    expect(await people()).toHaveLength(2);
    expect(values(await who("telegram_id", "2"), "email")).toEqual([]);
    expect(await problems("conflict")).toEqual([]);
    expect(await P("email", "office@x.ru")).toBeNull();
  });

  it("persons are paged without loss or repetition", async () => {
    await backfill(
      Array.from({ length: 450 }, (_, n) => ["p1", "2026-03-01T10:00:00Z", { telegram_id: String(n + 1) }] as const),
    );
    await settled();
    const ids = (await all<Person>("/v1/persons")).map(({ id }) => id);
    expect(new Set(ids).size).toBe(450);
    expect(ids).toHaveLength(450);
  });

  it("import names every unusable line and takes the others", async () => {
    const response = await exports.default.fetch(`${ORIGIN}/v1/import`, {
      method: "POST",
      body: [
        '{"connection":"p1","event":{"telegram_id":"1"}}',
        "",
        "nonsense",
        '{"connection":"nope","event":{}}',
        '{"connection":"p1","received_at":"junk","event":{}}',
        '{"connection":"p1"}',
        '{"connection":"p1","event":{"telegram_id":"{x}"}}',
      ].join("\r\n"),
      headers: { authorization: `Bearer ${ADMIN_TOKEN}` },
    });
    expect(await response.json()).toEqual({
      accepted: 1,
      duplicate: 0,
      quarantined: 1,
      preview: 0,
      errors: [
        { line: 3, reason: "invalid_json" },
        { line: 4, reason: "unknown_connection" },
        { line: 5, reason: "invalid_received_at" },
        { line: 6, reason: "invalid_line" },
      ],
    });
    const many = await exports.default.fetch(`${ORIGIN}/v1/import`, {
      method: "POST",
      body: '{"connection":"p1","event":{}}\n'.repeat(1_001),
      headers: { authorization: `Bearer ${ADMIN_TOKEN}` },
    });
    expect([413, 422]).toContain(many.status);
    expect(await postback("onewin", "")).toMatchObject({ status: 200 });
  });
});
