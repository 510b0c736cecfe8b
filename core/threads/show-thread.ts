import type * as z from "zod";
import type { reply, thread } from "#contracts/resources/thread.ts";
import type { Reply, Thread } from "#core/threads/thread.ts";

/** What somebody said. */
export const showReply = ({ id, text, author, createdAt, editedAt }: Reply): z.output<typeof reply> => ({
  id,
  text,
  author,
  createdAt,
  editedAt,
});

/** The columns that a data source has, and those that it had, with the last name of each. */
export type ColumnNames = Readonly<
  Record<"columns" | "gone", readonly { readonly id: string; readonly name: string }[]>
>;

/** Where no column is meant. */
export const noColumns: ColumnNames = { columns: [], gone: [] };

/** The last name of a column that is gone; of one that is forgotten, the one under which somebody spoke of it. */
export const lastName = (
  { gone }: ColumnNames,
  { columnId, columnName }: Pick<Thread, "columnId" | "columnName">,
): string | null => gone.find(({ id }) => id === columnId)?.name ?? columnName;

/** A thread, its column by the name that it has, or by its last one. */
export function showThread(record: Thread, names: ColumnNames): z.output<typeof thread> {
  const column = names.columns.find(({ id }) => id === record.columnId);
  return {
    ...showReply(record),
    dataSourceId: record.dataSourceId,
    column: column?.name ?? lastName(names, record),
    columnRemoved: record.columnId !== null && column === undefined,
    resolved: record.resolved,
    replies: record.replies.map(showReply),
    lastActivityAt: record.lastActivityAt,
    version: record.version,
  };
}
