/** GetCourse's order statuses. Processes print the school's own wording, webhooks the code. `false` is a status (a fake order), never a boolean. */
const CODES = new Set([
  "new",
  "in_work",
  "not_confirmed",
  "payment_waiting",
  "waiting_for_return",
  "part_payed",
  "payed",
  "cancelled",
  "false",
  "pending",
]);

/** Wording of the interface in its common variants, `ё` folded to `е`. A status that a school renamed passes as it is and counts as `moved`. */
const WORDS: Readonly<Record<string, string>> = {
  новый: "new",
  "в работе": "in_work",
  "не подтвержден": "not_confirmed",
  "ожидаем оплаты": "payment_waiting",
  "ожидает оплаты": "payment_waiting",
  "ожидаем возврата": "waiting_for_return",
  "ожидает возврата": "waiting_for_return",
  "частично оплачен": "part_payed",
  завершен: "payed",
  оплачен: "payed",
  отменен: "cancelled",
  ложный: "false",
  отложен: "pending",
  paid: "payed",
  canceled: "cancelled",
};

/** The code of a status in any wording; an unknown one as it is, in lower case. */
export function orderStatus(text: string): string {
  const word = text.trim().toLowerCase().replaceAll("ё", "е");
  return CODES.has(word) ? word : Object.hasOwn(WORDS, word) ? (WORDS[word] ?? word) : word;
}

/** `moved`: a change that is neither money nor an end, e.g. to `in_work`. */
export type OrderStep = "paid" | "rejected" | "created" | "moved";

/** What a status says happened to the order. */
export function orderStep(status: string): OrderStep {
  if (status === "payed" || status === "part_payed") return "paid";
  if (status === "cancelled" || status === "false") return "rejected";
  return status === "new" || status === "" ? "created" : "moved";
}
