import type * as z from "zod";
import type { factChange, ReportKind, SkipReason } from "#contracts/resources/job-report.ts";

type Shown = z.infer<typeof factChange>;

/** One fact of dbt's that changed. */
export interface FactChange extends Readonly<Pick<Shown, "field" | "column">> {
  readonly added: readonly string[];
  readonly removed: readonly string[];
}

/** One line of what a job reports. */
export interface ReportEntry {
  readonly schema: string;
  /** Null where the line is about a whole schema. */
  readonly table: string | null;
  /** The data source that it is about, with its name; without an id one that would be made; null where there is none. */
  readonly made: { readonly id: string | null; readonly name: string } | null;
  readonly reason: SkipReason | null;
  readonly detail: string;
  /** The dbt node that it is about, in reports of dbt syncs. */
  readonly uniqueId?: string | undefined;
  readonly changes?: readonly FactChange[] | undefined;
}

/** A part of a job's report, written with the change that it tells of. Small: at most some hundred lines. */
export interface ReportPart {
  readonly jobId: string;
  readonly kind: ReportKind;
  /** Parts of a kind are numbered in the order in which they came about. */
  readonly number: number;
  readonly writtenAt: string;
  readonly entries: readonly ReportEntry[];
}

/** Where a reader of reports is: behind a line of a part. */
export interface ReportPosition {
  readonly kind: ReportKind;
  readonly number: number;
  readonly line: number;
}
