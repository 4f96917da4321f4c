/** Why an event counts in no report, for the lists: a newer state of the same fact replaced it, or its sum cannot be read (N-06). The two share one
 *  column; a sum that is missing tells them apart. Money of which nothing is known is not guessed at; a registration with a broken sum is still one. */
const MONEY: ReadonlySet<string> = new Set(["order", "payment", "refund", "withdrawal"]);

/** Types whose amount is what they are about. */
export const isMoney = (type: string): boolean => MONEY.has(type);

/** Nothing for an event that counts, nor for what was dropped because its person is erased: its sum is forgotten, not unreadable. `amount_e4` in ten-thousandths, null = none was told or it could not be read. */
export function whyUncounted(row: {
  readonly type: string;
  readonly status: string;
  readonly counted: number;
  readonly amount_e4: number | null;
}): string[] {
  if (row.counted === 1 || (row.status === "erased" && row.amount_e4 === null)) return [];
  return [isMoney(row.type) && row.amount_e4 === null ? "bad_amount" : "replaced"];
}
