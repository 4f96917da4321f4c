/** Operator API: decisions about who is who. Every one goes through the inbox, the single writer of identity, after what waits
 *  there was bound. 404 tells an erased person (`gone`) from one never heard of; what is so already is 409 and changes nothing; a
 *  value to move that is not one identifier is 422, since a guess would move somebody else's. */
import * as z from "zod/mini";
import { type Context, inboxOf } from "../context.ts";
import { isIdentifierType } from "../domain/identifier.ts";
import type { PersonId, PersonKey } from "../lib/ids.ts";
import type { Decision, DecisionResult } from "../rpc.ts";
import { findErasure } from "../store/erasures.ts";
import { findPerson } from "../store/person-reads.ts";
import { erasurePage } from "../ui/erasure-page.ts";
import { operatorCall } from "./admin.ts";
import { erasureView } from "./erasure-view.ts";
import { parseJson } from "./json-body.ts";
import { missing } from "./persons.ts";
import { printedPage } from "./printed-page.ts";
import { json, problem } from "./problem.ts";

/** Ids of persons; keys are understood too. */
const PERSON = /^(?:per|k)_/;
const isPerson = (text: string): text is PersonId | PersonKey => PERSON.test(text);
const person = z.pipe(
  z.string().check(z.regex(PERSON, "a person's id or key")),
  z.transform((text: string) => (isPerson(text) ? text : z.NEVER)),
);
/** By any id or key of each; a merged one stands for its survivor. */
export const twoPersons = z.object({ persons: z.tuple([person, person]) });
const identifier = {
  type: z.string().check(z.refine(isIdentifierType, "not an identifier type")),
  scope: z.optional(z.string()),
  value: z.string().check(z.minLength(1), z.maxLength(1_000)),
};

/** The survivor of the merge that is to be undone, by any id or key of hers. */
export const onePerson = z.object({ person });
/** `scope` may be left out as long as one scope knows the value; of several (422) a guess would move somebody else's. */
export const identifierMove = z.object({ ...identifier, to: person });
/** Without a scope the value is blocked in every scope its type is known in. */
export const identifierBlock = z.object(identifier);

/** 409 `same_person` where it is done already. Lifts a keep-apart of the two and says so (`lifted_keep_apart`): the newest
 *  decision holds. */
export const postMerge = act(twoPersons, ({ persons }) => ({ act: "merge", persons }));
/** 409 `same_person` for two who are one: they have to be unmerged first. */
export const postKeepApart = act(twoPersons, ({ persons }) => ({ act: "keep_apart", persons }));
/** Takes back the newest merge that still holds; 409 `nothing_to_unmerge` when there is none. */
export const postUnmerge = act(onePerson, ({ person: name }) => ({ act: "unmerge", person: name }));
/** The identifier is pinned to `to` and the two people are kept apart from then on. A contact in quarantine may be left to her who has it; any other
 *  is 409 `same_person` there. */
export const postMoveIdentifier = act(identifierMove, ({ type, scope = null, value, to }) => ({
  act: "move",
  type,
  scope,
  value,
  to,
}));
/** What came through the identifier stays whose it is; a key cannot be blocked (422). */
export const postBlock = act(identifierBlock, ({ type, scope = null, value }) => ({ act: "block", type, scope, value }));

/** A handler that reads a decision from the body and has it carried out. */
function act<T>(schema: z.ZodMiniType<T>, decisionOf: (body: T) => Decision) {
  return operatorCall(async (ctx, { request }) => {
    const body = parseJson(ctx, await request.text(), schema);
    return body.ok ? answer(ctx, await inboxOf(ctx.env).decide(decisionOf(body.value))) : body.error;
  });
}

function answer(ctx: Context, result: DecisionResult): Response {
  if (result.ok) {
    const lifted = result.liftedKeepApart ? { lifted_keep_apart: true } : {};
    return json({ persons: [...new Set(result.persons)], person: result.persons[0] ?? null, ...lifted });
  }
  switch (result.reason) {
    case "not_found":
    case "gone":
      return problem(ctx, { status: 404, reason: result.reason });
    case "invalid":
      return problem(ctx, {
        status: 422,
        reason: "invalid_request",
        errors: [{ path: "value", message: "not one identifier; give its type, value and scope" }],
      });
    case "same_person":
    case "nothing_to_unmerge":
      return problem(ctx, { status: 409, reason: result.reason });
  }
}

/** `basis` in the operator's words; without it the act names the person's own request. */
export const erasureBody = z.object({ basis: z.optional(z.string().check(z.minLength(1), z.maxLength(1_000))) });

/** Erases a person and answers with the act. */
export const deletePerson = operatorCall(async (ctx, { id, request, operator }) => {
  const text = await request.text();
  const body = parseJson(ctx, text.trim() === "" ? "{}" : text, erasureBody);
  if (!body.ok) return body.error;
  const found = await findPerson(ctx.env.DB, id);
  if (!found || found.erasedAt !== null) return missing(ctx, found);
  const { basis } = body.value;
  const erased = await inboxOf(ctx.env).decide({
    act: "erase",
    person: found.id,
    by: operator.who,
    ...(basis === undefined ? {} : { basis }),
  });
  if (!erased.ok) return answer(ctx, erased);
  const erasure = await findErasure(ctx.env.DB, found.id);
  return erasure ? json(erasureView(erasure)) : problem(ctx, { status: 404, reason: "gone" });
});

/** The act of an erasure: JSON, or a page to print. */
export const getErasure = operatorCall(async (ctx, { id, request }) => {
  const erasure = await findErasure(ctx.env.DB, id);
  if (!erasure) return problem(ctx, { status: 404, reason: "not_found" });
  const view = erasureView(erasure);
  return printedPage(request, view, () => erasurePage(view, ctx.config.workspace));
});
