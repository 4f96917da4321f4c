/** The configuration document over HTTP: judged as a whole, every version kept, in force before the save is answered.
 *  `version` may be sent back with the document: a save based on an older version is refused instead of overwriting somebody's work. */
import * as z from "zod/mini";
import type { Context } from "../context.ts";
import { type DocumentSave, saveDocument } from "../flows/change-config.ts";
import { listVersions, readVersion } from "../store/config.ts";
import { operatorCall } from "./admin.ts";
import { invalidRequest, parseJson } from "./json-body.ts";
import { pageErrors, pageOf } from "./page.ts";
import { json, problem } from "./problem.ts";
import { iso } from "../lib/iso.ts";

const documentBody = z.record(z.string(), z.unknown());
/** Which version becomes the newest again. */
export const rollbackBody = z.strictObject({ version: z.int().check(z.gte(1)) });

/** The newest document as it was written, secrets as `$NAME`; version 0 and nothing else before the first save. */
export const getConfig = operatorCall(async (ctx) => {
  const saved = await readVersion(ctx.env, null);
  return json({ version: saved?.version ?? 0, ...documentBody.parse(saved?.document ?? {}) });
});

/** Without `version` the document replaces whatever is there: for scripts that own the configuration. */
export const putConfig = operatorCall(async (ctx, { request, operator }) => {
  const body = parseJson(ctx, await request.text(), documentBody);
  if (!body.ok) return body.error;
  const { version, ...document } = body.value;
  const made = { document, author: operator.who, note: "" };
  if (version === undefined) return save(ctx, { ...made, basedOn: null });
  return version === (await newestVersion(ctx)) ? save(ctx, { ...made, basedOn: version }) : conflict(ctx, version);
});

/** Asked of D1: this isolate's copy may be half a minute old. */
const newestVersion = async (ctx: Context): Promise<number> => (await readVersion(ctx.env, null))?.version ?? 0;

/** 409 names both versions, so that whoever edited can fetch the newest and merge by hand. */
async function conflict(ctx: Context, version: unknown): Promise<Response> {
  const detail = `the document is based on version ${JSON.stringify(version)}, the newest is ${await newestVersion(ctx)}`;
  return problem(ctx, { status: 409, reason: "version_conflict", detail });
}

/** Newest first, without the documents. The cursor is the last version of the page. */
export const getConfigVersions = operatorCall(async (ctx, { query }) => {
  const limit = pageOf(query, 20, 100);
  const errors = pageErrors(query, /^\d{1,9}$/);
  if (errors.length > 0) return invalidRequest(ctx, errors);
  const before = Number(query.get("cursor")) || null;
  const rows = await listVersions(ctx.env, before, limit + 1);
  const items = rows.slice(0, limit).map(({ created_at, ...row }) => ({ ...row, created_at: iso(created_at) }));
  return json({ items, next_cursor: rows.length > limit ? String(items.at(-1)?.version) : null });
});

/** Judged again: what was right then may name a secret that is gone. */
export const rollbackConfig = operatorCall(async (ctx, { request, operator }) => {
  const body = parseJson(ctx, await request.text(), rollbackBody);
  if (!body.ok) return body.error;
  const saved = await readVersion(ctx.env, body.value.version);
  if (!saved) return problem(ctx, { status: 404, reason: "not_found", detail: `there is no version ${body.value.version}` });
  const note = `rollback to ${saved.version}`;
  return save(ctx, { document: saved.document, author: operator.who, note, basedOn: null });
});

async function save(ctx: Context, made: DocumentSave): Promise<Response> {
  const saved = await saveDocument(ctx, made);
  if (saved.ok) return json(saved.value);
  return saved.error.reason === "invalid" ? invalidRequest(ctx, saved.error.errors) : conflict(ctx, made.basedOn);
}
