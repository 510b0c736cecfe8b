import type { CatalogDelta } from "#core/ports/catalog-index.ts";

/**
 * A delta's id is made before its commit, so that an older id can turn up later; no commit takes longer than this.
 * That holds for each shard of them, because what is settled is told by the time of the read, which is one for all.
 */
const overlapMs = 60_000;

/** The last of the deltas before which no other can turn up any more, when they were asked for at this time. */
export const settledBy = (deltas: readonly CatalogDelta[], askedAt: Date): string | null =>
  deltas.findLast(({ at }) => Date.parse(at) < askedAt.getTime() - overlapMs)?.id ?? null;
