import type { ReeveClient } from "#client/client.ts";
import { printOne, type Printer } from "./print.ts";
import type { Column } from "./table.ts";

export type DataSource = Awaited<ReturnType<ReeveClient["getDataSource"]>>;
export type Summary = Awaited<ReturnType<ReeveClient["listDataSources"]>>["items"][number];
export type DictionaryColumn = Awaited<ReturnType<ReeveClient["getDictionary"]>>["items"][number];

/** A figure that was counted stands as it is; one that was estimated says so. */
const figure = (found: { readonly value: number; readonly exact: boolean } | null): string =>
  found === null ? "" : `${found.exact ? "" : "~"}${found.value.toLocaleString("en-US")}`;

const tagNames = (tags: readonly { readonly name: string }[]): string =>
  tags.map(({ name }) => name).join(", ");

/** A line of the list. */
export const summaryColumns: readonly Column<Summary>[] = [
  { title: "id", value: ({ id }) => id, whole: true },
  { title: "name", value: ({ name }) => name },
  { title: "table", value: ({ remote }) => `${remote.schema}.${remote.table}` },
  { title: "health", value: ({ health }) => health.status },
  { title: "rows", value: ({ statistics }) => figure(statistics.rowCount), align: "right" },
  { title: "columns", value: ({ columnCount }) => String(columnCount), align: "right" },
  { title: "tags", value: ({ tags }) => tagNames(tags) },
];

/** A line of the dictionary. */
export const dictionaryColumns: readonly Column<DictionaryColumn>[] = [
  { title: "#", value: ({ ordinal }) => String(ordinal), align: "right" },
  { title: "name", value: ({ name }) => name },
  { title: "type", value: ({ dataType }) => dataType },
  { title: "remote type", value: ({ remoteType }) => remoteType },
  { title: "null", value: ({ nullable }) => (nullable ? "yes" : "no") },
  { title: "tags", value: ({ tags }) => tagNames(tags) },
  { title: "description", value: ({ description }) => description },
];

function highCardinality({ statistics: { highCardinalityColumn: column } }: DataSource): string {
  if (column === null) return "";
  return `${column.name} (${figure({ value: column.distinct, exact: column.exact })} distinct)`;
}

/** One data source, its checks among what is said of it. */
export function printDataSource(printer: Printer, source: DataSource): void {
  printOne(printer, source, [
    ["id", source.id],
    ["name", source.name],
    [
      "table",
      `${source.remote.database} ${source.remote.schema}.${source.remote.table} (${source.remote.kind})`,
    ],
    ["connection", source.connectionId ?? ""],
    ["description", source.description],
    ["tags", tagNames(source.tags)],
    ["status", source.status],
    ["health", source.health.status],
    ...source.health.checks
      .filter(({ state }) => state !== "unknown")
      .map(
        ({ check, state, detail }) => [`  ${check}`, detail === "" ? state : `${state}: ${detail}`] as const,
      ),
    ["rows", figure(source.statistics.rowCount)],
    ["high cardinality", highCardinality(source)],
    ["columns", String(source.columnCount)],
    ["my role", source.myRole ?? ""],
    ["created", `${source.createdAt} by ${source.createdBy}`],
    ["version", String(source.version)],
  ]);
}
