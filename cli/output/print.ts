import { terminalWidth, type Terminal } from "../terminal.ts";
import type { OutputFormat } from "./formats.ts";
import { jsonText } from "./safe-text.ts";
import { fields, table, tsv, type Canvas, type Column } from "./table.ts";

/** Where a command prints, and in which form it was asked to. */
export interface Printer {
  readonly terminal: Pick<Terminal, "stdout" | "env">;
  readonly output: OutputFormat | undefined;
}

/** A table on a terminal, JSON for everybody else. */
export const formatOf = ({ terminal, output }: Printer): OutputFormat =>
  output ?? (terminal.stdout.isTTY ? "table" : "json");

function canvasOf({ terminal: { stdout, env } }: Printer): Canvas {
  const noColour = (env["NO_COLOR"] ?? "") !== "" || env["TERM"] === "dumb";
  return {
    width: stdout.isTTY ? terminalWidth(stdout) : Number.POSITIVE_INFINITY,
    colour: stdout.isTTY && !noColour,
  };
}

/** Several things of one kind. */
export function printList<Row>(
  printer: Printer,
  columns: readonly Column<Row>[],
  rows: readonly Row[],
): void {
  const { stdout } = printer.terminal;
  switch (formatOf(printer)) {
    case "json":
      stdout.write(`${jsonText(rows)}\n`);
      return;
    case "tsv":
      stdout.write(tsv(columns, rows));
      return;
    case "table":
      stdout.write(table(columns, rows, canvasOf(printer)));
  }
}

/** One thing: all of it as JSON, or what a person wants to know of it. */
export function printOne(
  printer: Printer,
  value: unknown,
  pairs: readonly (readonly [string, string])[],
): void {
  const { stdout } = printer.terminal;
  switch (formatOf(printer)) {
    case "json":
      stdout.write(`${jsonText(value)}\n`);
      return;
    case "tsv":
      stdout.write(tsv(pairColumns, pairs));
      return;
    case "table":
      stdout.write(fields(pairs, canvasOf(printer)));
  }
}

const pairColumns: readonly Column<readonly [string, string]>[] = [
  { title: "field", value: ([label]) => label },
  { title: "value", value: ([, value]) => value },
];
