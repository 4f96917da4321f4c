/** Text fields of a multipart form. Written here because the platform's parser needs a correct label and decodes only UTF-8; files are
 *  kept by name only. */
import { dotted, type Pair } from "./query.ts";
import { decodeText } from "./text.ts";

const latin1 = new TextDecoder("latin1");

/** The pairs of a multipart body, or null when it is none. The boundary is read from the body's first line, so a wrong label does no harm. */
export function parseMultipart(bytes: Uint8Array): Pair[] | null {
  const text = latin1.decode(bytes);
  const opening = /^\s*--([^\r\n]{1,200})\r?\n/.exec(text);
  if (!opening || !/content-disposition:/i.test(text)) return null;
  const pairs: Pair[] = [];
  let at = opening[0].length;
  const delimiter = `--${opening[1] ?? ""}`;
  while (at < text.length) {
    const end = text.indexOf(delimiter, at);
    const stop = end < 0 ? text.length : end;
    const pair = parsePart(bytes.subarray(at, stop), text.slice(at, stop));
    if (pair) pairs.push(pair);
    if (end < 0 || text.startsWith("--", end + delimiter.length)) break;
    at = text.indexOf("\n", end) + 1;
    if (at === 0) break;
  }
  return pairs;
}

/** One part: the same stretch as bytes and, byte for byte, as text. */
function parsePart(bytes: Uint8Array, part: string): Pair | null {
  const gap = /\r?\n\r?\n/.exec(part);
  if (!gap) return null;
  const headers = decodeText(bytes.subarray(0, gap.index));
  const name = /;\s*name="?([^";\r\n]*)"?/i.exec(headers)?.[1]?.trim();
  if (!name || name === "__proto__") return null;
  const file = /;\s*filename="?([^";\r\n]*)"?/i.exec(headers)?.[1];
  if (file !== undefined) return [dotted(name), file];
  const tail = part.endsWith("\r\n") ? 2 : part.endsWith("\n") ? 1 : 0;
  return [dotted(name), decodeText(bytes.subarray(gap.index + gap[0].length, bytes.length - tail))];
}
