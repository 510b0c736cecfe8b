import type { ReeveClient } from "#client/client.ts";
import type { DataSource } from "./data-source.ts";
import { formatOf, printOne, type Printer } from "./print.ts";
import { severalLines } from "./safe-text.ts";
import type { Column } from "./table.ts";

export type DocumentationVersion = Awaited<
  ReturnType<ReeveClient["listDocumentationVersions"]>
>["items"][number];

const firstLine = (text: string): string => text.trimStart().split("\n", 1)[0] ?? "";

/** A line of the list of versions. */
export const versionColumns: readonly Column<DocumentationVersion>[] = [
  { title: "version", value: ({ version }) => String(version), align: "right", whole: true },
  { title: "written", value: ({ createdAt }) => createdAt },
  { title: "by", value: ({ createdBy }) => createdBy },
  { title: "length", value: ({ documentation }) => String(documentation.length), align: "right" },
  { title: "begins", value: ({ documentation }) => firstLine(documentation) },
];

/** The documentation as it was written, for people; with whose it is, for programs. */
export function printDocumentation(printer: Printer, { id, name, documentation, version }: DataSource): void {
  if (formatOf(printer) === "table") {
    printer.terminal.stdout.write(documentation === "" ? "" : `${severalLines(documentation)}\n`);
    return;
  }
  printOne(printer, { id, name, documentation, version }, [
    ["id", id],
    ["name", name],
    ["documentation", documentation],
    ["version", String(version)],
  ]);
}
