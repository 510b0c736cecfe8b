import type { jobRoutes } from "#contracts/http/groups/jobs.ts";
import { startRebuild } from "#core/catalog/rebuild.ts";
import { startTableCheck } from "#core/invariants/table-check.ts";
import { approveJob, cancelJob, getJob, listJobs, retryJob } from "#core/jobs/job-use-cases.ts";
import { getJobReport } from "#core/jobs/show-report.ts";
import type { Operations } from "#functions/http/edge/operation.ts";
import type { CommonParts, QueueParts } from "./parts.ts";

/** Jobs as people see and steer them. */
export const jobOperations = (parts: CommonParts & QueueParts): Operations<typeof jobRoutes> => ({
  checkTable: startTableCheck(parts),
  rebuildCatalog: startRebuild(parts),
  listJobs: listJobs(parts),
  getJob: getJob(parts),
  getJobReport: getJobReport(parts),
  retryJob: retryJob(parts),
  approveJob: approveJob(parts),
  cancelJob: cancelJob(parts),
});
