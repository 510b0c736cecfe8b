import { setTimeout as pause } from "node:timers/promises";
import { Refusal } from "../failure.ts";
import { jobError, printJob, type Job } from "../output/job.ts";
import { progressDisplay } from "../output/progress.ts";
import type { Session } from "../session.ts";
import { say } from "../terminal.ts";

/** How long between two looks, in seconds. */
const defaultInterval = 1;

/** A network that fails for a moment ends no watch; one that keeps failing does. */
const failuresBorne = 5;

/** Whether a job has come to its end. */
export const isFinished = ({ state }: Job): boolean =>
  state === "succeeded" || state === "failed" || state === "cancelled";

/** Follows a job to its end, prints it, and fails if it did. */
export async function watchJob(session: Session, jobId: string, interval = defaultInterval): Promise<void> {
  const job = await followed(session, jobId, interval);
  printJob(session, job);
  demandSuccess(session, job);
}

/** Follows every job about a data source that has not ended yet. */
export async function endedJobsOf(session: Session, dataSourceId: string): Promise<readonly Job[]> {
  const { items } = await session.client.listJobs({ query: { dataSourceId } });
  const ended: Job[] = [];
  for (const { id } of items.toReversed()) ended.push(await followed(session, id));
  return ended;
}

/** Says that a job succeeded; one that did not is a refusal. */
export function demandSuccess({ terminal }: Session, job: Job): void {
  if (job.state !== "succeeded") throw new Refusal(`Job ${job.id} ${job.state}. ${jobError(job)}`.trim());
  say(terminal, `Job ${job.id} succeeded.`);
}

/**
 * What was made: at once, or by a job where the remote database needs longer than a request may wait. That is followed
 * to its end, and a refusal where it did not succeed.
 */
export async function whatCame<T extends { readonly id: string }>(
  session: Session,
  answer: T | Job,
  read: (id: string) => Promise<T>,
): Promise<T> {
  if (!("state" in answer)) return answer;
  say(session.terminal, `The remote database needs longer to answer; job ${answer.id} waits for it.`);
  const job = await followed(session, answer.id);
  demandSuccess(session, job);
  return await read(String(job.result?.["id"]));
}

/** Shows how far a job is until it ends, or comes to what is waited for, and gives it as it then is. */
export async function followed(
  session: Session,
  jobId: string,
  interval = defaultInterval,
  ends: (job: Job) => boolean = isFinished,
): Promise<Job> {
  const { terminal } = session;
  const display = progressDisplay(terminal.stderr);
  let told = false;
  try {
    for (;;) {
      const job = await lookedAt(session, jobId, interval);
      if (ends(job)) return job;
      display.show({ state: job.state, ...job.progress, what: `${job.type} of ${job.subject.name}` });
      if (job.state === "awaiting-approval" && !told) {
        display.end();
        say(terminal, `It waits for a person: reeve job approve ${jobId}`);
        told = true;
      }
      await waited(session, interval);
    }
  } finally {
    display.end();
  }
}

async function waited({ terminal: { signal } }: Session, seconds: number): Promise<void> {
  try {
    await pause(seconds * 1000, undefined, { signal });
  } catch {
    throw signal.reason;
  }
}

async function lookedAt(session: Session, jobId: string, interval: number): Promise<Job> {
  for (let failures = 0; ; failures += 1) {
    try {
      return await session.client.getJob({ params: { jobId } });
    } catch (error) {
      if (failures >= failuresBorne || !passes(error)) throw error;
      await waited(session, interval);
    }
  }
}

/** Whether the same look may succeed in a moment: no answer, too many requests, a service that is busy. */
function passes(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error.name === "ReeveUnreachable") return true;
  const status: unknown = Reflect.get(error, "status");
  return error.name === "ReeveProblem" && (status === 429 || (typeof status === "number" && status >= 500));
}
