import { authorize, type Action } from "#core/access/can.ts";
import type { Call } from "#core/call/call.ts";
import { DomainError } from "#core/errors/domain-error.ts";
import { noColumns, type ColumnNames } from "#core/threads/show-thread.ts";
import { sourceResource } from "#core/sources/read-data-source.ts";
import type { SourceDeps } from "#core/sources/source-deps.ts";
import type { Reply, Thread } from "#core/threads/thread.ts";

/** What a caller may do in a thread; throws as `authorize` does. */
export type Permit = (action: Action, said: Pick<Reply, "author">) => void;

/** A thread that the caller may read, with what decides what else they may do in it. */
export async function readThread(
  { store }: SourceDeps,
  call: Call,
  threadId: string,
): Promise<{ readonly thread: Thread; readonly permit: Permit }> {
  const thread = (await store.threads([threadId])).get(threadId);
  const view =
    thread === undefined ? null : await store.dataSource(thread.dataSourceId, call.user.principals);
  if (thread === undefined || view === null) throw new DomainError("not-found");
  const dataSource = sourceResource(call.user, view);
  const permit: Permit = (action, { author }) => {
    authorize(call.user, action, { type: "thread", author, dataSource });
  };
  permit("thread:read", thread);
  return { thread, permit };
}

/** A reply of a thread. */
export function replyOf(thread: Thread, replyId: string): Reply {
  const found = thread.replies.find(({ id }) => id === replyId);
  if (found === undefined) throw new DomainError("not-found");
  return found;
}

/** The columns by which a thread is shown; a thread on the data source itself needs none. */
export const columnsFor = async (
  { store }: SourceDeps,
  { columnId, dataSourceId }: Thread,
): Promise<ColumnNames> =>
  columnId === null ? noColumns : ((await store.dictionary(dataSourceId)) ?? noColumns);
