/** Structured one-line logs by dotted name. Callers pass ids, counts, outcomes and reasons only: never a PIN, buid, secret, e-mail, phone, URL
 *  or vendor body. */
export type LogLevel = "debug" | "info" | "warn" | "error";
/** Flat on purpose: an object passed whole sooner or later carries a person. */
export type LogFields = Readonly<Record<string, string | number | boolean | null>>;
/** `name` is dotted, the subject first (`delivery.attempt`): what an operator filters by. */
export type Log = (level: LogLevel, name: string, fields?: LogFields) => void;

const ORDER: readonly LogLevel[] = ["debug", "info", "warn", "error"];

/** A logger that prints JSON lines of at least `minimum` severity, each with `base` fields first. */
export function newLog(minimum: LogLevel, base: LogFields = {}): Log {
  const floor = ORDER.indexOf(minimum);
  return (level, name, fields = {}) => {
    if (ORDER.indexOf(level) < floor) return;
    const line = JSON.stringify({ level, name, ...base, ...fields });
    if (level === "error") console.error(line);
    else if (level === "warn") console.warn(line);
    else console.log(line);
  };
}
