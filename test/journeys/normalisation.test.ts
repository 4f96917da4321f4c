import { beforeEach, describe, expect, it } from "vitest";
import {
  P,
  backfill,
  call,
  events,
  openWorkspace,
  people,
  postback,
  problems,
  read,
  settled,
  timeline,
  tell,
  values,
  who,
} from "../kit/journey.ts";

beforeEach(() => openWorkspace());

describe("normalisation as an outside client sees it", () => {
  it("N-01 phones: six spellings are one number and one person", async () => {
    await tell("p1", { event: "bot_start", telegram_id: "1", phone: "+79001112233" });
    const spellings = [
      "8 (900) 111-22-33",
      "+7 900 111 22 33",
      "79001112233",
      "9001112233",
      "8-900-111-22-33",
      "007 900 111 22 33",
    ];
    for (const [index, phone] of spellings.entries()) await tell("p1", { client_id: String(500 + index), phone });
    await settled();
    expect(await people()).toHaveLength(1);
    expect(values(await who("telegram_id", "1"), "phone")).toEqual(["+79001112233"]);
    expect(values(await who("telegram_id", "1"), "client_id")).toHaveLength(6);
    expect(await problems("conflict")).toEqual([]);
  });

  it("N-01 phones: other countries stay as they are", async () => {
    for (const [index, phone] of ["+380501234567", "+77011234567", "+1 202 555 0146"].entries())
      await tell("p1", { client_id: String(index + 1), phone });
    await settled();
    expect(await people()).toHaveLength(3);
    for (const [index, phone] of ["+380501234567", "+77011234567", "+12025550146"].entries()) {
      expect(values(await who("client_id", String(index + 1)), "phone")).toEqual([phone]);
      expect((await who("phone", phone)).id).toBe((await who("client_id", String(index + 1))).id);
    }
  });

  it("N-01 phones: a plus lost in a query gives the same numbers", async () => {
    await call("p1", "client_id=1&phone=+79001112233");
    await call("p1", "client_id=2&phone=+380501234567");
    await call("p1", "client_id=3&phone=%2B380501234567");
    await settled();
    expect(values(await who("client_id", "1"), "phone")).toEqual(["+79001112233"]);
    expect(values(await who("client_id", "2"), "phone")).toEqual(["+380501234567"]);
    expect((await who("client_id", "3")).id).toBe((await who("client_id", "2")).id);
  });

  it("N-02 bad phones: none becomes an identifier and each says why", async () => {
    const causes: unknown[] = [];
    for (const [index, phone] of ["123", "+70000000000", "0", "{phone}"].entries()) {
      const { id } = await tell("p1", { client_id: String(index + 1), phone });
      await settled();
      const story = await read<{ normalised: { dropped: { field: string; cause: string }[] } }>(`/v1/events/${id}`);
      causes.push(story.normalised.dropped.find(({ field }) => field === "phone")?.cause);
      expect(values(await who("client_id", String(index + 1)), "phone")).toEqual([]);
    }
    expect(causes).toEqual(["invalid", "blocked", "blocked", "unresolved_macro"]);
  });

  it("N-03 macros: six postbacks with literal placeholders are quarantined under one grouped problem", async () => {
    const literals = ["{sub1}", "{{tracker.clickid}}", "#{client_id}", "%7Bclickid%7D", "[CLICK_ID]", "{clickid}"];
    for (const literal of literals) {
      const answer = await postback("onewin", `event=sale&amount=50&currency=USD&clickid=${encodeURIComponent(literal)}`);
      expect(answer).toEqual({ status: 200, text: "QUARANTINED unresolved_macro clickid" });
    }
    await settled();
    expect(await people()).toEqual([]);
    expect((await events("?status=quarantined")).map(({ cause }) => cause)).toEqual(literals.map(() => "unresolved_macro"));
    expect(await problems("unresolved_macro")).toEqual([
      expect.objectContaining({ connection: "onewin", field: "clickid", count: 6, cause: "unresolved_macro" }),
    ]);
    const report = await read<{ money: { gross: string; unbound: string } }>("/v1/report?from=2020-01-01&to=2030-01-01");
    expect(report.money).toMatchObject({ gross: "0.00", unbound: "0.00" });
  });

  it("N-03 macros: the placeholder as it stands unencoded or encoded once on the wire is the same", async () => {
    for (const raw of ["{sub1}", "%7Bclickid%7D", "%257Bclickid%257D", "#{client_id}".replace("#", "%23")]) {
      expect((await postback("onewin", `event=sale&amount=50&clickid=${raw}`)).text).toBe("QUARANTINED unresolved_macro clickid");
    }
    const answer = await call("onewin", "event=sale&sub1={sub1}");
    expect(answer).toMatchObject({ status: 200, body: { status: "quarantined", cause: "unresolved_macro", field: "sub1" } });
    expect(answer.id).toMatch(/^evt_/);
  });

  it("N-04 technical e-mails give no e-mail and no phone, a person with @vk.com keeps hers", async () => {
    const registrations = [["90", "123456@telegram"], ["91", "79001112233@phone"], ["92", "5551@vk.com"], ["93", "ivan@vk.com"]]; // prettier-ignore
    for (const [gc_user_id, email] of registrations) await tell("school", { event: "registration", gc_user_id, email });
    await settled();
    expect(await people()).toHaveLength(4);
    for (const id of ["90", "91", "92"]) {
      const person = await who("gc_user_id", id);
      expect([...values(person, "email"), ...values(person, "phone")]).toEqual([]);
    }
    expect(values(await who("gc_user_id", "93"), "email")).toEqual(["ivan@vk.com"]);
    expect(await P("phone", "+79001112233")).toBeNull();
    expect(await P("email", "5551@vk.com")).toBeNull();
  });

  it("N-05 groups, usernames and stop-words identify nobody", async () => {
    await tell("p1", { event: "bot_start", telegram_id: "-100123456" });
    await tell("p1", { event: "bot_start", telegram_id: "@ivan" });
    for (const clickid of ["null", "undefined", "000"])
      await tell("onewin", { event: "sale", clickid, amount: "5", tid: clickid + "t" });
    for (const email of ["none", "test", "0", "-"]) await tell("p1", { email });
    await settled();
    expect(await people()).toEqual([]);
    await tell("p1", { client_id: "1", telegram_id: "-100123456", email: "none" });
    await settled();
    expect((await who("client_id", "1")).identifiers.map(({ type }) => type)).toEqual(["client_id"]);
  });

  it("N-06 money is read in every spelling, and what cannot be read is kept without an amount", async () => {
    const sums = [["20 000 руб.", "20000"], ["20 000,50", "20000.5"], ["20000.00", "20000"], ["1 500 RUB", "1500"], ["1,500.00", "1500"]]; // prettier-ignore
    for (const [index, [amount]] of sums.entries())
      await tell("school", { event: "payment", gc_user_id: String(index + 1), order: `O${index}`, tid: `t${index}`, amount });
    await settled();
    for (const [index, [, expected]] of sums.entries()) {
      const person = await who("gc_user_id", String(index + 1));
      const [payment] = await events(`?person=${person.id}`);
      expect(payment?.amount).toBe(expected);
      expect(person.net).toBe(Number(expected).toFixed(2));
    }
    await tell("school", { event: "order", gc_user_id: "8", order: "Z", amount: "0" });
    const { id } = await tell("school", { event: "payment", gc_user_id: "9", order: "B", tid: "tb", amount: "много" });
    await settled();
    expect((await events(`?person=${(await who("gc_user_id", "8")).id}`))[0]?.amount).toBe("0");
    const person = await who("gc_user_id", "9");
    expect(person).toMatchObject({ net: "0.00", stages: {} });
    const story = await read<{ status: string; amount: null; normalised: { dropped: unknown[] } }>(`/v1/events/${id}`);
    expect(story).toMatchObject({ status: "bound", amount: null });
    expect(story.normalised.dropped).toContainEqual({ field: "amount", cause: "bad_amount" });
    expect((await timeline(person.id))[0]).toMatchObject({ counted: false, flags: ["bad_amount"] });
    await tell("school", { event: "registration", gc_user_id: "10", amount: "много" });
    await settled();
    const registered = await who("gc_user_id", "10");
    expect(Object.keys(registered.stages)).toEqual(["registration"]);
    expect((await events(`?person=${registered.id}`))[0]).toMatchObject({ flags: [] });
  });

  it("counts what an import brings by its outcome", async () => {
    const report = await backfill([
      ["onewin", "2026-03-01T10:00:00Z", { event: "sale", clickid: "{x}", amount: "1" }],
      ["p1", "2026-03-01T10:00:00Z", { event: "bot_start", telegram_id: "1" }],
    ]);
    expect(report).toEqual({ accepted: 1, duplicate: 0, quarantined: 1, preview: 0, errors: [] });
  });
});
