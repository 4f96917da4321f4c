/** What an operator may do from a form. Every act is named; an unknown name throws. Each answers with where to go next, or with the page to show
 *  again when what was typed was refused. */
import { inboxOf, laneOf } from "../context.ts";
import type { FieldError } from "../lib/field-errors.ts";
import { cancelDelivery } from "../flows/cancel-delivery.ts";
import { changeConfig, recordOf } from "../flows/change-config.ts";
import { replayDelivery } from "../flows/replay-delivery.ts";
import { sendTestEvent } from "../flows/send-test-event.ts";
import { shareReport } from "../flows/share-report.ts";
import type { PersonId } from "../lib/ids.ts";
import type { Decision } from "../rpc.ts";
import { listDeliveries } from "../store/deliveries.ts";
import { currentPerson } from "../store/operator/people.ts";
import { resolveProblem } from "../store/operator/pulse.ts";
import { withClickPlace } from "../domain/link/deep-link.ts";
import { readVersion } from "../store/config.ts";
import type { Refused } from "./screens/settings.ts";
import type { View } from "./view.ts";

export type ActResult =
  | { readonly next: string | null; readonly failed?: string }
  | { readonly shared: string }
  | { readonly refused: Refused };

type Form = (name: string) => string;
type Act = (view: View, form: Form) => Promise<ActResult>;

const done = (next: string | null = null): ActResult => ({ next });
const failed = (reason: string): ActResult => ({ next: null, failed: reason });

const isPersonId = (id: string): id is PersonId => id.startsWith("per_");

async function personOf(view: View, text: string): Promise<PersonId | null> {
  const found = await currentPerson(view.ctx.env.DB, text.trim());
  return found !== null && isPersonId(found.id) ? found.id : null;
}

async function decide(view: View, form: Form, decision: Decision | null): Promise<ActResult> {
  if (decision === null) return failed(view.say(["такого человека нет", "there is no such person"]));
  const result = await inboxOf(view.ctx.env).decide(decision);
  if (!result.ok) return failed(result.reason);
  const problem = form("problem");
  if (problem !== "") await resolveProblem(view.ctx.env.DB, problem, view.ctx.clock());
  return done(problem === "" ? null : "/console/problems");
}

const pair = async (view: View, form: Form): Promise<readonly [PersonId, PersonId] | null> => {
  const [a, b] = [await personOf(view, form("person")), await personOf(view, form("other"))];
  return a === null || b === null ? null : [a, b];
};

async function saveChange(
  view: View,
  note: string,
  change: (document: Readonly<Record<string, unknown>>) => unknown,
): Promise<readonly FieldError[] | null> {
  const saved = await changeConfig(view.ctx, { note, change });
  return saved.ok ? null : saved.error;
}

const firstOf = (errors: readonly FieldError[] | null): ActResult =>
  errors === null ? done() : failed(errors.map(({ path, message }) => `${path}: ${message}`).join("; "));

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const rulesOf = (document: Readonly<Record<string, unknown>>): readonly unknown[] => listOf(document["rules"]);

