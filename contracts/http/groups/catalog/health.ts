import { checksRequest } from "../../../resources/data-source.ts";
import { job } from "../../../resources/job.ts";
import { route } from "../../route.ts";
import { curators, dataSourceParams } from "./common.ts";

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
};
