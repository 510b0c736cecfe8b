import { styleText } from "node:util";
import { oneLine, tsvField } from "./safe-text.ts";
import { padded, textWidth, truncated } from "./text-width.ts";

/** A column of a table. */
export interface Column<Row> {
  readonly title: string;
  readonly value: (row: Row) => string;
  readonly align?: "left" | "right";
  /** Never cut off: an id is of no use without its end. */
  readonly whole?: true;
}

/** Where a table is drawn. */
export interface Canvas {
  /** Cells in a line; infinite where nothing should be cut off. */
  readonly width: number;
  readonly colour: boolean;
}

const gap = 2;
const narrowest = 6;

/** What a column would like to have, and whether it may have less. */
interface Wish {
  readonly width: number;
  readonly whole: boolean;
}

/** Widths that fit: the widest columns give way first, and none becomes narrower than a few cells. */
export function fittedWidths(wishes: readonly Wish[], available: number): readonly number[] {
  const widths = wishes.map(({ width }) => width);
  let excess = widths.reduce((sum, width) => sum + width, gap * (widths.length - 1)) - available;
  while (excess > 0) {
    const yielding = wishes.flatMap(({ whole }, index) => (whole ? [] : [index]));
    const widest = Math.max(...yielding.map((index) => widths[index] ?? 0));
    if (widest <= narrowest) break;
    const index = yielding.findLast((one) => widths[one] === widest) ?? 0;
    widths[index] = widest - 1;
    excess -= 1;
  }
  return widths;
}

/** Rows under titles, one line each, within the canvas. */
export function table<Row>(columns: readonly Column<Row>[], rows: readonly Row[], canvas: Canvas): string {
  const cells = rows.map((row) => columns.map(({ value }) => oneLine(value(row))));
  const titles = columns.map(({ title }) => title.toUpperCase());
  const wishes = columns.map(({ title, whole = false }, index) => ({
    width: cells.reduce((most, line) => Math.max(most, textWidth(line[index] ?? "")), textWidth(title)),
    whole,
  }));
  const widths = fittedWidths(wishes, canvas.width);
  const line = (texts: readonly string[]): string =>
    texts
      .map((text, index) => {
        const width = widths[index] ?? 0;
        return padded(truncated(text, width), width, columns[index]?.align);
      })
      .join(" ".repeat(gap))
      .trimEnd();
  const head = line(titles);
  return [canvas.colour ? styleText("bold", head, { validateStream: false }) : head, ...cells.map(line)]
    .map((one) => `${one}\n`)
    .join("");
}

/** The same as tab-separated values, titles first. */
export function tsv<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): string {
  const lines = [
    columns.map(({ title }) => title),
    ...rows.map((row) => columns.map(({ value }) => value(row))),
  ];
  return lines.map((line) => `${line.map(tsvField).join("\t")}\n`).join("");
}

/** One thing: what it is called, and what it says. Nothing is cut off. */
export function fields(pairs: readonly (readonly [label: string, value: string])[], canvas: Canvas): string {
  const width = Math.max(0, ...pairs.map(([label]) => textWidth(label)));
  return pairs
    .map(([label, value]) => {
      const name = padded(label, width);
      return `${canvas.colour ? styleText("bold", name, { validateStream: false }) : name}  ${oneLine(value)}`;
    })
    .map((line) => `${line.trimEnd()}\n`)
    .join("");
}
