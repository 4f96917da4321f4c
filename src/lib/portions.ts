/** The items in their order, parted so that none of the parts is larger than `most` (by `sizeOf`) or holds more than `count` of them. An item that is
 *  larger by itself stands alone; no items are no parts. */
export function portions<T>(items: readonly T[], sizeOf: (item: T) => number, most: number, count = Infinity): T[][] {
  const all: T[][] = [];
  let size = 0;
  for (const item of items) {
    const own = sizeOf(item);
    const last = all.at(-1);
    if (last && last.length < count && size + own <= most) {
      last.push(item);
      size += own;
    } else {
      all.push([item]);
      size = own;
    }
  }
  return all;
}
