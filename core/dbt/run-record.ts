import type { RunOutcome } from "#contracts/resources/dbt.ts";

/** What became of a run of dbt Cloud; kept for 120 days. */
export interface RunRecord {
  readonly integrationId: string;
  readonly runId: string;
  /** The job that saw to it last; null where none was needed. */
  readonly jobId: string | null;
  /** Null while its job is at it. */
  readonly outcome: RunOutcome | null;
  /** Why, led by a code where it was ignored or failed; empty otherwise. */
  readonly reason: string;
  readonly created: number;
  readonly updated: number;
  readonly deleted: number;
  readonly at: string;
}

/** A webhook's delivery as it came in; kept for 30 days. */
export interface DeliveryRecord {
  readonly integrationId: string;
  readonly eventId: string;
  readonly eventType: string;
  readonly runId: string | null;
  readonly receivedAt: string;
  /** What came of it: `accepted`, or why nothing did. */
  readonly outcome:
    | "accepted"
    | "duplicate"
    | "not-a-completed-run"
    | "other-account"
    | "other-environment"
    | "no-run";
}
