import type { Thread, ThreadPlace } from "#core/threads/thread.ts";

/** Conversations about data sources. */
export interface ThreadStore {
  /** Threads with their replies, by id; those that are not there are absent. */
  threads(ids: readonly string[]): Promise<ReadonlyMap<string, Thread>>;
  /** The places of a data source's threads, newest activity first, from behind one. */
  threadPlaces(
    dataSourceId: string,
    after: Pick<ThreadPlace, "lastActivityAt" | "threadId"> | null,
    limit: number,
  ): Promise<readonly ThreadPlace[]>;
}
