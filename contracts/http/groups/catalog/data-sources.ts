import * as z from "zod";
import { resourceId } from "../../../ids.ts";
import { bulkRegistration } from "../../../resources/bulk.ts";
import {
  dataSource,
  dataSourceCreation,
  dataSourceFacets,
  dataSourcePatch,
  dataSourceRole,
  dataSourceStatus,
  dataSourceSummary,
  healthStatus,
  originType,
} from "../../../resources/data-source.ts";
import { job } from "../../../resources/job.ts";
import { knownTechnology } from "../../../resources/remote.ts";
import { listOf, pageQuery, repeatable } from "../../lists.ts";
import { route } from "../../route.ts";
import { dataSourceParams, members, owners } from "./data-source-route.ts";

/** What lists and counts of data sources are narrowed by. */
const filters = {
  search: z.string().min(1).max(200).optional().describe("terms, each the beginning of a word"),
  tag: repeatable(z.string().min(1).max(200)),
  connectionId: repeatable(resourceId),
  technology: repeatable(knownTechnology),
  health: repeatable(healthStatus),
  status: repeatable(dataSourceStatus),
  role: repeatable(dataSourceRole),
  origin: repeatable(originType),
};

/** Data sources and what people state of them. */
export const dataSourceRoutes = {
  createDataSource: route({
    method: "POST",
    path: "/data-sources",
    summary: "Expose a remote table; one trivial query must pass first",
    who: "CREATE_DATA_SOURCE, as a registrar of the connection",
    authenticated: true,
    body: dataSourceCreation,
    status: 201,
    result: dataSource,
    later: { status: 202, result: job },
    problems: [
      "forbidden",
      "not-found",
      "data-source-name-taken",
      "data-source-exists",
      "too-many-columns",
      "connection-failed",
      "table-not-found",
      "reserved-schema",
      "tag-not-found",
      "contention",
    ],
    idempotent: true,
  }),
  registerDataSources: route({
    method: "POST",
    path: "/data-sources/bulk",
    summary: "Expose every table of some schemas, by a job that says what it made and what it left out",
    who: "CREATE_DATA_SOURCE, as a registrar of the connection; schemas beyond that role are left out",
    authenticated: true,
    body: bulkRegistration,
    status: 202,
    result: job,
    problems: ["forbidden", "not-found", "reserved-schema", "tag-not-found", "contention"],
    idempotent: true,
  }),
  listDataSources: route({
    method: "GET",
    path: "/data-sources",
    summary: "List the data sources that the caller may see",
    who: "any user; the list holds what they may see",
    authenticated: true,
    query: z.strictObject({
      ...pageQuery,
      ...filters,
      sort: z
        .enum(["name", "-createdAt"])
        .optional()
        .describe("by name where it is left out, and then what meets a search with whole words comes first"),
    }),
    status: 200,
    result: listOf(dataSourceSummary),
    problems: ["invalid-cursor"],
  }),
  facetsOfDataSources: route({
    method: "GET",
    path: "/data-sources/facets",
    summary: "Count the data sources that the caller may see, by what they are",
    who: "any user; what they may not see is not counted",
    authenticated: true,
    query: z.strictObject(filters),
    status: 200,
    result: dataSourceFacets,
    problems: [],
  }),
  getDataSource: route({
    method: "GET",
    path: "/data-sources/{dataSourceId}",
    summary: "Read a data source",
    who: members,
    authenticated: true,
    params: dataSourceParams,
    status: 200,
    result: dataSource,
    problems: ["not-found"],
  }),
  updateDataSource: route({
    method: "PATCH",
    path: "/data-sources/{dataSourceId}",
    summary: "Change what people state about a data source",
    who: "owners; description and documentation also experts",
    authenticated: true,
    params: dataSourceParams,
    body: dataSourcePatch,
    status: 200,
    result: dataSource,
    problems: ["not-found", "forbidden", "data-source-name-taken", "contention"],
    ifMatch: true,
  }),
  deleteDataSource: route({
    method: "DELETE",
    path: "/data-sources/{dataSourceId}",
    summary: "Delete a data source, softly: its table is not touched",
    who: owners,
    authenticated: true,
    params: dataSourceParams,
    status: 204,
    problems: ["not-found", "forbidden", "contention"],
    ifMatch: true,
  }),
};
