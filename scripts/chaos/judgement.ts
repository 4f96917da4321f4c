/** What a destination got against what was acknowledged. */
import type { Call } from "../../sandbox/kit/calls.ts";
import { fieldsOf, textOf } from "../../sandbox/kit/values.ts";
import type { Destination } from "./scene.ts";

export type Judgement = { destination: Destination; expected: number; lost: number; repeated: number; inversions: number };

/** Inversion: an event of a person that arrived, for the first time, after a later one of the same person. */
export function judge(
  destination: Destination,
  calls: readonly Call[],
  acknowledged: ReadonlyMap<string, readonly number[]>,
): Judgement {
  const arrived = new Map<string, Set<number>>();
  let repeated = 0;
  let inversions = 0;
  for (const call of calls) {
    if (!call.applied || !call.path.startsWith(`/${destination}`)) continue;
    const { who, n } = fieldsOf(call.parsed);
    const seen = arrived.get(textOf(who)) ?? new Set<number>();
    arrived.set(textOf(who), seen);
    const number = Number(textOf(n));
    if (seen.has(number)) repeated += 1;
    else if ([...seen].some((earlier) => earlier > number)) inversions += 1;
    seen.add(number);
  }
  let expected = 0;
  let lost = 0;
  for (const [person, numbers] of acknowledged) {
    expected += numbers.length;
    lost += numbers.filter((number) => !(arrived.get(person)?.has(number) ?? false)).length;
  }
  return { destination, expected, lost, repeated, inversions };
}
