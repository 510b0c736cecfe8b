import type * as z from "zod";
import type { Cursors } from "#core/ports/cursors.ts";

/** Reads on from a position; `next` is where reading would go on, or null at the end. */
interface Source<T, P, R> {
  readonly read: (
    after: P | null,
    limit: number,
  ) => Promise<{ readonly items: readonly T[]; readonly next: P | null }>;
  readonly positionOf: (item: T) => P;
  readonly show: (item: T) => R;
}

/**
 * A page of exactly `limit` items, or fewer at the end, from a source whose pages may be thinned out by
 * what the caller may see. It reads one item more than it shows, so that the last page has no cursor.
 */
export async function fillPage<T, P, R>(
  cursors: Cursors,
  list: string,
  query: { readonly limit: number; readonly cursor?: string | undefined },
  position: z.ZodType<P>,
  source: Source<T, P, R>,
): Promise<{ items: R[]; nextCursor: string | null }> {
  let after: P | null = query.cursor === undefined ? null : await cursors.open(list, query.cursor, position);
  const found: T[] = [];
  do {
    // Always a whole page: the fewer of them the caller may see, the more would be asked for one by one.
    const page = await source.read(after, query.limit + 1);
    found.push(...page.items);
    after = page.next;
  } while (found.length <= query.limit && after !== null);
  const items = found.slice(0, query.limit);
  const last = items.at(-1);
  const more = found.length > query.limit && last !== undefined;
  return {
    items: items.map(source.show),
    nextCursor: more ? await cursors.seal(list, source.positionOf(last)) : null,
  };
}
