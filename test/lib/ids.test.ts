import { expect, it } from "vitest";
import { newDeliveryId, newEventId, newPersonId } from "../../src/lib/ids.ts";

const MOMENTS = [0, 61, 62, 1_795_000_000_000, 1_795_000_000_001, 3_521_614_606_207];

it.each([newEventId, newDeliveryId, newPersonId])(
  "ids of events, deliveries and persons sort as the moments of their making do",
  (make) => {
    const ids = MOMENTS.map((at) => make(at));
    expect(ids.toSorted()).toEqual(ids);
    for (const id of ids) expect(id).toMatch(/^[a-z]{3}_[A-Za-z0-9]{22}$/);
  },
);

it("two of one moment differ", () => {
  const ids = Array.from({ length: 1_000 }, () => newEventId(1_795_000_000_000));
  expect(new Set(ids).size).toBe(1_000);
});
