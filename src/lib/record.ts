/** A record that inherits nothing: a field that a sender calls `constructor` is a field, and one that was not sent is undefined. */
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Object.create is typed `any`; an object without a prototype is an empty record
export const newRecord = (): Record<string, string> => Object.create(null) as Record<string, string>;
