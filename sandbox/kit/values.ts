/** Reading of untyped input. Lenient like the vendors themselves: a number is as good as its text. */
import type { SandboxRequest } from "./wire.ts";

export type Fields = Record<string, unknown>;

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function fieldsOf(value: unknown): Fields {
  return isFields(value) ? value : {};
}

export function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

export function textOf(value: unknown): string {
  if (typeof value === "string") return value.trim();
  return typeof value === "number" || typeof value === "boolean" ? String(value) : "";
}

export function isTrue(value: unknown): boolean {
  return ["true", "1", "да"].includes(textOf(value).toLowerCase());
}

/** Undefined when the text is no JSON: JSON itself has no undefined. */
export function parseJson(source: string): unknown {
  try {
    const value: unknown = JSON.parse(source);
    return value;
  } catch {
    return undefined;
  }
}

/** Query and body together; the body wins. */
export function sentFields(request: SandboxRequest): Fields {
  return { ...request.query, ...fieldsOf(request.parsed) };
}

/** The parts of a nested object as texts; objects and lists inside it are kept as JSON. */
export function textsOf(value: unknown): [string, string][] {
  return Object.entries(fieldsOf(value)).map(([name, part]) => [
    name,
    typeof part === "object" && part !== null ? JSON.stringify(part) : textOf(part),
  ]);
}
