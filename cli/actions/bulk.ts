import { bulkRegistration } from "#contracts/resources/bulk.ts";
import { jobRoutes } from "#contracts/http/groups/jobs.ts";
import { textAt } from "../input/assignments.ts";
import { checked, shaped } from "../input/check.ts";
import { treeOf } from "../input/tree.ts";
import { reportColumns, summaryOf, summaryColumns } from "../output/bulk.ts";
import { printJob, type Job } from "../output/job.ts";
import { formatOf, printList, printOne } from "../output/print.ts";
import type { Session } from "../session.ts";
import { listed, type ListOptions } from "./listing.ts";
import { connectionId } from "./resolve.ts";
import { demandSuccess, followed } from "./watch.ts";

/** The options of `data-source bulk`. */
export interface BulkOptions {
  readonly connection: string;
  readonly schema: readonly string[];
  readonly include?: readonly string[];
  readonly exclude?: readonly string[];
  readonly nameTemplate?: string;
  readonly tag?: readonly string[];
  readonly wait: boolean;
}

/** Exposes every table of some schemas, and waits until it is done unless it is told not to. */
export async function registerDataSources(session: Session, options: BulkOptions): Promise<void> {
  const { connection, schema, include = [], exclude = [], nameTemplate, tag = [] } = options;
  const tree = treeOf([
    textAt(["connectionId"], await connectionId(session, connection)),
    ...schema.map((one) => textAt(["schemas"], one)),
    ...include.map((one) => textAt(["include"], one)),
    ...exclude.map((one) => textAt(["exclude"], one)),
    ...(nameTemplate === undefined ? [] : [textAt(["nameTemplate"], nameTemplate)]),
    ...tag.map((one) => textAt(["tags"], one)),
  ]);
  const body = bulkRegistration.parse(shaped(bulkRegistration, tree));
  const job = await session.client.registerDataSources({ body });
  if (!options.wait) {
    printJob(session, job);
    return;
  }
  const ended = await followed(session, job.id);
  printSummary(session, ended);
  demandSuccess(session, ended);
}

/** What a job made and left out: all of it as JSON, else a line for each reason. */
function printSummary(session: Session, job: Job): void {
  if (formatOf(session) === "json") printOne(session, job, []);
  else printList(session, summaryColumns, summaryOf(job));
}

/** The options of `job report`. */
export interface ReportOptions extends ListOptions {
  readonly kind?: readonly string[];
}

type Query = NonNullable<Parameters<Session["client"]["getJobReport"]>[0]["query"]>;

/** What a job made and what it left out, table by table. */
export async function showReport(session: Session, jobId: string, options: ReportOptions): Promise<void> {
  const query = checked(jobRoutes.getJobReport.query, { kind: options.kind }) as Query;
  const list = ({ query: page }: { readonly query: Query }) =>
    session.client.getJobReport({ params: { jobId }, query: page });
  printList(session, reportColumns, await listed(session.terminal, list, query, options));
}
