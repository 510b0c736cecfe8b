import * as z from "zod";
import { resourceId } from "../../../ids.ts";
import { principalChoice } from "../../../resources/group.ts";
import { listOf, pageQuery } from "../../lists.ts";
import { route } from "../../route.ts";

/** Users and groups to choose from, for those who give something to others. */
export const principalRoutes = {
  listPrincipals: route({
    method: "GET",
    path: "/principals",
    summary: "Find users and groups by the beginnings of words of their names",
    who: "owners of any data source or connection, USER_ADMIN, GOVERNANCE, APPLICATION_ADMIN, CREATE_DATA_SOURCE; with `dataSourceId` its members",
    authenticated: true,
    query: z.strictObject({
      ...pageQuery,
      search: z
        .string()
        .max(200)
        .optional()
        .describe("words that the name has, or their beginnings; without it everybody is listed"),
      dataSourceId: resourceId
        .optional()
        .describe("only people who may read this data source, and groups that have a role on it"),
    }),
    status: 200,
    result: listOf(principalChoice),
    problems: ["forbidden", "not-found", "invalid-cursor"],
  }),
};
