/** What becomes of a site's wish to map a holder to a user. One user per holder and one holder per user, always; nothing is taken from anybody without
 *  an explicit `relink`. Pure. */

/** Both as read in one statement; the write that follows fails if either has changed (store/mappings.ts). */
export type MappingState = {
  /** Blind index of the user the holder is mapped to. */
  readonly holderUser: string | null;
  /** Holder that the wished user is mapped to. */
  readonly userHolder: string | null;
};

/** `onConflict: null` asks instead of deciding: a conflict is then an answer, and nothing changes. */
export type MappingWish = {
  readonly holderId: string;
  readonly userHash: string;
  readonly onConflict: "keep" | "relink" | null;
};

/** `linked`, `relinked` changed something; `unchanged`, `kept` and `conflict` did not. */
export type MappingOutcome = "linked" | "unchanged" | "kept" | "relinked" | "conflict";

/** `relinked` takes both: the holder's former user and the user's former holder lose their mappings in one batch. */
export function judgeMapping(state: MappingState, { holderId, userHash, onConflict }: MappingWish): MappingOutcome {
  if (state.holderUser === userHash) return "unchanged";
  const taken = state.userHolder !== null && state.userHolder !== holderId;
  if (state.holderUser === null && !taken) return "linked";
  if (onConflict === null) return "conflict";
  return onConflict === "keep" ? "kept" : "relinked";
}

/** How long a successful authorize lets the site map its holder. */
export const PROOF_MS = 900_000;
/** How long the former holder may undo a relink from the notice it was sent: a day, since a takeover is noticed late. */
export const UNDO_MS = 86_400_000;
