import * as z from "zod";
import { activityRecord } from "../../../resources/activity.ts";
import { listOf, pageQuery } from "../../lists.ts";
import { route } from "../../route.ts";
import { dataSourceParams } from "./data-source-route.ts";

/** What was done to data sources. */
export const activityRoutes = {
  listActivity: route({
    method: "GET",
    path: "/data-sources/{dataSourceId}/activity",
    summary: "List the audit records about a data source, newest first, those of bulk work among them",
    who: "owners of the data source, AUDIT, GOVERNANCE",
    authenticated: true,
    params: dataSourceParams,
    query: z.strictObject(pageQuery),
    status: 200,
    result: listOf(activityRecord),
    problems: ["not-found", "forbidden", "invalid-cursor"],
  }),
};
