import * as z from "zod";
import { column, columnPatch, dictionaryPatch } from "../../../resources/data-source.ts";
import { listOf, pageQuery } from "../../lists.ts";
import { route } from "../../route.ts";
import { curators, dataSourceParams, members } from "./common.ts";

/** Columns of data sources. */
export const dictionaryRoutes = {
  getDictionary: route({
    method: "GET",
    path: "/data-sources/{dataSourceId}/dictionary",
    summary: "List the columns",
    who: members,
    authenticated: true,
    params: dataSourceParams,
    query: z.strictObject(pageQuery),
    status: 200,
    result: listOf(column),
    problems: ["not-found", "invalid-cursor"],
  }),
  updateDictionary: route({
    method: "PATCH",
    path: "/data-sources/{dataSourceId}/dictionary",
    summary: "Change descriptions and tags of several columns at once",
    who: curators,
    authenticated: true,
    params: dataSourceParams,
    body: dictionaryPatch,
    status: 200,
    result: listOf(column),
    problems: ["not-found", "forbidden", "column-not-found", "tag-not-found", "too-many-tags", "contention"],
    ifMatch: true,
  }),
  updateColumn: route({
    method: "PATCH",
    path: "/data-sources/{dataSourceId}/dictionary/{column}",
    summary: "Change description and tags of one column",
    who: curators,
    authenticated: true,
    params: dataSourceParams.extend({ column: z.string().min(1).max(255) }),
    body: columnPatch,
    status: 200,
    result: column,
    problems: ["not-found", "forbidden", "column-not-found", "tag-not-found", "too-many-tags", "contention"],
    ifMatch: true,
  }),
};
