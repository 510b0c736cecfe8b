import * as z from "zod";
import { tagName } from "../../../resources/fields.ts";
import { dataSource, tagsRequest } from "../../../resources/data-source.ts";
import { tag, tagCreation, tagPatch } from "../../../resources/tag.ts";
import { listOf, pageQuery } from "../../lists.ts";
import { route } from "../../route.ts";
import { curators, dataSourceParams } from "./data-source-route.ts";

/** The tree of tags, and tags on data sources. */
export const tagRoutes = {
  addTags: route({
    method: "POST",
    path: "/data-sources/{dataSourceId}/tags",
    summary: "Put tags on a data source; one that is there already stays as it is",
    who: curators,
    authenticated: true,
    params: dataSourceParams,
    body: tagsRequest,
    status: 200,
    result: dataSource,
    problems: ["not-found", "forbidden", "tag-not-found", "too-many-tags", "contention"],
    ifMatch: true,
    idempotent: true,
  }),
  removeTag: route({
    method: "DELETE",
    path: "/data-sources/{dataSourceId}/tags/{name}",
    summary: "Take a tag off a data source, dbt's too until its next run; an absent one is no error",
    who: curators,
    authenticated: true,
    params: dataSourceParams.extend({ name: tagName }),
    query: z.strictObject({
      keepAway: z
        .enum(["true", "false"])
        .transform((value) => value === "true")
        .optional()
        .describe("that dbt may not put it there again; `false` also ends that"),
    }),
    status: 204,
    problems: ["not-found", "forbidden", "too-many-tags", "contention"],
    ifMatch: true,
  }),
  listTags: route({
    method: "GET",
    path: "/tags",
    summary: "List the tags in the order of their names",
    who: "any user",
    authenticated: true,
    query: z.strictObject({
      ...pageQuery,
      search: z.string().min(1).max(200).optional().describe("words that the name has, or their beginnings"),
    }),
    status: 200,
    result: listOf(tag),
    problems: ["invalid-cursor"],
  }),
  createTag: route({
    method: "POST",
    path: "/tags",
    summary: "Make a tag; its parents in the tree are made with it",
    who: "GOVERNANCE",
    authenticated: true,
    body: tagCreation,
    status: 201,
    result: tag,
    problems: ["forbidden", "tag-name-taken", "contention"],
    idempotent: true,
  }),
  updateTag: route({
    method: "PATCH",
    path: "/tags/{name}",
    summary: "Rename or describe a tag; all below it and all that carries it follows",
    who: "GOVERNANCE",
    authenticated: true,
    params: z.object({ name: tagName }),
    body: tagPatch,
    status: 200,
    result: tag,
    problems: ["forbidden", "not-found", "tag-name-taken", "tag-below-itself", "contention"],
    ifMatch: true,
  }),
  deleteTag: route({
    method: "DELETE",
    path: "/tags/{name}",
    summary: "Delete a tag with all below it, if nothing carries any of them",
    who: "GOVERNANCE",
    authenticated: true,
    params: z.object({ name: tagName }),
    status: 204,
    problems: ["forbidden", "not-found", "tag-in-use", "contention"],
    ifMatch: true,
  }),
};