export const ACTS: Readonly<Record<string, Act>> = {
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
    const result = await decide(view, form, person && { act: "erase", person });
    return "failed" in result ? result : done("/console/people");
  },
  "resolve-problem": async (view, form) => {
    await resolveProblem(view.ctx.env.DB, form("id"), view.ctx.clock());
    return done("/console/problems");
  },
  "replay-delivery": async (view, form) => {
    const replayed = await replayDelivery(view.ctx, form("id"));
    return replayed.ok ? done() : failed(replayed.error);
  },
  "cancel-delivery": async (view, form) => {
    const cancelled = await cancelDelivery(view.ctx, form("id"));
    return cancelled.ok ? done() : failed(cancelled.error);
  },
  "replay-event": async (view, form) => {
    const deliveries = await listDeliveries(view.ctx.env.DB, {
      status: null,
      connection: null,
      event: form("id"),
      person: null,
      since: null,
      before: null,
      limit: 50,
    });
    if (deliveries.length === 0)
      return failed(view.say(["по этому событию ничего не отправлялось", "nothing was sent for this event"]));
    for (const { id } of deliveries) await replayDelivery(view.ctx, id);
    return done();
  },
  recover: async (view, form) => {
    const connection = form("connection");
    if (!view.ctx.config.connections.has(connection)) return failed(connection);
    await laneOf(view.ctx.env, connection).recover(connection, {
      since: Number(form("since")),
      until: view.ctx.clock(),
      perSecond: 50,
    });
    if (form("problem") !== "") await resolveProblem(view.ctx.env.DB, form("problem"), view.ctx.clock());
    return done("/console/problems");
  },
  "test-event": async (view, form) => {
    const connection = view.ctx.config.connections.get(form("id"));
    if (!connection) return failed(form("id"));
    const sent = await sendTestEvent(view.ctx, connection);
    return sent.ok ? done() : failed(sent.error.reason);
  },
  "share-report": async (view, form) => ({
    shared: await shareReport(view.ctx, Object.fromEntries(new URLSearchParams(form("query"))), 30),
  }),
  "add-connection": async (view, form) => {
    const fields = Object.fromEntries(
      ["project", "account", "bot_id", "url", "network", "origin"].flatMap((name) =>
        form(`field.${name}`) === "" ? [] : [[name, form(`field.${name}`)]],
      ),
    );
    const secret = form("secret");
    const proof =
      form("kind") === "site"
        ? { secret: [secret] }
        : form("kind") === "telegram"
          ? { secret_token: [secret] }
          : { token: [secret] };
    const errors = await saveChange(view, `connection ${form("id")}`, (document) => ({
      ...document,
      connections: { ...recordOf(document["connections"]), [form("id")]: { kind: form("kind"), ...fields, ...proof } },
    }));
    return errors === null ? done(`/console/connections/${form("id")}`) : firstOf(errors);
  },
  "add-link": async (view, form) => {
    const utm = Object.fromEntries(
      ["utm_source", "utm_medium", "utm_campaign", "utm_content", "utm_term"].flatMap((name) =>
        form(name) === "" ? [] : [[name, form(name)]],
      ),
    );
    return firstOf(
      await saveChange(view, `link ${form("slug")}`, (document) => ({
        ...document,
        links: { ...recordOf(document["links"]), [form("slug")]: { to: withClickPlace(form("to").trim()), ...utm } },
      })),
    );
  },
  "set-cost": async (view, form) => {
    const [slug, day, amount] = [form("slug"), form("day"), form("amount").replace(",", ".")];
    return firstOf(
      await saveChange(view, `cost ${slug} ${day}`, (document) => {
        const links = recordOf(document["links"]);
        const link = recordOf(links[slug]);
        const others = listOf(link["costs"]).filter((cost) => recordOf(cost)["day"] !== day);
        return { ...document, links: { ...links, [slug]: { ...link, costs: [...others, { day, amount }] } } };
      }),
    );
  },
  "save-workspace": async (view, form) => {
    const fx = Object.fromEntries(
      form("fx")
        .split(/[,;\s]+/)
        .filter(Boolean)
        .map((entry) => {
          const [code = "", rate = ""] = entry.split("=");
          return [code.toUpperCase(), rate];
        }),
    );
    const given = {
      name: form("name"),
      time_zone: form("time_zone"),
      currency: form("currency").toUpperCase(),
      privacy: form("privacy"),
      locale: form("locale"),
      fx,
    };
    return firstOf(
      await saveChange(view, "workspace", (document) => ({
        ...document,
        workspace: { ...recordOf(document["workspace"]), ...given },
      })),
    );
  },
  "save-config": async (view, form) => {
    const text = form("document");
    const refuse = (errors: readonly FieldError[]): ActResult => ({ refused: { act: "save-config", text, index: null, errors } });
    const parsed = parseObject(text);
    if (parsed === null) return refuse([{ path: "", message: view.say(["это не JSON", "this is no JSON"]) }]);
    const newest = await readVersion(view.ctx.env, null);
    if (String(newest?.version ?? 0) !== form("version"))
      return refuse([
        {
          path: "",
          message: view.say(["пока вы правили, сохранили версию {0}", "version {0} was saved meanwhile"], newest?.version ?? 0),
        },
      ]);
    const errors = await saveChange(view, "", () => parsed);
    return errors === null ? done("/console/settings") : refuse(errors);
  },
  rollback: async (view, form) => {
    const saved = await readVersion(view.ctx.env, Number(form("version")));
    if (!saved) return failed(form("version"));
    return firstOf(await saveChange(view, `rollback to ${saved.version}`, () => saved.document));
  },
  "save-rule": async (view, form) => {
    const text = form("rule");
    const index = form("index") === "" ? null : Number(form("index"));
    const refuse = (errors: readonly FieldError[]): ActResult => ({ refused: { act: "save-rule", text, index, errors } });
    const rule = parseObject(text);
    if (rule === null) return refuse([{ path: "", message: view.say(["это не JSON", "this is no JSON"]) }]);
    const errors = await saveChange(view, "rule", (document) => {
      const rules = rulesOf(document);
      return { ...document, rules: index === null ? [...rules, rule] : rules.with(index, rule) };
    });
    return errors === null ? done("/console/settings") : refuse(errors);
  },
  "toggle-rule": async (view, form) => {
    const index = Number(form("index"));
    return firstOf(
      await saveChange(view, "rule switched", (document) => ({
        ...document,
        rules: rulesOf(document).map((rule, at) =>
          at === index ? { ...recordOf(rule), disabled: recordOf(rule)["disabled"] !== true } : rule,
        ),
      })),
    );
  },
  "delete-rule": async (view, form) => {
    const index = Number(form("index"));
    return firstOf(
      await saveChange(view, "rule deleted", (document) => ({
        ...document,
        rules: rulesOf(document).filter((_rule, at) => at !== index),
      })),
    );
  },
};

function parseObject(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? recordOf(value) : null;
  } catch {
    return null;
  }
}
