/** How the story is shown: what went in and what came back, what reached the vendors, and a mark for everything that was judged. */
import { stripVTControlCharacters } from "node:util";
import type { Arrived, Call, Reply } from "./stage.ts";

export type Teller = {
  step: (title: string) => void;
  sent: (call: Call, reply: Reply) => void;
  arrived: (call: Arrived) => void;
  judged: (what: string, holds: boolean, seen?: unknown) => void;
  line: (text: string) => void;
  failures: () => readonly string[];
};

const LINE_CHARACTERS = 180;

const paint = (code: number) => (text: string) => `\u001B[${code}m${text}\u001B[0m`;
const [red, green, yellow, blue, grey, bold] = [31, 32, 33, 36, 90, 1].map(paint);

function short(text: string): string {
  const line = text.replaceAll(/\s+/g, " ").trim();
  return line.length > LINE_CHARACTERS ? `${line.slice(0, LINE_CHARACTERS)}…` : line;
}

function shownReply({ status, text, headers }: Reply): string {
  const location = headers.get("location");
  if (location !== null) return `${status} → ${location}`;
  return (headers.get("content-type") ?? "").includes("html")
    ? `${status} страница, ${Buffer.byteLength(text)} байт`
    : `${status} ${text}`;
}

/** Remembers what did not hold, as «step: what». */
export function newTeller(write: (text: string) => void, colours: boolean): Teller {
  const failures: string[] = [];
  let title = "";
  const line = (text: string): void => write(`${colours ? text : stripVTControlCharacters(text)}\n`);
  return {
    step: (name) => {
      title = name;
      line(`\n${bold?.(name)}`);
    },
    sent: (call, reply) => {
      const body =
        call.json === undefined ? (call.form ? new URLSearchParams(call.form).toString() : "") : JSON.stringify(call.json);
      const method = call.method ?? (body === "" ? "GET" : "POST");
      line(`  ${blue?.("→")} ${short(`${method} ${call.path} ${body}`)}`);
      line(`  ${grey?.("←")} ${short(shownReply(reply))}`);
    },
    arrived: ({ vendor, path, query, parsed, reply }) => {
      const sent = Object.keys(query).length > 0 ? query : (parsed ?? {});
      const answer = reply === null || reply === undefined ? "" : ` ${grey?.(`← ${JSON.stringify(reply)}`)}`;
      line(`  ${yellow?.("⇒")} ${short(`${vendor} ${path} ${JSON.stringify(sent)}`)}${answer}`);
    },
    judged: (what, holds, seen) => {
      if (!holds) failures.push(`${title}: ${what}`);
      const evidence = holds || seen === undefined ? "" : grey?.(` · ${short(JSON.stringify(seen))}`);
      line(`  ${holds ? green?.("✓") : red?.("✗")} ${what}${evidence ?? ""}`);
    },
    line,
    failures: () => failures,
  };
}
