/** Prefixed random ids. The prefix table is the list of entities; nothing about an entity can be read from its id.
 *  Characters are drawn by rejection sampling, so every one is equally likely (CWE-330). */
const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

export type EventId = `evt_${string}`;
export type PersonId = `per_${string}`;
export type PersonKey = `k_${string}`;
export type HolderId = `hld_${string}`;
export type DeliveryId = `dlv_${string}`;
export type ProblemId = `prb_${string}`;
export type MergeId = `mrg_${string}`;
export type RequestId = `req_${string}`;
export type ClickId = `c_${string}`;

/** Random bytes ahead of need: each is given out once and overwritten. */
const pool = new Uint8Array(1_024);
let left = 0;

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

/** A fresh id: 22 characters, ≥ 128 bits; a click id has 16 so that it fits Telegram's 64 with room to spare. */
export const isEventId = (text: string): text is EventId => /^evt_[A-Za-z0-9]+$/.test(text);
export const newEventId = (): EventId => `evt_${randomBase62(22)}`;
export const newPersonId = (): PersonId => `per_${randomBase62(22)}`;
export const newPersonKey = (): PersonKey => `k_${randomBase62(22)}`;
export const newHolderId = (): HolderId => `hld_${randomBase62(22)}`;
export const newDeliveryId = (): DeliveryId => `dlv_${randomBase62(22)}`;
export const newProblemId = (): ProblemId => `prb_${randomBase62(22)}`;
export const newMergeId = (): MergeId => `mrg_${randomBase62(22)}`;
export const newRequestId = (): RequestId => `req_${randomBase62(22)}`;
export const newClickId = (): ClickId => `c_${randomBase62(16)}`;
