/** One part of `npm run check`. No findings means it passed; the note is what there is to know either way. */
export type Verdict = { note: string; findings: readonly string[] };

export type Check = { name: string; run: () => Promise<Verdict> };

/** `note` is what there is to know all the same. */
export const passed = (note: string): Verdict => ({ note, findings: [] });
