import type { ReeveClient } from "#client/client.ts";
import { printList } from "../output/print.ts";
import type { Column } from "../output/table.ts";
import type { Session } from "../session.ts";
import { listed, type ListOptions } from "./listing.ts";
import { dataSourceId } from "./resolve.ts";

type StatisticsEntry = Awaited<ReturnType<ReeveClient["listStatisticsHistory"]>>["items"][number];

const columns: readonly Column<StatisticsEntry>[] = [
  { title: "counted", value: ({ at }) => at },
  { title: "rows", value: ({ rowCount }) => String(rowCount.value), align: "right", whole: true },
  {
    title: "high cardinality column",
    value: ({ highCardinalityColumn }) => highCardinalityColumn?.name ?? "",
  },
  {
    title: "distinct",
    value: ({ highCardinalityColumn: column }) =>
      column === null ? "" : `${column.exact ? "" : "~"}${column.distinct}`,
    align: "right",
  },
];

/** Lists what was counted of a data source, newest first; an estimate is marked with `~`. */
export async function history(session: Session, name: string, options: ListOptions): Promise<void> {
  const params = { dataSourceId: await dataSourceId(session, name) };
  const list = ({ query }: { readonly query: { readonly limit: number } }) =>
    session.client.listStatisticsHistory({ params, query });
  printList(session, columns, await listed(session.terminal, list, {}, options));
}
