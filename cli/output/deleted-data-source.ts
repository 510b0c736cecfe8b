import type { ReeveClient } from "#client/client.ts";
import type { Column } from "./table.ts";

type Deleted = Awaited<ReturnType<ReeveClient["listDeletedDataSources"]>>["items"][number];

/** A line of the list of what can be restored. */
export const deletedColumns: readonly Column<Deleted>[] = [
  { title: "id", value: ({ id }) => id, whole: true },
  { title: "name", value: ({ name }) => name },
  { title: "table", value: ({ remote }) => `${remote.schema}.${remote.table}` },
  { title: "deleted", value: ({ deletedAt }) => deletedAt },
  { title: "by", value: ({ deletedBy }) => deletedBy },
  { title: "until", value: ({ restorableUntil }) => restorableUntil },
];
