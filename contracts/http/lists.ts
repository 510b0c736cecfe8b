import * as z from "zod";

/** Query fields of every list. A repeated filter means or; the limit is 1 to 200, default 50. */
export const pageQuery = {
  limit: z.coerce.number().pipe(z.int().min(1).max(200)).default(50),
  cursor: z.string().min(1).max(1024).optional(),
};

/** A filter that may be repeated, `most` times at most. */
export const repeatable = <S extends z.ZodType>(one: S, most = 50) =>
  z
    .union([one, z.array(one).min(1).max(most)])
    .transform((value) => (Array.isArray(value) ? value : [value]) as z.output<S>[])
    .optional();

/**
 * `{items, nextCursor}`; `nextCursor` is null on the last page, and only there: a page before it may hold fewer items
 * than asked for, also none, where few of many are the caller's to see.
 */
export const listOf = <S extends z.ZodType>(item: S) =>
  z.object({ items: z.array(item), nextCursor: z.string().nullable() });
