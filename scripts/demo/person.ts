import { fieldsOf, listOf, textOf } from "../../sandbox/kit/values.ts";
import { type Stage, request } from "./stage.ts";

export type Known = { id: string; /** `type value scope`, as one line each. */ values: string[] };

/** Who answers to `type=value` now; null while nobody does. */
export async function knownAs(stage: Stage, query: string): Promise<Known | null> {
  const reply = await request(stage, { path: `/v1/persons?${query.toString()}`, proof: "operator" });
  const person = fieldsOf(reply.body["person"]);
  if (reply.status !== 200) return null;
  const values = listOf(person["identifiers"]).map((entry) => {
    const { type, value, scope } = fieldsOf(entry);
    return [type, value, scope].map(textOf).join(" ").trim();
  });
  return { id: textOf(person["id"]), values };
}
