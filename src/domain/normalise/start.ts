/** A bot's start as messengers write it: `/start`, alone or followed by what the deep link brought. */
const START = /^\/start(?:@\w+)?(?:\s+(\S+))?\s*$/i;

/** null = the text is no start; `payload: null` = a start that brought nothing. */
export function readStart(text: string | null): { readonly payload: string | null } | null {
  const start = START.exec(text ?? "");
  return start && { payload: start[1] ?? null };
}
