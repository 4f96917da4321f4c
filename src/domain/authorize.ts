/** The decision table of a spent proof: what the site learns about the holder, given who is mapped to whom. Access follows holders only: a person
 *  who was merely claimed to be the same human (a typed phone, a forwarded key) never yields a user id. Pure. */

/** User ids in the open, compared byte for byte: a site's "Ivan" and "ivan" may be two people. */
export type AuthorizeFacts = {
  /** The user the holder is mapped to at this site. */
  readonly mapped: string | null;
  /** The user that is signed in at the site right now. */
  readonly sent: string | null;
  /** `sent` is mapped to another holder. */
  readonly sentIsTaken: boolean;
  /** The holder's person carries a user of this site that the holder itself never had. */
  readonly onlyClaimed: boolean;
};

/** Wire names: this is the body of `POST /v1/authorize` without the profile. A `user_id` stands only where the holder itself is
 *  mapped. */
export type AuthorizeAnswer =
  | { readonly status: "authorized" | "already_authorized"; readonly user_id: string }
  | {
      readonly status: "conflict";
      readonly linked_user_id: string;
      readonly options: readonly ["keep", "relink"];
      readonly also_linked?: true;
    }
  | { readonly status: "conflict_other"; readonly options: readonly ["keep", "relink"] }
  | { readonly status: "link_required" | "registration_required" | "confirmation_required" };

const OPTIONS = ["keep", "relink"] as const;

/** The six rows of the table (vendors.md §4.1, vectors 41–46), in this order on purpose: an existing mapping outranks everything, and
 *  `confirmation_required` comes before any answer that would let the site register or link, so that a claimed twin is never silently joined.
 *  `also_linked` warns that a `relink` would take the sent user from another holder. */
export function judgeAuthorize({ mapped, sent, sentIsTaken, onlyClaimed }: AuthorizeFacts): AuthorizeAnswer {
  if (mapped !== null) {
    if (sent === null) return { status: "authorized", user_id: mapped };
    if (sent === mapped) return { status: "already_authorized", user_id: mapped };
    const conflict = { status: "conflict", linked_user_id: mapped, options: OPTIONS } as const;
    return sentIsTaken ? { ...conflict, also_linked: true } : conflict;
  }
  if (onlyClaimed) return { status: "confirmation_required" };
  if (sentIsTaken) return { status: "conflict_other", options: OPTIONS };
  return { status: sent === null ? "registration_required" : "link_required" };
}
