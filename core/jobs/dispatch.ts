import { slotsPerConnection } from "#contracts/limits.ts";
import { isIntegrationLine, isProviderLine, type Job } from "#core/jobs/job.ts";
import type { Clock } from "#core/ports/clock.ts";
import type { JobMessages } from "#core/ports/job-messages.ts";
import type { Log } from "#core/ports/log.ts";
import type { ConnectionStore, JobStore } from "#core/ports/store.ts";

/** What it takes to get waiting jobs to the workers. */
export interface DispatchDeps {
  readonly store: Pick<JobStore, "admit"> & Pick<ConnectionStore, "connections">;
  readonly messages: JobMessages;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Gives the free slots of a line, as many as its connection lets be used at a time, to the jobs that wait longest and sends word
 * of each. It never fails: the jobs are in the table, and the sweep repairs what was left undone here.
 */
export async function dispatchLine(
  { store, messages, clock, log }: DispatchDeps,
  line: string,
): Promise<void> {
  try {
    const admitted = await store.admit(line, await slotsOf(store, line), clock.now());
    await Promise.all(admitted.map(({ id, correlationId }) => messages.send({ jobId: id, correlationId })));
  } catch (error) {
    log.warn("dispatch left to the sweep", { line, error });
  }
}

/** A connection may say how many jobs use it at a time; of an integration or an identity provider, one goes after the other. */
async function slotsOf(store: DispatchDeps["store"], line: string): Promise<number> {
  if (isIntegrationLine(line) || isProviderLine(line)) return 1;
  return (await store.connections([line])).get(line)?.concurrentJobs ?? slotsPerConnection;
}

/** Gets a job that was just committed on its way; null where there is none. */
export async function dispatch(deps: DispatchDeps, job: Job | null): Promise<void> {
  if (job !== null) await dispatchLine(deps, job.line);
}
