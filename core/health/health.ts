import type { CheckName, CheckState } from "#contracts/resources/data-source.ts";

/** One check's own state. */
export interface Check {
  readonly state: CheckState;
  /** Why it failed or was skipped, led by a code; empty otherwise. */
  readonly detail: string;
  readonly startedAt: string | null;
  readonly finishedAt: string | null;
  /** While it runs again after a failure: the reason, which holds until it passes. */
  readonly failure?: string;
  /** While it runs again: when it last finished, so that what was found before that is known to be older. */
  readonly lastFinishedAt?: string;
}

/** When a check last came to an end, whether or not it runs again by now; null where it never did. */
export const lastEnd = ({
  finishedAt,
  lastFinishedAt,
}: Pick<Check, "finishedAt" | "lastFinishedAt">): string | null => finishedAt ?? lastFinishedAt ?? null;

/** A figure with its honesty: whether it covers every row, and when it was taken. */
export interface RowCount {
  readonly value: number;
  readonly exact: boolean;
  readonly at: string;
}

export interface HighCardinalityColumn {
  readonly name: string;
  readonly distinct: number;
  readonly exact: boolean;
  readonly at: string;
}

/** Counts per column that masks based on a fingerprint need; raw values are never part of it. */
export interface FingerprintColumn {
  readonly column: string;
  readonly distinct: number;
  readonly nulls: number;
  readonly exact: boolean;
}

/**
 * What is known of a data source's health: an item of its own, so that a background check never makes a
 * person's `If-Match` fail.
 */
export interface DataSourceHealth {
  readonly dataSourceId: string;
  readonly checks: Readonly<Record<CheckName, Check>>;
  readonly rowCount: RowCount | null;
  readonly highCardinalityColumn: HighCardinalityColumn | null;
  readonly fingerprintAt: string | null;
  readonly fingerprint: readonly FingerprintColumn[];
  /** When the fingerprint's domains were put into Reeve's key schema inside the remote; null while none are kept. */
  readonly domainsAt: string | null;
  /**
   * Whether rows of domains may lie in the remote, be they of an earlier fingerprint that does not count any more: a
   * deletion has to remove them. Only a removal that succeeded takes it back.
   */
  readonly domainsMayRemain: boolean;
  /** What the engine said of changes just before the rows were counted: while it says the same, nothing has changed. */
  readonly changeSign: string | null;
  /**
   * Which remote object the dictionary was last found to describe, or null where that is not known. It is here and
   * not with the dictionary: a table that is rebuilt each night with the same columns changes nothing else.
   */
  readonly relationIdentity: string | null;
  readonly version: number;
}
