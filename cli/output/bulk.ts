import type { ReeveClient } from "#client/client.ts";
import type { Job } from "./job.ts";
import type { Column } from "./table.ts";

type Line = Awaited<ReturnType<ReeveClient["getJobReport"]>>["items"][number];

/** How many tables came to one end. */
interface Outcome {
  readonly outcome: string;
  readonly tables: number;
}

const numberOf = (value: unknown): number => (typeof value === "number" ? value : 0);

/** What a bulk registration came to: what it made, then each reason for which it left something out, most first. */
export function summaryOf({ result }: Job): readonly Outcome[] {
  const skipped: unknown = result?.["skipped"];
  const reasons = Object.entries(typeof skipped === "object" && skipped !== null ? skipped : {})
    .map(([reason, count]): Outcome => ({ outcome: `skipped: ${reason}`, tables: numberOf(count) }))
    .toSorted((a, b) => b.tables - a.tables);
  return [{ outcome: "created", tables: numberOf(result?.["created"]) }, ...reasons];
}

/** Columns of the summary. */
export const summaryColumns: readonly Column<Outcome>[] = [
  { title: "outcome", value: ({ outcome }) => outcome },
  { title: "tables", value: ({ tables }) => String(tables), align: "right" },
];

/** A line of a job's report. */
export const reportColumns: readonly Column<Line>[] = [
  { title: "kind", value: ({ kind }) => kind },
  { title: "schema", value: ({ schema }) => schema },
  { title: "table", value: ({ table }) => table ?? "" },
  { title: "name", value: ({ name }) => name ?? "" },
  { title: "reason", value: ({ reason }) => reason ?? "" },
  { title: "detail", value: ({ detail }) => detail },
  { title: "data source", value: ({ dataSourceId }) => dataSourceId ?? "", whole: true },
];
