/** What is ordered by an id that grows with time. */
interface Ordered {
  readonly id: string;
}

const byNewest = (a: Ordered, b: Ordered): number => (a.id < b.id ? 1 : Number(a.id > b.id) * -1);

/**
 * The next records behind a place, of two lists together, newest first. Of the first list its own next records are
 * given, as many as are wanted or all that are left; the second is given whole.
 */
export function mergeNewest<T extends Ordered>(
  next: readonly T[],
  whole: readonly T[],
  before: string | null,
  limit: number,
): readonly T[] {
  const behind = whole.filter(({ id }) => before === null || id < before);
  return [...next, ...behind].toSorted(byNewest).slice(0, limit);
}
