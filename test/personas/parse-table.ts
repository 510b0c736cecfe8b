import type { ProblemCode } from "#contracts/problems.ts";
import type { RouteId } from "#contracts/http/routes.ts";
import { columnNames, type Column } from "./personas.ts";

/** One row: what one request to one kind of thing is answered, to each persona. */
export interface Row {
  /** The route, and what is asked of it where that makes a difference. */
  readonly label: string;
  readonly route: RouteId;
  readonly about: string;
  /** `ok` is the route's own success; everything else is a status. */
  readonly cells: Readonly<Record<Column, string>>;
  /** The codes that a refusal may have which is none of 401, 403 and 404. */
  readonly codes: readonly ProblemCode[];
}

const header = ["route", "what it is about", ...columnNames].join(" ");

/** Route and thing are set apart by two spaces: things have names of several words. */
function rowOf(line: string): Row {
  const [label = "", about = "", ...rest] = line.split(/ {2,}/);
  const words = rest.join(" ").split(" ");
  const cells = words.slice(0, columnNames.length);
  if (cells.length !== columnNames.length || !cells.every((cell) => /^(ok|[45]\d\d)$/.test(cell))) {
    throw new Error(`this row has not one status for each column: ${line}`);
  }
  return {
    label,
    route: (label.split("/")[0] ?? "") as RouteId,
    about,
    cells: Object.fromEntries(columnNames.map((column, index) => [column, cells[index]])) as Row["cells"],
    codes: words.slice(columnNames.length) as ProblemCode[],
  };
}

/** The rows of a table as it is written; its first line names the columns. */
export function parseTable(text: string): readonly Row[] {
  const [first = "", ...lines] = text.split("\n").filter((line) => line.trim() !== "");
  if (first.split(/ +/).join(" ") !== header) throw new Error(`a table begins with: ${header}`);
  return lines.map(rowOf);
}
