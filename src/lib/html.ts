/** Text into HTML. Every value that reaches a page goes through here. */

const ENTITIES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

/** The five characters that mean something in content and quoted attributes; the rest as it is. */
export const withEntities = (text: string): string => text.replaceAll(/[&<>"']/g, (char) => ENTITIES[char] ?? char);

/** Escapes text for content and quoted attributes; control characters and marks that turn the direction of text are dropped. */
export const escapeHtml = (text: string): string =>
  withEntities(text.replaceAll(/[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, ""));
