import * as z from "zod";
import { resourceId } from "../../ids.ts";
import { job, jobState, jobType } from "../../resources/job.ts";
import { reportEntry, reportKindFilter } from "../../resources/job-report.ts";
import { listOf, pageQuery, repeatable } from "../lists.ts";
import { route } from "../route.ts";
import { adminRoutes } from "./admin.ts";

const params = z.object({ jobId: resourceId });
/** The lists of so many data sources are merged at most. */
const maxJobSources = 20;
const who = "who asked for it, owners of what it is about, APPLICATION_ADMIN";

/** Asynchronous work that people can see. */
export const jobRoutes = {
  ...adminRoutes,
  listJobs: route({
    method: "GET",
    path: "/jobs",
    summary: "List jobs, newest first",
    who: "any user; the list holds what they may see",
    authenticated: true,
    query: z.strictObject({
      ...pageQuery,
      type: repeatable(jobType),
      state: repeatable(jobState),
      dataSourceId: repeatable(resourceId, maxJobSources),
    }),
    status: 200,
    result: listOf(job),
    problems: ["invalid-cursor"],
  }),
  getJob: route({
    method: "GET",
    path: "/jobs/{jobId}",
    summary: "Read a job",
    who: "who asked for it, members of what it is about, APPLICATION_ADMIN",
    authenticated: true,
    params,
    status: 200,
    result: job,
    problems: ["not-found"],
  }),
  getJobReport: route({
    method: "GET",
    path: "/jobs/{jobId}/report",
    summary: "List what a job made and what it left out, with the reason",
    who: "who may read the job; tables in the schemas that they may register, and data sources that they may see",
    authenticated: true,
    params,
    query: z.strictObject({ ...pageQuery, kind: repeatable(reportKindFilter) }),
    status: 200,
    result: listOf(reportEntry),
    problems: ["not-found", "invalid-cursor"],
  }),
  retryJob: route({
    method: "POST",
    path: "/jobs/{jobId}/retry",
    summary: "Queue a failed or cancelled job again",
    who,
    authenticated: true,
    params,
    status: 202,
    result: job,
    problems: ["not-found", "forbidden", "job-state", "contention"],
    idempotent: true,
  }),
  approveJob: route({
    method: "POST",
    path: "/jobs/{jobId}/approve",
    summary: "Let a job go on that waits for approval",
    who,
    authenticated: true,
    params,
    status: 202,
    result: job,
    problems: ["not-found", "forbidden", "job-state", "contention"],
    idempotent: true,
  }),
  cancelJob: route({
    method: "POST",
    path: "/jobs/{jobId}/cancel",
    summary: "Cancel a job; one that runs stops at its next sign of life",
    who,
    authenticated: true,
    params,
    status: 202,
    result: job,
    problems: ["not-found", "forbidden", "job-state", "contention"],
    idempotent: true,
  }),
};
