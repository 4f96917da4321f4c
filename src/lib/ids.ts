/** Prefixed random ids. The prefix table is the list of entities; nothing about an entity can be read from its id, but the moment of its making from
 *  those of which there are millions. Characters are drawn by rejection sampling, so every one is equally likely (CWE-330). */
const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/** A fact at the door; the same id in the inbox, in D1 and in every answer about it. */
export type EventId = `evt_${string}`;
export type PersonId = `per_${string}`;
/** Public: it travels in links, so it finds a person and proves nothing. */
export type PersonKey = `k_${string}`;
export type HolderId = `hld_${string}`;
export type DeliveryId = `dlv_${string}`;
export type ProblemId = `prb_${string}`;
export type MergeId = `mrg_${string}`;
export type RequestId = `req_${string}`;
/** 16 characters instead of 22 (95 bits): with its prefix it fits Telegram's 64 with room to spare (vendors.md §5.2). */
export type ClickId = `c_${string}`;

/** Random bytes ahead of need: each is given out once and overwritten. */
const pool = new Uint8Array(1_024);
let left = 0;

/** From a pool that is filled at once; a used byte is blotted out. */
function randomByte(): number {
  if (left === 0) {
    crypto.getRandomValues(pool);
    left = pool.length;
  }
  left -= 1;
  const byte = pool[left] ?? 0;
  pool[left] = 0;
  return byte;
}

/** `length` base62 characters from the CSPRNG: 5.95 bits each. */
export function randomBase62(length: number): string {
  let text = "";
  while (text.length < length) {
    const byte = randomByte();
    if (byte < 248) text += ALPHABET[byte % 62];
  }
  return text;
}

/** Seven characters of a moment (epoch ms, until the year 2081), which sort as the moments do. */
function momentBase62(at: number): string {
  let text = "";
  let rest = Math.floor(at);
  while (text.length < 7) {
    text = (ALPHABET[rest % 62] ?? "0") + text;
    rest = Math.floor(rest / 62);
  }
  return text;
}

/** 22 characters in the order of making, 89 bits of them random. What is stored by a random id is stored all over the file: every new row of a large
 *  table, and its entry in every index that holds the id, would be written to another page. */
const orderedId = (at: number): string => momentBase62(at) + randomBase62(15);

/** By its form; whether there is such an event only the store knows. */
export const isEventId = (text: string): text is EventId => /^evt_[A-Za-z0-9]+$/.test(text);
/** Events, persons and deliveries, of which there are millions, are told the moment (epoch ms): their ids can be read back to it. */
export const newEventId = (at: number): EventId => `evt_${orderedId(at)}`;
export const newPersonId = (at: number): PersonId => `per_${orderedId(at)}`;
/** 22 characters, 131 bits: cannot be guessed, which is all that protects a referral. */
export const newPersonKey = (): PersonKey => `k_${randomBase62(22)}`;
export const newHolderId = (): HolderId => `hld_${randomBase62(22)}`;
export const newDeliveryId = (at: number): DeliveryId => `dlv_${orderedId(at)}`;
export const newProblemId = (): ProblemId => `prb_${randomBase62(22)}`;
export const newMergeId = (): MergeId => `mrg_${randomBase62(22)}`;
export const newRequestId = (): RequestId => `req_${randomBase62(22)}`;
export const newClickId = (): ClickId => `c_${randomBase62(16)}`;
