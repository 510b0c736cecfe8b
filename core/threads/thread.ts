import { maxReplies, maxThreadBytes } from "#contracts/resources/thread.ts";
import { DomainError } from "#core/errors/domain-error.ts";

/** What somebody said in a thread. */
export interface Reply {
  readonly id: string;
  /** Markdown, as it was written. */
  readonly text: string;
  /** A user's id. */
  readonly author: string;
  readonly createdAt: string;
  readonly editedAt: string | null;
}

/** A conversation about a data source or one of its columns, with all of its replies, oldest first. */
export interface Thread extends Reply {
  readonly dataSourceId: string;
  /** It hangs on the column, whatever that is called, and stays when the column goes. */
  readonly columnId: string | null;
  /** What the column was called when the thread began. */
  readonly columnName: string | null;
  readonly resolved: boolean;
  readonly replies: readonly Reply[];
  /** When somebody last posted, replied, resolved or reopened; it never goes back. */
  readonly lastActivityAt: string;
  readonly version: number;
}

/** Where a thread stands among those of its data source: what lists and counts need to know of it. */
export interface ThreadPlace extends Pick<
  Thread,
  "dataSourceId" | "columnId" | "columnName" | "resolved" | "lastActivityAt"
> {
  readonly threadId: string;
}

/** The place of a thread as it is. */
export const placeOf = (thread: Thread): ThreadPlace => ({
  dataSourceId: thread.dataSourceId,
  threadId: thread.id,
  columnId: thread.columnId,
  columnName: thread.columnName,
  resolved: thread.resolved,
  lastActivityAt: thread.lastActivityAt,
});

const encoder = new TextEncoder();

/** Refuses a thread that would hold more than a thread may. */
export function demandRoom({ text, replies }: Pick<Thread, "text" | "replies">): void {
  const bytes = [text, ...replies.map((reply) => reply.text)].reduce(
    (sum, one) => sum + encoder.encode(one).length,
    0,
  );
  if (replies.length > maxReplies || bytes > maxThreadBytes) throw new DomainError("thread-full");
}

/** A thread in which something has happened: clocks differ a little, and what is newer stays newer. */
export const active = (thread: Thread, now: string): Thread => ({
  ...thread,
  lastActivityAt: now > thread.lastActivityAt ? now : thread.lastActivityAt,
});

/** How many threads of each column are open and resolved, by column id. */
export function threadCounts(
  places: readonly ThreadPlace[],
): ReadonlyMap<string, { readonly open: number; readonly resolved: number }> {
  // One that moved while it was read may have been met twice, the later place behind the earlier.
  const latest = new Map(places.map((place) => [place.threadId, place]));
  const counts = new Map<string, { open: number; resolved: number }>();
  for (const { columnId, resolved } of latest.values()) {
    if (columnId === null) continue;
    const count = counts.get(columnId) ?? { open: 0, resolved: 0 };
    count[resolved ? "resolved" : "open"] += 1;
    counts.set(columnId, count);
  }
  return counts;
}
