import type { RefreshCounts } from "#core/health/job-input.ts";
import type { Measured } from "#core/health/measure.ts";

/** What a refresh tells at its beginning. */
export const noneYet = (total: number): RefreshCounts => ({
  total,
  measured: 0,
  skipped: 0,
  unchanged: 0,
  leftAlone: 0,
  unhealthy: 0,
  checks: { passed: 0, failed: 0, skipped: 0 },
});

/** The counts with one more that was measured. */
export function counted(before: RefreshCounts, { checks }: Measured, unhealthy: boolean): RefreshCounts {
  const states = Object.values(checks).map(({ state }) => state);
  const of = (state: "passed" | "failed" | "skipped"): number =>
    before.checks[state] + states.filter((each) => each === state).length;
  return {
    ...before,
    measured: before.measured + 1,
    unhealthy: before.unhealthy + (unhealthy ? 1 : 0),
    checks: { passed: of("passed"), failed: of("failed"), skipped: of("skipped") },
  };
}
