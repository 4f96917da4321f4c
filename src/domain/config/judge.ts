/** Judges a configuration document as a whole and names every mistake at once, each with the path of the field at fault. A part that does not
 *  fit its schema is left out of the later checks, and references are resolved against what the author wrote, so one slip in a connection does
 *  not drown the list in "unknown connection". Secrets are read to compare them, never put into a message. Pure. */
import type * as z from "zod/mini";
import { membersOf } from "../../lib/record.ts";
import { type FieldError, fieldErrors } from "../../lib/field-errors.ts";
import { type Result, err, ok } from "../../lib/result.ts";
import { connection } from "./connections.ts";
import { type ConfigDocument, configDocument, link, rule, workspace } from "./document.ts";
import { judgeAddresses } from "./judge-addresses.ts";
import { judgeReferences, judgeTimeZones } from "./judge-references.ts";
import { judgeRule, judgeTexts } from "./judge-rule.ts";
import { judgeSecrets } from "./judge-secrets.ts";
import type { JudgeOptions, Judged } from "./judged.ts";
import { resolveSecrets } from "./resolve.ts";

/** The document with defaults filled in and `$NAME`s kept, or all its mistakes. */
export function judgeConfig(document: unknown, options: JudgeOptions): Result<ConfigDocument, FieldError[]> {
  const parsed = configDocument.safeParse(document);
  const raw = membersOf(document);
  const judged: Judged = {
    raw,
    workspace: parsedOrNull(workspace, raw["workspace"] ?? {}),
    kinds: new Map(Object.entries(membersOf(raw["connections"])).map(([id, body]) => [id, kindOf(body)])),
    connections: new Map(
      sound(connection, raw["connections"]).map(([id, body]) => [id, { ...resolveSecrets(body, options.secret), id }]),
    ),
    links: new Map(sound(link, raw["links"])),
    options,
  };
  const errors = [
    ...(parsed.success ? [] : fieldErrors(parsed.error.issues, document)),
    ...judgeTimeZones(judged),
    ...judgeSecrets(judged),
    ...judgeAddresses(judged),
    ...judgeReferences(judged),
    ...judgeTexts(judged, raw["variables"], ["variables"]),
    ...sound(rule, raw["rules"]).flatMap(([index, body]) => judgeRule(judged, body, ["rules", index])),
  ];
  return parsed.success && errors.length === 0 ? ok(parsed.data) : err(distinct(errors));
}

function kindOf(body: unknown): string | null {
  const kind = membersOf(body)["kind"];
  return typeof kind === "string" ? kind : null;
}

function parsedOrNull<T extends z.ZodMiniType>(schema: T, value: unknown): z.output<T> | null {
  const parsed = schema.safeParse(value);
  return parsed.success ? parsed.data : null;
}

/** The members of a record or list that fit `schema`, with their keys. */
function sound<T extends z.ZodMiniType>(schema: T, members: unknown): [string, z.output<T>][] {
  return Object.entries(membersOf(members)).flatMap(([key, value]): [string, z.output<T>][] => {
    const parsed = schema.safeParse(value);
    return parsed.success ? [[key, parsed.data]] : [];
  });
}

/** One mistake may be met by several judges; it is told once. */
const distinct = (errors: readonly FieldError[]): FieldError[] =>
  errors.filter(
    ({ path, message }, index) => errors.findIndex((other) => other.path === path && other.message === message) === index,
  );
