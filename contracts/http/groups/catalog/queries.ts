import * as z from "zod";
import { resourceId } from "../../../ids.ts";
import { savedQuery, savedQueryCreation, savedQueryPatch } from "../../../resources/saved-query.ts";
import { listOf, pageQuery } from "../../lists.ts";
import { route } from "../../route.ts";
import { dataSourceParams, members, owners } from "./data-source-route.ts";

const path = "/data-sources/{dataSourceId}/queries/{queryId}";
const params = dataSourceParams.extend({ queryId: resourceId });

/** Queries that are kept with data sources; Reeve does not run them. */
export const queryRoutes = {
  listQueries: route({
    method: "GET",
    path: "/data-sources/{dataSourceId}/queries",
    summary: "List the saved queries, oldest first; a page of long ones holds fewer than asked for",
    who: members,
    authenticated: true,
    params: dataSourceParams,
    query: z.strictObject(pageQuery),
    status: 200,
    result: listOf(savedQuery),
    problems: ["not-found", "forbidden", "invalid-cursor"],
  }),
  createQuery: route({
    method: "POST",
    path: "/data-sources/{dataSourceId}/queries",
    summary: "Save a query; Reeve does not run it",
    who: owners,
    authenticated: true,
    params: dataSourceParams,
    body: savedQueryCreation,
    status: 201,
    result: savedQuery,
    problems: ["not-found", "forbidden", "query-name-taken", "too-many-queries", "contention"],
    idempotent: true,
  }),
  getQuery: route({
    method: "GET",
    path,
    summary: "Read a saved query",
    who: members,
    authenticated: true,
    params,
    status: 200,
    result: savedQuery,
    problems: ["not-found", "forbidden"],
  }),
  updateQuery: route({
    method: "PATCH",
    path,
    summary: "Change a saved query",
    who: owners,
    authenticated: true,
    params,
    body: savedQueryPatch,
    status: 200,
    result: savedQuery,
    problems: ["not-found", "forbidden", "query-name-taken", "contention"],
    ifMatch: true,
  }),
  deleteQuery: route({
    method: "DELETE",
    path,
    summary: "Delete a saved query",
    who: owners,
    authenticated: true,
    params,
    status: 204,
    problems: ["not-found", "forbidden", "contention"],
    ifMatch: true,
  }),
};
