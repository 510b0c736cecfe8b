import { resourceId } from "../../../ids.ts";
import { dataSource } from "../../../resources/data-source.ts";
import { documentationVersion } from "../../../resources/documentation.ts";
import { listOf, pageQuery } from "../../lists.ts";
import { route } from "../../route.ts";
import { curators, dataSourceParams, members } from "./data-source-route.ts";
import * as z from "zod";

/** What the documentation of data sources was. */
export const documentationRoutes = {
  listDocumentationVersions: route({
    method: "GET",
    path: "/data-sources/{dataSourceId}/documentation/versions",
    summary: "List what the documentation was, newest first; a page of long texts holds fewer than asked for",
    who: members,
    authenticated: true,
    params: dataSourceParams,
    query: z.strictObject(pageQuery),
    status: 200,
    result: listOf(documentationVersion),
    problems: ["not-found", "forbidden", "invalid-cursor"],
  }),
  restoreDocumentation: route({
    method: "POST",
    path: "/data-sources/{dataSourceId}/documentation/versions/{version}/restore",
    summary: "Make an earlier text the documentation again, as a new version",
    who: curators,
    authenticated: true,
    params: dataSourceParams.extend({ version: resourceId }),
    status: 200,
    result: dataSource,
    problems: ["not-found", "forbidden", "contention"],
    ifMatch: true,
    idempotent: true,
  }),
};
