import type * as z from "zod";
import type { reply, thread } from "#contracts/resources/thread.ts";
import type { SchemaColumn } from "#core/sources/data-source.ts";
import type { Reply, Thread } from "#core/threads/thread.ts";

/** What somebody said. */
export const showReply = ({ id, text, author, createdAt, editedAt }: Reply): z.output<typeof reply> => ({
  id,
  text,
  author,
  createdAt,
  editedAt,
});

/** A thread, its column by the name that it has among these columns, or by its last one. */
export function showThread(record: Thread, columns: readonly SchemaColumn[]): z.output<typeof thread> {
  const column = columns.find(({ id }) => id === record.columnId);
  return {
    ...showReply(record),
    dataSourceId: record.dataSourceId,
    column: column?.name ?? record.columnName,
    columnRemoved: record.columnId !== null && column === undefined,
    resolved: record.resolved,
    replies: record.replies.map(showReply),
    lastActivityAt: record.lastActivityAt,
    version: record.version,
  };
}
