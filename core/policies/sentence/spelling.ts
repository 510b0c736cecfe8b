type Row = readonly number[];

/** What one more letter of `one` costs in each place of `other`, from the two rows before. */
function nextRow(one: string, other: string, row: number, last: Row, before: Row): Row {
  const next = [row];
  for (let column = 1; column <= other.length; column += 1) {
    const same = one[row - 1] === other[column - 1];
    const swapped = one[row - 1] === other[column - 2] && one[row - 2] === other[column - 1];
    next.push(
      Math.min(
        (last[column] ?? 0) + 1,
        (next[column - 1] ?? 0) + 1,
        (last[column - 1] ?? 0) + (same ? 0 : 1),
        swapped ? (before[column - 2] ?? Infinity) + 1 : Infinity,
      ),
    );
  }
  return next;
}

/** How many letters must be put, taken, exchanged with another or swapped with the next to come from one word to another. */
function distance(one: string, other: string): number {
  let before: Row = [];
  let last: Row = Array.from({ length: other.length + 1 }, (_, column) => column);
  for (let row = 1; row <= one.length; row += 1) {
    [before, last] = [last, nextRow(one, other, row, last, before)];
  }
  return last[other.length] ?? 0;
}

/** How far apart a slip may put two words. */
const slip = (word: string): number => (word.length < 4 ? 0 : word.length < 7 ? 1 : 2);

/** Of some words the first that somebody may have meant by another: a letter or two apart, of four letters or more. */
export function meant(word: string, candidates: Iterable<string>): string | null {
  const most = slip(word);
  let best: { readonly word: string; readonly apart: number } | null = null;
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - word.length) > most) continue;
    const apart = distance(word.toLowerCase(), candidate.toLowerCase());
    if (apart > 0 && apart <= most && apart < (best?.apart ?? Infinity)) best = { word: candidate, apart };
  }
  return best?.word ?? null;
}
