import { idPrefixes } from "#contracts/ids.ts";
import { systemActor } from "#core/audit/record.ts";
import type { Connection } from "#core/connections/connection.ts";
import { DomainError } from "#core/errors/domain-error.ts";
import { automaticChecks } from "#core/health/health-job.ts";
import { dispatchLine, type DispatchDeps } from "#core/jobs/dispatch.ts";
import { isFinished, type Job } from "#core/jobs/job.ts";
import { newJob } from "#core/jobs/new-job.ts";
import type { Committer, ConnectionStore, JobStore } from "#core/ports/store.ts";

/** What it takes to begin the night's work. */
export interface NightlyDeps extends DispatchDeps {
  readonly store: Committer & ConnectionStore & JobStore;
}

/** What it began. */
export interface NightlyReport {
  readonly connections: number;
  readonly started: number;
  readonly failed: number;
}

const connectionsAtOnce = 50;

const dayMs = 24 * 60 * 60_000;

/** So far back a night that is still unfinished keeps the next from its turn: a job does not last longer. */
const nightsBefore = [1, 2, 3];

/**
 * Begins one refresh of each connection's data sources for this night, which is a day in UTC. Run again in the same
 * night it begins nothing: the job's id follows from night and connection. One connection that fails keeps no
 * other from its turn, and is made up for by the next run. Where an earlier night's is not finished yet, another
 * would only stand behind it in line and do the same again: there is none.
 */
export async function startNightly(deps: NightlyDeps): Promise<NightlyReport> {
  const counts = { connections: 0, started: 0, failed: 0 };
  let after: string | null = null;
  do {
    const page = await deps.store.listConnections(after, connectionsAtOnce);
    for (const connection of page.items) {
      counts.connections += 1;
      try {
        if (await startOne(deps, connection)) counts.started += 1;
      } catch (error) {
        counts.failed += 1;
        deps.log.error("a nightly refresh could not be begun", { connectionId: connection.id, error });
      }
    }
    after = page.next;
  } while (after !== null);
  return counts;
}

async function startOne(deps: NightlyDeps, connection: Connection): Promise<boolean> {
  const { store, clock } = deps;
  if (connection.closing) return false;
  const job = nightlyJob(connection, clock.now());
  if ((await store.job(job.id)) !== null) return false;
  if (!(await store.connectionInUse(connection.id))) return false;
  if (await isBehind(store, connection, clock.now())) return false;
  const begun = new DomainError("job-state");
  try {
    await store.commit([{ write: "enqueue", job, otherwise: begun }]);
  } catch (error) {
    if (error === begun) return false;
    throw error;
  }
  await dispatchLine(deps, job.line);
  return true;
}

/** Whether the refresh of an earlier night has not come to its end. */
async function isBehind(store: Pick<JobStore, "job">, { id }: Connection, at: Date): Promise<boolean> {
  const night = Date.parse(windowOf(at));
  const jobs = await Promise.all(
    nightsBefore.map((nights) => store.job(nightlyJobId(id, night - nights * dayMs))),
  );
  return jobs.some((job) => job !== null && !isFinished(job.state));
}

/** The night as a day in UTC. */
const windowOf = (at: Date): string => at.toISOString().slice(0, 10);

/** The night's one job of a connection; which data sources it is about it reads as it goes. */
function nightlyJob({ id, name }: Connection, at: Date): Job {
  const window = windowOf(at);
  const jobId = nightlyJobId(id, Date.parse(window));
  return newJob(
    { next: () => jobId },
    { by: systemActor, at, correlationId: jobId },
    {
      type: "health-refresh",
      line: id,
      subject: { type: "connection", id, name },
      input: { window, checks: ["connectivity", ...automaticChecks] },
      total: 0,
    },
  );
}

const crockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const timeLength = 10;
const randomLength = 16;

/** The time of a ULID (https://github.com/ulid/spec): 48 bits in ten letters. */
function timeOfUlid(ms: number): string {
  let [rest, text] = [ms, ""];
  for (let place = 0; place < timeLength; place += 1) {
    text = crockford.charAt(rest % 32) + text;
    rest = Math.floor(rest / 32);
  }
  return text;
}

/**
 * An id like any other job's: the night's beginning, and what is random in the connection's own id. So it stands among
 * the jobs of its time, and the same night and connection always come to the same id.
 */
export const nightlyJobId = (connectionId: string, nightMs: number): string =>
  `${idPrefixes.job}_${timeOfUlid(nightMs)}${connectionId.slice(-randomLength)}`;
