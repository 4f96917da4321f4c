/** A rule's `if` reads what is known of the person at that very moment: from before, from another messenger, from the event itself. */
import { beforeEach, describe, expect, it } from "vitest";
import { DOCUMENT, backfill, decide, openWorkspace, read, settled, tell, who } from "../kit/journey.ts";
import { vendorsSay } from "../kit/vendors.ts";

/** Destination of a rule of its own → its condition. */
const CONDITIONS = {
  email: { "person.email": ["a@b.ru", "C@D.RU"] },
  answer: { "fields.answer": "yes" },
  source: { "person.utm_source": "VK" },
  anna: { "fields.plan": "vip", "person.first_name": "Анна" },
  ad: { "tracker.ad_name": "spring" },
  message: { "event.message": "да" },
  student: { "person.gc_user_id": 77 },
};

vendorsSay();
beforeEach(() =>
  openWorkspace({
    connections: {
      ...DOCUMENT.connections,
      ...Object.fromEntries(Object.keys(CONDITIONS).map((id) => [id, { kind: "http", url: "https://crm.example/in" }])),
    },
    rules: Object.entries(CONDITIONS).map(([to, condition]) => ({
      on: "asked",
      if: condition,
      do: [{ to, action: "request", with: { body: to } }],
    })),
  }),
);

let questions = 0;
/** Whose rules ran for the question. */
async function asked(fields: Record<string, unknown>, connection = "p1"): Promise<string[]> {
  const { id } = await tell(connection, { event: "asked", event_id: `q${(questions += 1)}`, ...fields });
  await settled();
  const { deliveries } = await read<{ deliveries: { connection: string }[] }>(`/v1/events/${id}`);
  return deliveries.map(({ connection: to }) => to);
}
const before = async (connection: string, fields: Record<string, unknown>): Promise<void> => {
  await tell(connection, { event: "identify", ...fields });
  await settled();
};

describe("a condition on the person", () => {
  it("that nothing is known for holds for nobody", async () => {
    expect(await asked({ telegram_id: "1" })).toEqual([]);
  });

  it("holds by what the very event tells", async () => {
    const told = { email: "c@d.ru", answer: "yes", message: "да", plan: "vip", first_name: "Анна" };
    expect(await asked({ telegram_id: "1", ...told })).toEqual(["email", "answer", "anna", "message"]);
  });

  it("holds by what was told yesterday, except for what only an event can say", async () => {
    await before("p1", { telegram_id: "1", email: "a@b.ru", answer: "yes", message: "да", plan: "vip", first_name: "Анна" });
    expect(await asked({ telegram_id: "1" })).toEqual(["email", "answer", "anna"]);
    expect(await asked({ telegram_id: "2" })).toEqual([]);
  });

  it("goes by the event's own word where it says another than yesterday's", async () => {
    await before("p1", { telegram_id: "1", answer: "yes", plan: "vip", first_name: "Анна" });
    expect(await asked({ telegram_id: "1", answer: "no" })).toEqual(["anna"]);
    expect(await asked({ telegram_id: "1" })).toEqual(["anna"]);
    expect(await asked({ telegram_id: "1", answer: "yes" })).toEqual(["answer", "anna"]);
  });

  it("reads what another messenger and the school told of the same human, in whatever order it came", async () => {
    await before("p1", { telegram_id: "1", email: "a@b.ru" });
    await before("school", { gc_user_id: "77", email: "a@b.ru", answer: "yes" });
    expect(await asked({ telegram_id: "1" })).toEqual(["email", "answer", "student"]);
    expect(await asked({ max_id: "5" }, "p1")).toEqual([]);
    expect(await asked({ gc_user_id: "77" }, "school")).toEqual(["email", "answer", "student"]);
  });

  it("reads a campaign of the touch that started it and of no later mention", async () => {
    const { id } = await tell("p1", { event: "bot_start", telegram_id: "1", utm_source: "vk" });
    await tell("p1", { event: "identify", telegram_id: "1", utm_source: "yandex" });
    await settled();
    expect(id).not.toBe("");
    expect(await asked({ telegram_id: "1" })).toEqual(["source"]);
  });

  it("reads what a tracker told of the person, of a stranger's no", async () => {
    await before("chatterfy1", { telegram_id: "1", "tracker.ad_name": "spring" });
    await before("chatterfy1", { telegram_id: "2", "tracker.ad_name": "autumn" });
    expect(await asked({ telegram_id: "1" })).toEqual(["ad"]);
    expect(await asked({ telegram_id: "2" })).toEqual([]);
  });

  it("sees what an operator decided, and what she took back", async () => {
    await before("p1", { telegram_id: "1", answer: "yes" });
    await before("p1", { telegram_id: "2", email: "a@b.ru" });
    const [one, two] = [await who("telegram_id", "1"), await who("telegram_id", "2")];
    await decide("merge", { persons: [one.id, two.id] });
    expect(await asked({ telegram_id: "1" })).toEqual(["email", "answer"]);
    await decide("unmerge", { person: (await who("telegram_id", "1")).id });
    expect(await asked({ telegram_id: "1" })).toEqual(["answer"]);
    expect(await asked({ telegram_id: "2" })).toEqual(["email"]);
  });

  it("holds inside one backfill by what its earlier lines told", async () => {
    const at = (minute: number): string => `2026-03-01T10:0${minute}:00Z`;
    const report = await backfill(
      [
        ["p1", at(0), { event: "identify", event_id: "1", telegram_id: "1", answer: "yes" }],
        ["p1", at(1), { event: "asked", event_id: "2", telegram_id: "1" }],
        ["p1", at(2), { event: "asked", event_id: "3", telegram_id: "2" }],
      ],
      "?rules=1",
    );
    expect(report.errors).toEqual([]);
    await settled();
    const { items } = await read<{ items: { connection: string }[] }>("/v1/deliveries");
    expect(items.map(({ connection }) => connection)).toEqual(["answer"]);
  });
});
