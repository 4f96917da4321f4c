/** Decisions about people: they go through the inbox, the single writer of identity, so a decision never runs into the binding of
 *  an event of the same people. A person may be named by any id she ever had, also one that was merged since. */
import { inboxOf } from "../../context.ts";
import type { PersonId } from "../../lib/ids.ts";
import type { Decision } from "../../rpc.ts";
import { findPerson } from "../../store/person-reads.ts";
import { resolveProblem } from "../../store/problems.ts";
import { type View, operatorName } from "../view.ts";
import { type ActResult, type Acts, type Form, done, failed, refusalText } from "./act.ts";

const personOf = async (view: View, text: string): Promise<PersonId | null> =>
  (await findPerson(view.ctx.env.DB, text.trim()))?.id ?? null;

async function decide(view: View, form: Form, decision: Decision | null): Promise<ActResult> {
  if (decision === null) return failed(view.say(["такого человека нет", "there is no such person"]));
  const result = await inboxOf(view.ctx.env).decide(decision);
  if (!result.ok) return failed(refusalText(view, result.reason));
  const problem = form("problem");
  if (problem !== "") await resolveProblem(view.ctx.env.DB, problem, view.ctx.clock());
  if (result.liftedKeepApart) {
    const lead = view.say([
      "Решение «не склеивать» между ними снято: «Разъединить последнее» вернёт и его.",
      "The decision to keep them apart is lifted: “Undo the last merge” brings it back.",
    ]);
    return { once: { title: view.say(["Один человек", "One person"]), lead, blocks: [] } };
  }
  return done(problem === "" ? null : "/console/problems");
}

/** null when either is unknown: nothing is decided about one of two. */
const pair = async (view: View, form: Form): Promise<readonly [PersonId, PersonId] | null> => {
  const [a, b] = [await personOf(view, form("person")), await personOf(view, form("other"))];
  return a === null || b === null ? null : [a, b];
};

/** `merge` of two that were kept apart lifts that decision and says so on the answering page. `erase` leads to the person's page,
 *  which shows that nothing is left. With a problem's id in the form the problem closes once the decision is made, not before.
 *  `resolve-problem` decides nothing and only closes it. */
export const IDENTITY_ACTS: Acts = {
  merge: async (view, form) => {
    const persons = await pair(view, form);
    return decide(view, form, persons && { act: "merge", persons });
  },
  unmerge: async (view, form) => {
    const person = await personOf(view, form("person"));
    return decide(view, form, person && { act: "unmerge", person });
  },
  "keep-apart": async (view, form) => {
    const persons = await pair(view, form);
    return decide(view, form, persons && { act: "keep_apart", persons });
  },
  move: async (view, form) => {
    const to = await personOf(view, form("person"));
    return decide(view, form, to && { act: "move", type: form("type"), scope: form("scope") || null, value: form("value"), to });
  },
  block: (view, form) =>
    decide(view, form, { act: "block", type: form("type"), scope: form("scope") || null, value: form("value") }),
  erase: async (view, form) => {
    const person = await personOf(view, form("person"));
    const result = await decide(view, form, person && { act: "erase", person, by: operatorName(view) });
    return "failed" in result ? result : done(`/console/people/${person}`);
  },
  "resolve-problem": async (view, form) => {
    await resolveProblem(view.ctx.env.DB, form("id"), view.ctx.clock());
    return done("/console/problems");
  },
};
