import type { Finding } from "./finding.ts";

type LineFinding = Omit<Finding, "object">;

/** How often each occurs. */
function countsOf(hashes: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const one of hashes) counts.set(one, (counts.get(one) ?? 0) + 1);
  return counts;
}

/** The places whose hash the other list does not have, or does not have so often. */
function absentFrom(other: readonly string[], hashes: readonly string[]): ReadonlySet<number> {
  const left = countsOf(other);
  const absent = hashes.flatMap((one, index) => {
    const count = left.get(one) ?? 0;
    left.set(one, count - 1);
    return count > 0 ? [] : [index];
  });
  return new Set(absent);
}

/**
 * Which lines are not as they were sealed, counted from 1: changed where one stands in the place of another, else
 * missing or added; and where nothing of that is the case, the first line that stands elsewhere.
 */
export function checkLines(sealed: readonly string[], found: readonly string[]): readonly LineFinding[] {
  const missing = absentFrom(found, sealed);
  const added = absentFrom(sealed, found);
  if (missing.size === 0 && added.size === 0) {
    const first = found.findIndex((one, index) => one !== sealed[index]);
    if (first < 0) return [];
    return [{ line: first + 1, problem: "reordered", detail: "from here on lines stand in another order" }];
  }
  // Of as many lines as there were, one that is new in the place of one that is gone is that one, changed.
  const replaced = missing.size === added.size ? [...missing].filter((index) => added.has(index)) : [];
  const changed = new Set(replaced);
  return [
    ...replaced.map((index) => finding(index, "changed", "it is not what was sealed")),
    ...[...missing]
      .filter((index) => !changed.has(index))
      .map((index) => finding(index, "missing", "what was sealed in this line is gone")),
    ...[...added]
      .filter((index) => !changed.has(index))
      .map((index) => finding(index, "added", "nothing like it was sealed")),
  ].toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0));
}

const finding = (index: number, problem: Finding["problem"], detail: string): LineFinding => ({
  line: index + 1,
  problem,
  detail,
});
