import type { ProblemCode } from "#contracts/problems.ts";
import { DomainError } from "#core/errors/domain-error.ts";
import type { Outcome, Stopped } from "#core/jobs/work.ts";

/** These say nothing of what was asked for: another attempt may come through. */
const passing: readonly ProblemCode[] = [
  "contention",
  "internal-error",
  "job-state",
  "unavailable",
  "version-mismatch",
];

/** How a job ends whose work was refused for good; null where another attempt may come through. */
export const stoppedBy = (error: unknown): Stopped | null =>
  error instanceof DomainError && !passing.includes(error.code) ? { stopped: error } : null;

/** Works until it is refused for good, which ends the job with that very problem. */
export async function untilRefused(work: () => Promise<Outcome>): Promise<Outcome | Stopped> {
  try {
    return await work();
  } catch (error) {
    const stopped = stoppedBy(error);
    if (stopped === null) throw error;
    return stopped;
  }
}
