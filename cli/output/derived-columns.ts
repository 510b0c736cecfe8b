import type { Column } from "./table.ts";

type Row = Readonly<Record<string, unknown>>;

/** A value in a cell: text as it is, anything deeper as JSON. */
export function cell(value: unknown): string {
  if (value === null || value === undefined) return "";
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** Columns for rows that no command knows: every field that any of them has, in the order of their first appearance. */
export function derivedColumns(rows: readonly Row[]): readonly Column<Row>[] {
  const names = new Set(rows.flatMap((row) => Object.keys(row)));
  return [...names].map((name) => ({
    title: name,
    value: (row) => cell(row[name]),
    align: rows.every((row) => typeof row[name] === "number") ? "right" : "left",
  }));
}

/** Whether a value has fields. */
export const isRow = (value: unknown): value is Row =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The rows of a reply: the items of a list, or null where it is none. */
export function rowsOf(value: unknown): readonly Row[] | null {
  const list: unknown = isRow(value) && "items" in value ? value["items"] : value;
  if (!Array.isArray(list)) return null;
  return list.map((item: unknown) => (isRow(item) ? item : { value: item }));
}
