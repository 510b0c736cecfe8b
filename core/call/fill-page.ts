import type * as z from "zod";
import { thatFit } from "#core/call/reply-size.ts";
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

/** Reads at least so many at a time: the fewer of them the caller may see, the more often it would be read. */
const leastRead = 50;

/** What one request reads ends with so many rounds; the next page goes on from there. */
export const mostRounds = 20;

/**
 * A page of `limit` items, or fewer at the end, from a source whose pages may be thinned out by what the caller may
 * see. It reads more than it shows, so that the last page has no cursor. Where so few pass that `mostRounds` do not
 * fill the page, or where the items are so long that one reply does not carry them all, it holds fewer, or none, and a
 * cursor all the same: the end is where there is no cursor.
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
  const wanted = Math.max(leastRead, query.limit + 1);
  for (let round = 1; round <= mostRounds; round += 1) {
    const page = await source.read(after, wanted);
    found.push(...page.items);
    after = page.next;
    if (found.length > query.limit || after === null) break;
  }
  const items = thatFit(found.slice(0, query.limit).map(source.show));
  const last = found[items.length - 1];
  const end = found.length > items.length && last !== undefined ? source.positionOf(last) : after;
  return {
    items: [...items],
    nextCursor: end === null ? null : await cursors.seal(list, end),
  };
}
