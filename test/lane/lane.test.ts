import { afterEach, describe, expect, it, vi } from "vitest";
import { configure, fine, give, person, row, run, vendor } from "../kit/lane.ts";

afterEach(() => vi.restoreAllMocks());

describe("a lane", () => {
  it("sends what it takes and tells D1 the outcome, the attempt and the reply", async () => {
    await configure({ crm: {} });
    const calls = vendor(fine);
    const [id = ""] = await give("crm", [
      { personId: await person("a"), body: { text: "hi {{person.telegram_id}}" }, literal: false },
    ]);
    await run("crm");
    expect(calls).toHaveLength(1);
    expect(calls[0]?.body).toBe('{"text":"hi tg-a"}');
    expect(calls[0]?.headers.get("idempotency-key")).toBe(id);
    expect(calls[0]?.headers.get("x-replay")).toBeNull();
    expect(await row(id)).toMatchObject({ status: "delivered", attempts: 1, reason: null, next_attempt_at: null });
  });
});
