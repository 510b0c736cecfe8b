/**
 * A function's reply is at most 6 MB, and counts as JSON that holds the body as a string: what is escaped in the
 * body is escaped once more. The rest is left to what stands around the items.
 */
const mostBytes = 5_000_000;

const encoder = new TextEncoder();
const bytesOf = (item: unknown): number => encoder.encode(JSON.stringify(JSON.stringify(item))).length;

/** What one UTF-16 unit of an item's JSON takes at most: three bytes of UTF-8, or two where it is escaped. */
const mostBytesOfUnit = 3;

/** As many of the first items as one reply can carry; always one, which by its own bounds fits. */
export function thatFit<T>(items: readonly T[]): readonly T[] {
  // Nearly always: then nothing is counted item by item.
  if (JSON.stringify(items).length * mostBytesOfUnit <= mostBytes) return items;
  let [bytes, count] = [0, 0];
  for (const item of items) {
    bytes += bytesOf(item);
    if (count > 0 && bytes > mostBytes) break;
    count += 1;
  }
  return items.slice(0, count);
}
