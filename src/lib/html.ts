/** Text into HTML. Every value that reaches a page goes through here. */

const ENTITIES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

/** Escapes text for content and quoted attributes; control characters and marks that turn the direction of text are dropped. */
export const escapeHtml = (text: string): string =>
  text.replace(/[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, "").replace(/[&<>"']/g, (char) => ENTITIES[char] ?? "");
