/** A strictly read form post: one content type, at most 4 KB, no parameter twice, no control characters. What a browser's own form never sends is
 *  refused, so that no two readers can understand one request differently. */
import { readLimited } from "../lib/body/limited.ts";
import { fromUtf8 } from "../lib/crypto.ts";
import { type Result, err, ok } from "../lib/result.ts";

const MOST_BYTES = 4 * 1024;

/** 415, 413 and 400 of the page. */
export type FormRefusal = "content_type" | "too_large" | "malformed";

/** A double parameter is `malformed`: PHP reads the last one, others the first, and a proxy in between may check the other. */
export async function readForm(request: Request): Promise<Result<URLSearchParams, FormRefusal>> {
  const type = (request.headers.get("content-type") ?? "").split(";", 1)[0]?.trim().toLowerCase();
  if (type !== "application/x-www-form-urlencoded") return err("content_type");
  const bytes = await readLimited(request, MOST_BYTES);
  if (bytes === null) return err("too_large");
  const fields = new URLSearchParams(fromUtf8(bytes));
  return isPlain(fields, PASTED) ? ok(fields) : err("malformed");
}

/** A code copied out of a table brings a tab or the end of its line along. */
const PASTED = /[\t\r\n]/g;

/** No name twice, no control character in a value but the `allowed` ones. */
export function isPlain(fields: URLSearchParams, allowed: RegExp = /(?!)/g): boolean {
  const names = [...fields.keys()];
  return (
    new Set(names).size === names.length && ![...fields.values()].some((value) => /\p{Cc}/u.test(value.replace(allowed, "")))
  );
}
