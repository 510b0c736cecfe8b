import type { ReeveClient } from "#client/client.ts";
import { formatOf, printOne, type Printer } from "./print.ts";
import { severalLines } from "./safe-text.ts";
import type { Column } from "./table.ts";

export type SavedQuery = Awaited<ReturnType<ReeveClient["getQuery"]>>;

/** A line of the list. */
export const queryColumns: readonly Column<SavedQuery>[] = [
  { title: "id", value: ({ id }) => id, whole: true },
  { title: "name", value: ({ name }) => name },
  { title: "description", value: ({ description }) => description },
  { title: "updated", value: ({ updatedAt }) => updatedAt },
];

/** A query: its SQL alone for people, who want to copy it; all of it for programs. */
export function printQuery(printer: Printer, query: SavedQuery): void {
  if (formatOf(printer) === "table") {
    printer.terminal.stdout.write(`${severalLines(query.sql)}\n`);
    return;
  }
  printOne(printer, query, [
    ["id", query.id],
    ["name", query.name],
    ["description", query.description],
    ["sql", query.sql],
    ["created", `${query.createdAt} by ${query.createdBy}`],
    ["updated", query.updatedAt],
    ["version", String(query.version)],
  ]);
}
