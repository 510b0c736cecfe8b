import type { CheckName, HealthStatus } from "#contracts/resources/data-source.ts";
import { checkNames } from "#contracts/resources/data-source.ts";
import { lastEnd, type Check, type DataSourceHealth } from "#core/health/health.ts";

/** The checks whose failure makes a data source unhealthy; the others are shown and never move it. */
const decisive: readonly CheckName[] = [
  "connectivity",
  "row-count",
  "high-cardinality",
  "policy-enforcement",
];

/** Failed, or running again after a failure that nothing has disproved yet. */
const isFailing = ({ state, failure }: Check): boolean => state === "failed" || failure !== undefined;

/**
 * Unhealthy exactly when a decisive check failed; what has not been measured is not held against it. Unknown where no
 * check was ever run: that is so of what has no connection alone, because through one a creation query has passed.
 */
export function assessHealth({ checks }: Pick<DataSourceHealth, "checks">): HealthStatus {
  if (decisive.some((name) => isFailing(checks[name]))) return "unhealthy";
  return checkNames.every((name) => neverRan(checks[name])) ? "unknown" : "healthy";
}

const neverRan = ({ state, startedAt, ...check }: Check): boolean =>
  state === "unknown" && startedAt === null && lastEnd(check) === null;

/** Masks that need a fingerprint whose domains the remote keeps. */
const fingerprintMasks = ["format-preserving-masking", "k-anonymization", "randomized-response"] as const;

/**
 * The masks that cannot be used on a data source. A fingerprint of counts is not enough for any of the
 * three: their domains are raw data, which only the remote itself may hold.
 */
export const unavailableMasks = ({ domainsAt }: Pick<DataSourceHealth, "domainsAt">): readonly string[] =>
  domainsAt === null ? fingerprintMasks : [];

/** A check that has not run. */
export const unknownCheck: Check = { state: "unknown", detail: "", startedAt: null, finishedAt: null };

const pending: Check = { ...unknownCheck, state: "pending" };

/**
 * The health of a data source whose creation query has just passed. The statistics wait for their job,
 * or are skipped where the prevent-statistics tag forbids them.
 */
export function initialHealth(
  dataSourceId: string,
  statisticsPrevented: boolean,
  at: Date,
): DataSourceHealth {
  const now = at.toISOString();
  const statistics: Check = statisticsPrevented
    ? { state: "skipped", detail: "statistics-prevented", startedAt: null, finishedAt: now }
    : pending;
  return {
    dataSourceId,
    checks: {
      connectivity: { state: "passed", detail: "", startedAt: now, finishedAt: now },
      "row-count": statistics,
      "high-cardinality": statistics,
      fingerprint: statistics,
      "schema-detection": unknownCheck,
      "column-detection": unknownCheck,
      "policy-enforcement": unknownCheck,
    },
    rowCount: null,
    highCardinalityColumn: null,
    fingerprintAt: null,
    fingerprint: [],
    domainsAt: null,
    domainsMayRemain: false,
    changeSign: null,
    relationIdentity: null,
    version: 1,
  };
}

/** The health of a data source without a connection: nobody can look at it. */
export function unknownHealth(dataSourceId: string, at: Date): DataSourceHealth {
  return { ...initialHealth(dataSourceId, true, at), checks: unknownChecks };
}

const unknownChecks: DataSourceHealth["checks"] = {
  connectivity: unknownCheck,
  "row-count": unknownCheck,
  "high-cardinality": unknownCheck,
  fingerprint: unknownCheck,
  "schema-detection": unknownCheck,
  "column-detection": unknownCheck,
  "policy-enforcement": unknownCheck,
};

/** The checks in their fixed order, as callers see them. */
export const listChecks = ({ checks }: Pick<DataSourceHealth, "checks">) =>
  checkNames.map((check) => {
    const { state, detail, startedAt, finishedAt } = checks[check];
    return { check, state, detail, startedAt, finishedAt };
  });
