import { jobRoutes } from "#contracts/http/groups/jobs.ts";
import { checked } from "../input/check.ts";
import { jobColumns, printJob } from "../output/job.ts";
import { printList } from "../output/print.ts";
import type { Session } from "../session.ts";
import { listed, type ListOptions } from "./listing.ts";
import { dataSourceId } from "./resolve.ts";

/** What a list of jobs can be narrowed by. */
export interface JobFilters {
  readonly type?: readonly string[];
  readonly state?: readonly string[];
  readonly dataSource?: readonly string[];
}

type Query = NonNullable<Parameters<Session["client"]["listJobs"]>[0]>["query"] & object;

/** The jobs that one may see. */
export async function listJobs(session: Session, options: ListOptions & JobFilters): Promise<void> {
  const { type, state, dataSource } = options;
  const about = dataSource && (await Promise.all(dataSource.map((name) => dataSourceId(session, name))));
  const query = checked(jobRoutes.listJobs.query, { type, state, dataSourceId: about }) as Query;
  printList(session, jobColumns, await listed(session.terminal, session.client.listJobs, query, options));
}

/** One job. */
export async function showJob(session: Session, jobId: string): Promise<void> {
  printJob(session, await session.client.getJob({ params: { jobId } }));
}

/** Retries, approves or cancels a job. */
export async function moveJob(
  session: Session,
  jobId: string,
  move: "retryJob" | "approveJob" | "cancelJob",
): Promise<void> {
  printJob(session, await session.client[move]({ params: { jobId } }));
}
