import { Entity } from "dynamodb-toolbox/entity";
import { boolean } from "dynamodb-toolbox/schema/boolean";
import { item } from "dynamodb-toolbox/schema/item";
import { number } from "dynamodb-toolbox/schema/number";
import { string } from "dynamodb-toolbox/schema/string";
import type { ReportPart } from "#core/jobs/job-report.ts";
import type { Job } from "#core/jobs/job.ts";
import { keys } from "../keys.ts";
import { expiry, id, schemaVersion, shaped, table } from "./table.ts";

/** A job. While it is not finished its index keys show it to the sweep. */
export const jobItem = new Entity({
  name: "job",
  table,
  timestamps: false,
  schema: item({
    ...schemaVersion,
    ...expiry,
    id: id(),
    type: shaped<Job["type"]>(),
    state: shaped<Job["state"]>(),
    line: string(),
    subject: shaped<Job["subject"]>(),
    input: shaped<Job["input"]>(),
    checkpoint: shaped<Job["checkpoint"]>(),
    progress: shaped<Job["progress"]>(),
    attempts: number(),
    fence: number(),
    admittedAt: shaped<string | null>(),
    slot: shaped<number | null>(),
    lease: shaped<Job["lease"]>(),
    cancelRequested: boolean(),
    error: shaped<Job["error"]>(),
    result: shaped<Job["result"]>(),
    createdBy: string(),
    createdAt: string(),
    startedAt: shaped<string | null>(),
    finishedAt: shaped<string | null>(),
    correlationId: string(),
    gsi1pk: string().optional().hidden(),
    gsi1sk: string().optional().hidden(),
  }),
  computeKey: (key) => keys.job(key.id),
});

/** A job's place in the list of its month. */
export const jobInMonthItem = new Entity({
  name: "job-in-month",
  table,
  timestamps: false,
  schema: item({ ...schemaVersion, ...expiry, createdAt: string().key(), jobId: string().key() }),
  computeKey: ({ createdAt, jobId }) => keys.jobInMonth(createdAt, jobId),
});

/** A job's place in the list of its data source. */
export const jobOfDataSourceItem = new Entity({
  name: "job-of-data-source",
  table,
  timestamps: false,
  schema: item({ ...schemaVersion, ...expiry, dataSourceId: string().key(), jobId: string().key() }),
  computeKey: ({ dataSourceId, jobId }) => keys.jobOfDataSource(dataSourceId, jobId),
});

/** A job's place in its line. */
export const waitingItem = new Entity({
  name: "waiting-job",
  table,
  timestamps: false,
  schema: item({ ...schemaVersion, line: string().key(), jobId: string().key() }),
  computeKey: ({ line, jobId }) => keys.waiting(line, jobId),
});

/** One of a line's slots, while a job holds it. */
export const slotItem = new Entity({
  name: "slot",
  table,
  timestamps: false,
  schema: item({ ...schemaVersion, line: string().key(), slot: number().key(), jobId: string() }),
  computeKey: ({ line, slot }) => keys.slot(line, slot),
});

/** A part of a job's report, its lines as JSON. */
export const reportItem = new Entity({
  name: "job-report",
  table,
  timestamps: false,
  schema: item({
    ...schemaVersion,
    ...expiry,
    jobId: string().key(),
    kind: shaped<ReportPart["kind"]>().key().savedAs("reportKind"),
    number: number().key(),
    writtenAt: string(),
    entries: string(),
  }),
  computeKey: ({ jobId, kind, number: place }) => keys.report(jobId, kind, place),
});
