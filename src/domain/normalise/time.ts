/** When something happened, in every form vendors write it: ISO with or without a zone, unix seconds or milliseconds, `01.03.2026 10:00`,
 *  HTTP dates, a script's printed date. A time without a zone is the connection's local time. A clock that cannot be right (more than ten minutes ahead of the
 *  receipt, or before 2000) is `bad_time`: the time of receipt is used instead. */
import { type Result, err, ok } from "../../lib/result.ts";
import type { DropCause } from "../event.ts";
import { clean } from "./clean.ts";
import { hasMacro } from "./macro.ts";
import { instantOf, utcOf, type WallTime } from "./wall-time.ts";

/** What a sender's unsynchronised clock may be ahead; more is a wrong zone. */
const AHEAD_MS = 600_000;
const EARLIEST = Date.UTC(2000, 0, 1);
/** No place on earth is further from Greenwich; more is no zone but a mistake. */
const FURTHEST_MINUTES = 14 * 60;

/** Epoch ms of a sender's time; null = none given. `receivedAt` bounds the future. */
export function readTime(text: string, zone: string, receivedAt: number): Result<number | null, DropCause> {
  const value = clean(text);
  if (value === "" || /^(null|undefined|none|0)$/i.test(value)) return ok(null);
  if (hasMacro(value)) return err("unresolved_macro");
  const at = parseTime(value, zone);
  return at === null || at < EARLIEST || at > receivedAt + AHEAD_MS ? err("bad_time") : ok(at);
}

/** Epoch ms of any written time, without judging it; null when it is none. */
export function parseTime(text: string, zone: string): number | null {
  const value = text.trim();
  if (/^\d{9,10}([.,]\d{1,9})?$/.test(value)) return Math.floor(Number(value.replace(",", ".")) * 1000);
  if (/^\d{12,13}$/.test(value)) return Number(value);
  if (/^\d{16}$/.test(value)) return Math.floor(Number(value) / 1000);
  const iso = ISO.exec(value);
  if (iso) return zoned({ year: iso[1], month: iso[2], day: iso[3], clock: iso.slice(4, 8), suffix: iso[8] }, zone);
  const dotted = DOTTED.exec(value);
  if (dotted)
    return zoned(
      { year: dotted[3]?.padStart(4, "20"), month: dotted[2], day: dotted[1], clock: dotted.slice(4, 8), suffix: dotted[8] },
      zone,
    );
  const script = SCRIPT_DATE.exec(value);
  const http = script
    ? Date.parse(`${script[1]}${script[2] === "-" ? "-" : "+"}${script[3]}`)
    : HTTP_DATE.test(value)
      ? Date.parse(value)
      : Number.NaN;
  return Number.isNaN(http) ? null : http;
}

const CLOCK = String.raw`(?:(?:T|t|,?\s+)(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?)?`;
const ZONE = String.raw`\s*(Z|z|UTC|GMT|MSK|[+\- ]\d{2}:?\d{2}|[+-]\d{2})?`;
const ISO = new RegExp(String.raw`^(\d{4})[-/](\d{1,2})[-/](\d{1,2})${CLOCK}${ZONE}$`);
const DOTTED = new RegExp(String.raw`^(\d{1,2})\.(\d{1,2})\.(\d{4}|\d{2})${CLOCK}${ZONE}$`);
/** A script's `String(new Date())`; what stands in parentheses is the zone in words. */
const SCRIPT_DATE = /^([A-Z][a-z]{2} [A-Z][a-z]{2} \d{2} \d{4} \d{2}:\d{2}:\d{2} GMT)([+ -])(\d{4})( \(.*\))?$/;
const HTTP_DATE = /^[A-Z][a-z]{2},? \d{1,2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}(:\d{2})? (GMT|UTC|[+-]\d{4})$/;

type Parts = {
  readonly year: string | undefined;
  readonly month: string | undefined;
  readonly day: string | undefined;
  /** hour, minute, second, fraction. */
  readonly clock: readonly (string | undefined)[];
  readonly suffix: string | undefined;
};

/** An offset of its own wins over the zone; an offset that cannot be read makes the whole time unreadable, since hours would be
 *  guessed. */
function zoned({ year, month, day, clock, suffix }: Parts, zone: string): number | null {
  const [hour, minute, second, fraction] = clock;
  const wall: WallTime = {
    year: Number(year),
    month: Number(month),
    day: Number(day),
    hour: Number(hour ?? 0),
    minute: Number(minute ?? 0),
    second: Number(second ?? 0),
    ms: Number((fraction ?? "0").slice(0, 3).padEnd(3, "0")),
  };
  const offset = offsetMs(suffix?.trim() ?? "", suffix ?? "");
  if (offset === null) return instantOf(wall, zone);
  if (Number.isNaN(offset)) return null;
  const at = utcOf(wall);
  return at === null ? null : at - offset;
}

/** Offset of a zone suffix; null = none, NaN = one that no clock has. A plus lost in a query leaves `10:00 03:00`. */
function offsetMs(suffix: string, raw: string): number | null {
  if (suffix === "") return null;
  if (/^(z|utc|gmt)$/i.test(suffix)) return 0;
  if (suffix === "MSK") return 10_800_000;
  const digits = raw.replaceAll(/\D/g, "").padEnd(4, "0");
  const minutes = Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2, 4));
  if (minutes > FURTHEST_MINUTES || digits.slice(2, 4) > "59") return Number.NaN;
  return (suffix.startsWith("-") ? -minutes : minutes) * 60_000;
}
