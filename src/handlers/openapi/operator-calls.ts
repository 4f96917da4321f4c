/** The operator's calls. */
import * as z from "zod/mini";
import { configDocument } from "../../domain/config/document.ts";
import { reportParameters } from "../../domain/funnel/query.ts";
import { IDENTIFIER_TYPES } from "../../domain/identifier.ts";
import { rollbackBody } from "../config.ts";
import { subscriptionBody } from "../connections.ts";
import { recoverBody } from "../deliveries.ts";
import { DELIVERY_STATUSES } from "../delivery-filter.ts";
import { EVENT_STATUSES } from "../events.ts";
import { erasureBody, identifierBlock, identifierMove, onePerson, twoPersons } from "../identity-acts.ts";
import { reportShape, shareBody } from "../report.ts";
import * as answer from "./answers.ts";
import { type Body, INVALID, MISSING, type Operation, type Schema, callsOf } from "./operation.ts";

const text = z.optional(z.string());
const paging = { limit: z.optional(z.int()), cursor: text };
const lang = { lang: z.optional(z.enum(["ru", "en"])) };
const gone = { 404: ["not_found", "gone"] };

const call = callsOf("Operator", ["operator"]);

const page = (item: Schema): Operation["answers"] => ({ 200: { says: "A page.", schema: answer.listOf(item) } });

const decision = (path: string, says: string, body: Body): Operation =>
  call("post", path, {
    says,
    bodies: [body],
    answers: { 200: { says: "The persons it concerned, the survivor first.", schema: answer.decided } },
    refusals: { ...gone, 409: ["same_person", "nothing_to_unmerge"], ...INVALID },
  });

/** The document as it is saved and read, with the version it is based on. */
const configBody: Body = { name: "Config", schema: z.extend(configDocument, { version: z.optional(z.int()) }) };

const CONFIG: readonly Operation[] = [
  call("get", "/v1/config", {
    says: "The newest configuration; `$NAME`s are not resolved.",
    answers: { 200: { says: "The document.", schema: configBody.schema } },
  }),
  call("put", "/v1/config", {
    says: "Save a configuration: judged as a whole, in force before the answer.",
    bodies: [configBody],
    answers: { 200: { says: "Saved.", schema: answer.savedConfig } },
    refusals: { 409: ["version_conflict"], ...INVALID },
  }),
  call("get", "/v1/config/versions", {
    says: "Versions, newest first.",
    query: z.object(paging),
    answers: { 200: { says: "A page.", schema: answer.configVersions } },
    refusals: INVALID,
  }),
  call("post", "/v1/config/rollback", {
    says: "Save an old version anew.",
    bodies: [{ name: "RollbackRequest", schema: rollbackBody }],
    answers: { 200: { says: "Saved.", schema: answer.savedConfig } },
    refusals: { ...MISSING, ...INVALID },
  }),
  call("post", "/v1/connections/:id/test", {
    says: "A test event through the real pipeline.",
    answers: {
      202: { says: "Stored as a preview: no person, no rules, not counted.", schema: answer.stored },
    },
    refusals: { ...MISSING, ...INVALID },
  }),
  call("post", "/v1/connections/:id/subscribe", {
    says: "Ask a GetCourse school to call us at every event of this kind: 2 and 1–3 are orders created, changed, paid.",
    bodies: [{ name: "Subscription", schema: subscriptionBody }],
    answers: { 200: { says: "The school knows our address.", schema: z.object({ status: z.literal("subscribed") }) } },
    refusals: { ...MISSING, 409: ["vendor_refused"], ...INVALID },
  }),
];

const EVENTS: readonly Operation[] = [
  call("get", "/v1/events", {
    says: "Events, newest first, with what still waits in the inbox.",
    query: z.object({
      status: z.optional(z.enum(EVENT_STATUSES)),
      connection: text,
      type: text,
      person: text,
      since: z.optional(z.iso.datetime({ offset: true })),
      ...paging,
    }),
    answers: page(answer.event),
    refusals: INVALID,
  }),
  call("get", "/v1/events/:id", {
    says: "One event: raw with secrets masked, normalised, decision trace, deliveries.",
    query: z.object(lang),
    answers: { 200: { says: "The event.", schema: answer.story } },
    refusals: MISSING,
  }),
  call("post", "/v1/events/:id/replay", {
    says: "Send again everything that was sent about the event.",
    answers: { 202: { says: "What is being sent again.", schema: answer.replayedEvent } },
    refusals: MISSING,
  }),
  call("get", "/v1/problems", {
    says: "What needs an operator, newest first.",
    query: z.object(paging),
    answers: page(answer.openProblem),
    refusals: INVALID,
  }),
];

