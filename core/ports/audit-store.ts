import type { AuditRecord } from "#core/audit/audit-record.ts";
import type { AuditExport } from "#core/audit/export/audit-export.ts";

/** Which audit records: by what they are about, by who did it, or by when alone. Times are whole days in UTC for what is found by time. */
export interface AuditQuery {
  readonly resource: { readonly type: string; readonly id: string } | null;
  readonly actor: string | null;
  /** RFC 3339; the earliest and the latest, both included. */
  readonly from: string;
  readonly to: string;
  readonly actions: readonly string[] | null;
  readonly outcomes: readonly AuditRecord["outcome"][] | null;
  readonly requestId: string | null;
  readonly address: string | null;
}

/** The last record of a page: where reading goes on behind it. */
export interface AuditPosition {
  /** The month or the day that it lies in; empty where a resource has one partition. */
  readonly span: string;
  readonly id: string;
}

/** A record with the time in its id: when it was made, right before its commit. */
export interface MadeRecord {
  readonly record: AuditRecord;
  /** RFC 3339, to the millisecond. */
  readonly madeAt: string;
}

/** The trail of what was done, newest first, and what was exported of it. */
export interface AuditStore {
  /**
   * Reads on behind a position: `limit` records or fewer, and where it goes on; null at the end. By actor and by time it
   * goes by an index, which may lag behind by seconds; by resource it is strongly consistent.
   */
  auditTrail(
    query: AuditQuery,
    after: AuditPosition | null,
    limit: number,
  ): Promise<{ readonly items: readonly AuditRecord[]; readonly next: AuditPosition | null }>;
  /**
   * Records that were made from `from` on and before `to`, oldest first, in the order of their ids: some behind the id
   * `after`, about `limit`, and the id behind which it goes on; null at the end. It reads these alone, by an index, which
   * may lag behind by seconds.
   */
  auditMade(
    span: { readonly from: string; readonly to: string },
    after: string | null,
    limit: number,
  ): Promise<{ readonly items: readonly MadeRecord[]; readonly next: string | null }>;
  /** Which of these days (`2026-01-31`, in UTC) have any record. By an index, which may lag behind by seconds. */
  auditedDays(days: readonly string[]): Promise<ReadonlySet<string>>;
  /** What was exported, newest first, from before a number on; strongly consistent. */
  auditExports(before: number | null, limit: number): Promise<readonly AuditExport[]>;
}
