import type { ReportKind, SkipReason } from "#contracts/resources/job-report.ts";

/** One line of what a job reports. */
export interface ReportEntry {
  readonly schema: string;
  /** Null where the line is about a whole schema. */
  readonly table: string | null;
  /** The data source that was made, with the name it got; null where none was. */
  readonly made: { readonly id: string; readonly name: string } | null;
  readonly reason: SkipReason | null;
  readonly detail: string;
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