const PERSONS: readonly Operation[] = [
  call("get", "/v1/persons", {
    says: "A person by one identifier, or the list.",
    query: z.object({
      ...Object.fromEntries(Object.keys(IDENTIFIER_TYPES).map((type) => [type, text])),
      scope: text,
      ...paging,
      ...lang,
    }),
    answers: { 200: { says: "The person, or a page.", schema: z.union([answer.person, answer.listOf(answer.card)]) } },
    refusals: { ...gone, ...INVALID },
  }),
  call("get", "/v1/persons/:id", {
    says: "A person by id or key; merged ids and old keys keep resolving.",
    answers: { 200: { says: "The person.", schema: answer.person } },
    refusals: gone,
  }),
  call("get", "/v1/persons/:id/timeline", {
    says: "Events of a person, oldest first by event time.",
    query: z.object({ ...paging, ...lang }),
    answers: page(answer.timelineEntry),
    refusals: { ...gone, ...INVALID },
  }),
  call("get", "/v1/persons/:id/export", {
    says: "A person's copy of her data: JSON, or a page to print.",
    answers: { 200: { says: "The copy.", schema: z.record(z.string(), z.unknown()) } },
    refusals: gone,
  }),
  call("get", "/v1/persons/:id/erasure", {
    says: "The act of an erasure: JSON, or a page to print.",
    answers: { 200: { says: "The act.", schema: answer.erasure } },
    refusals: MISSING,
  }),
  call("delete", "/v1/persons/:id", {
    says: "Erase a person.",
    bodies: [{ name: "ErasureRequest", schema: erasureBody, optional: true }],
    answers: { 200: { says: "The act.", schema: answer.erasure } },
    refusals: { ...gone, ...INVALID },
  }),
  decision("/v1/persons/merge", "Two persons are one.", { name: "TwoPersons", schema: twoPersons }),
  decision("/v1/persons/unmerge", "Undo a person's newest merge.", { name: "OnePerson", schema: onePerson }),
  decision("/v1/persons/move-identifier", "An identifier belongs to another person.", {
    name: "IdentifierMove",
    schema: identifierMove,
  }),
  decision("/v1/persons/keep-apart", "Two persons are never to be joined.", { name: "TwoPersons", schema: twoPersons }),
  decision("/v1/identifiers/block", "An identifier is used no more.", { name: "IdentifierBlock", schema: identifierBlock }),
];

const DELIVERIES: readonly Operation[] = [
  call("get", "/v1/deliveries", {
    says: "The delivery log, newest first.",
    query: z.object({
      status: z.optional(z.enum(DELIVERY_STATUSES)),
      connection: text,
      event: text,
      person: text,
      since: z.optional(z.iso.datetime({ offset: true })),
      ...paging,
    }),
    answers: page(answer.delivery),
    refusals: INVALID,
  }),
  call("get", "/v1/deliveries/:id", {
    says: "One delivery with its attempts.",
    answers: { 200: { says: "The delivery.", schema: answer.delivery } },
    refusals: MISSING,
  }),
  call("post", "/v1/deliveries/:id/replay", {
    says: "Send the exact original again, with `x-replay: 1`.",
    answers: { 202: { says: "Queued.", schema: answer.replayed } },
    refusals: { ...MISSING, 409: ["not_settled", "content_gone", "consent_withdrawn"] },
  }),
  call("post", "/v1/deliveries/:id/cancel", {
    says: "Try no more.",
    answers: {
      200: { says: "Cancelled.", schema: answer.cancelled },
      202: { says: "A request is out; it will not be tried again.", schema: answer.cancelled },
    },
    refusals: { ...MISSING, 409: ["already_settled"] },
  }),
  call("post", "/v1/deliveries/recover", {
    says: "Replay what died at a connection since a time.",
    bodies: [{ name: "RecoverRequest", schema: recoverBody }],
    answers: { 202: { says: "Begun.", schema: answer.recovery } },
    refusals: INVALID,
  }),
];

const REPORT: readonly Operation[] = [
  call("get", "/v1/report", {
    says: "The numbers of a range; `to` is exclusive.",
    query: z.extend(reportParameters, reportShape.shape),
    answers: { 200: { says: "The report.", schema: answer.report } },
    refusals: INVALID,
  }),
  call("post", "/v1/report/share", {
    says: "A read-only link to one report.",
    bodies: [{ name: "ShareRequest", schema: shareBody }],
    answers: { 200: { says: "The link.", schema: answer.shared } },
    refusals: INVALID,
  }),
];

export const OPERATOR_CALLS: readonly Operation[] = [...CONFIG, ...EVENTS, ...PERSONS, ...DELIVERIES, ...REPORT];
