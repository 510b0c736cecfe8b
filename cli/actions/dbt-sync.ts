import { dbtRoutes } from "#contracts/http/groups/dbt.ts";
import { Refusal } from "../failure.ts";
import { checked } from "../input/check.ts";
import { reportColumns } from "../output/bulk.ts";
import { printJob, type Job } from "../output/job.ts";
import { formatOf, printList, printOne } from "../output/print.ts";
import type { Session } from "../session.ts";
import { say } from "../terminal.ts";
import { integrationParams } from "./dbt.ts";
import { listed } from "./listing.ts";
import { demandSuccess, followed, isFinished } from "./watch.ts";

/** The options of `dbt sync`. */
export interface SyncOptions {
  readonly run?: string;
  readonly dryRun?: true;
  readonly wait: boolean;
}

/**
 * Brings the catalog in step with a run, and prints the report. A sync that waits for a person is a refusal: nothing
 * of it is applied.
 */
export async function syncIntegration(
  session: Session,
  name: string | undefined,
  { run, dryRun, wait }: SyncOptions,
): Promise<void> {
  const body = checked(dbtRoutes.syncIntegration.body, { runId: run, dryRun }) as { readonly runId?: string };
  const params = await integrationParams(session, name);
  const job = await session.client.syncIntegration({ params, body });
  if (!wait) {
    printJob(session, job);
    return;
  }
  const ended = await followed(
    session,
    job.id,
    1,
    (one) => isFinished(one) || one.state === "awaiting-approval",
  );
  await printReport(session, ended);
  if (ended.state === "awaiting-approval") {
    throw new Refusal(
      `It would delete much, so nothing is applied until a person approves: reeve job approve ${ended.id}`,
    );
  }
  demandSuccess(session, ended);
}

const counted = ["created", "updated", "deleted", "restored"] as const;

/** What the job has come to: all of it as JSON, else the lines of its report under their sums. */
async function printReport(session: Session, job: Job): Promise<void> {
  if (formatOf(session) === "json") {
    printOne(session, job, []);
    return;
  }
  const { result } = job;
  const sums = counted.flatMap((kind) =>
    typeof result?.[kind] === "number" ? [`${result[kind]} ${kind}`] : [],
  );
  if (sums.length > 0) say(session.terminal, `Run ${String(result?.["runId"])}: ${sums.join(", ")}.`);
  const list = ({ query }: { readonly query: { readonly limit: number } }) =>
    session.client.getJobReport({ params: { jobId: job.id }, query });
  printList(session, reportColumns, await listed(session.terminal, list, {}, {}));
}
