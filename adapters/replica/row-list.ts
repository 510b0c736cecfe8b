/** A list of rows in ascending order, as bytes: the distance of each from the one before, seven bits to a byte. */
export function encodeRows(rows: readonly number[]): Uint8Array {
  const bytes: number[] = [];
  let last = 0;
  for (const row of rows) {
    let distance = row - last;
    last = row;
    while (distance > 127) {
      bytes.push((distance & 127) | 128);
      distance >>>= 7;
    }
    bytes.push(distance);
  }
  return Uint8Array.from(bytes);
}

/** Goes through the rows that `encodeRows` was given. */
export function eachRow(bytes: Uint8Array, visit: (row: number) => void): void {
  let [last, distance, shift] = [0, 0, 0];
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at] ?? 0;
    distance |= (byte & 127) << shift;
    if (byte > 127) {
      shift += 7;
      continue;
    }
    last += distance;
    visit(last);
    distance = 0;
    shift = 0;
  }
}

/** The rows that `encodeRows` was given. */
export function decodeRows(bytes: Uint8Array): number[] {
  const rows: number[] = [];
  eachRow(bytes, (row) => rows.push(row));
  return rows;
}

/** What a list becomes; order and doubles of what comes and goes do not count. */
export function changeRows(rows: readonly number[], { added, removed }: RowChange): number[] {
  const gone = new Set(removed);
  const kept = gone.size === 0 ? rows : rows.filter((row) => !gone.has(row));
  if (added.length === 0) return [...kept];
  return merge(
    kept,
    added.toSorted((a, b) => a - b),
  );
}

/** Rows that come to a list and that leave it. */
export interface RowChange {
  readonly added: readonly number[];
  readonly removed: readonly number[];
}

function merge(left: readonly number[], right: readonly number[]): number[] {
  const merged: number[] = [];
  let [l, r] = [0, 0];
  while (l < left.length || r < right.length) {
    const [a = Infinity, b = Infinity] = [left[l], right[r]];
    if (a <= b) l += 1;
    if (b <= a) r += 1;
    merged.push(Math.min(a, b));
  }
  return merged;
}
