/** A record that inherits nothing: a field that a sender calls `constructor` is a field, and one that was not sent is undefined. */
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Object.create is typed `any`; an object without a prototype is an empty record
export const newRecord = (): Record<string, string> => Object.create(null) as Record<string, string>;

/** The members of an object; a list or anything else has none. */
export const recordOf = (value: unknown): Readonly<Record<string, unknown>> => (Array.isArray(value) ? {} : membersOf(value));

/** A list counts as an object of its indexes, which is how paths into lists are written. */
export const membersOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null ? Object.fromEntries(Object.entries(value)) : {};
