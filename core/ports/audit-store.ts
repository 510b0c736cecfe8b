import type { AuditRecord } from "#core/audit/audit-record.ts";

/** Which audit records: by what they are about, by who did it, or by when alone. Times are whole days in UTC for what is found by time. */
export interface AuditQuery {
  readonly resource: { readonly type: string; readonly id: string } | null;
  readonly actor: string | null;
  /** RFC 3339; the earliest and the latest, both included. */
  readonly from: string;
  readonly to: string;
  readonly actions: readonly string[] | null;
  readonly outcomes: readonly AuditRecord["outcome"][] | null;
}

/** The last record of a page: where reading goes on behind it. */
export interface AuditPosition {
  /** The month or the day that it lies in; empty where a resource has one partition. */
  readonly span: string;
  readonly id: string;
}

/** The trail of what was done, newest first. */
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
}
