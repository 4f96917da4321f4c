/** Where a mistake of a JSON text stands. */

/** The line on which a text stops being JSON, its last when it only ends too soon; null when it is JSON. */
export function brokenLine(text: string): number | null {
  const stop = stopOf(text);
  if (stop === "nowhere") return null;
  if (stop !== "untold") return text.slice(0, stop).split("\n").length;
  // The first lines that are refused for the same sign.
  const lines = text.split("\n");
  let [low, high] = [1, lines.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (stopOf(lines.slice(0, middle).join("\n")) === "untold") high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Where `JSON.parse` gives up. V8 tells the place, or the sign alone (`Unexpected token`). */
function stopOf(text: string): number | "nowhere" | "untold" {
  try {
    JSON.parse(text);
    return "nowhere";
  } catch (failure) {
    const [, at] = / at position (\d+)/.exec(String(failure)) ?? [];
    return at === undefined ? (/Unexpected end/.test(String(failure)) ? text.length : "untold") : Number(at);
  }
}

/** The line of the path, or of the nearest thing around it that is there; a rule that is edited alone has no `rules.N` of its own.
 *  Null when nothing of the path is in the text. */
export function lineOf(text: string, path: string): number | null {
  const lines = linesOf(text);
  const keys = path.split(/[.[\]]+/).filter((part) => part !== "");
  const own = lines.has(keys[0] ?? "") ? keys : keys.slice(2);
  for (let length = own.length; length > 0; length -= 1) {
    const line = lines.get(own.slice(0, length).join("."));
    if (line !== undefined) return line;
  }
  return null;
}

/** Path of every member and element → its line. */
function linesOf(text: string): Map<string, number> {
  const lines = new Map<string, number>();
  const at: (string | number)[] = [];
  let line = 1;
  let before = "";
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\],:\n]|[^\s{}[\],:"]+/g)) {
    const last = at.at(-1);
    if (token === "\n") line += 1;
    else if (token === "}" || token === "]") at.pop();
    else if (token === "," && typeof last === "number") at[at.length - 1] = last + 1;
    else if (token !== "," && token !== ":") {
      const isKey = typeof last === "string" && (before === "{" || before === ",");
      if (isKey) at[at.length - 1] = token.slice(1, -1);
      const path = at.join(".");
      if (isKey || typeof last === "number") lines.set(path, line);
      if (token === "{") at.push("");
      if (token === "[") at.push(0);
    }
    if (token !== "\n") before = token;
  }
  return lines;
}
