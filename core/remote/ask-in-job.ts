import type { RemoteFailure } from "#contracts/resources/remote.ts";
import { checksTimeMs, remoteBudget } from "#core/remote/remote-budget.ts";
import { maxAttempts } from "#core/jobs/run-job.ts";
import type { Work } from "#core/jobs/work.ts";
import type { Clock } from "#core/ports/clock.ts";
import {
  RemoteError,
  type RemoteSession,
  type RemoteSessions,
  type RemoteTarget,
} from "#core/ports/remote.ts";
import { remoteProblem } from "#core/remote/remote-problem.ts";

/** What it takes to ask a remote database for as long as a worker may. */
export interface AskingDeps {
  readonly sessions: RemoteSessions;
  readonly clock: Clock;
  /** How long the remote engine may work on one statement. */
  readonly statementTimeoutMs: number;
}

/** A server that wakes up may refuse for a moment. */
const passing: readonly RemoteFailure[] = ["connection-lost", "too-many-connections", "unreachable"];

/**
 * Asks a remote database within the time of a worker. What it refuses becomes the problem that a request would be
 * told, but what may pass is left to the job's next attempt, as long as there is one.
 */
export async function askInJob<T>(
  { sessions, clock, ...limits }: AskingDeps,
  { job, signal }: Work,
  target: RemoteTarget,
  question: (session: RemoteSession) => Promise<T>,
): Promise<T> {
  const until = clock.now().getTime() + checksTimeMs;
  const budget = remoteBudget(limits, signal, () => until - clock.now().getTime());
  try {
    return await sessions.withSession(target, budget, question);
  } catch (error) {
    const mayPass = error instanceof RemoteError && passing.includes(error.reason);
    // Cancelled or in other hands: who runs the job knows what that means.
    if (signal.aborted || (mayPass && job.attempts < maxAttempts)) throw error;
    throw remoteProblem(error);
  }
}
