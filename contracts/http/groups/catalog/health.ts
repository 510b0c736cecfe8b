import * as z from "zod";
import { checksRequest, statisticsEntry } from "../../../resources/data-source.ts";
import { job } from "../../../resources/job.ts";
import { listOf, pageQuery } from "../../lists.ts";
import { route } from "../../route.ts";
import { curators, dataSourceParams, members, owners } from "./data-source-route.ts";

/** Checks of data sources. */
export const healthRoutes = {
  runChecks: route({
    method: "POST",
    path: "/data-sources/{dataSourceId}/checks",
    summary: "Run health checks now",
    who: curators,
    authenticated: true,
    params: dataSourceParams,
    body: checksRequest,
    bodyOptional: true,
    status: 202,
    result: job,
    problems: ["not-found", "forbidden", "check-not-available", "contention"],
    idempotent: true,
  }),
  runFingerprint: route({
    method: "POST",
    path: "/data-sources/{dataSourceId}/fingerprint",
    summary: "Make the fingerprint now, also where automatic statistics are prevented",
    who: owners,
    authenticated: true,
    params: dataSourceParams,
    status: 202,
    result: job,
    problems: ["not-found", "forbidden", "check-not-available", "contention"],
    idempotent: true,
  }),
  listStatisticsHistory: route({
    method: "GET",
    path: "/data-sources/{dataSourceId}/statistics/history",
    summary: "List what was counted, newest first; each count is kept for 400 days",
    who: members,
    authenticated: true,
    params: dataSourceParams,
    query: z.strictObject(pageQuery),
    status: 200,
    result: listOf(statisticsEntry),
    problems: ["not-found", "forbidden", "invalid-cursor"],
  }),
};
