import * as z from "zod";
import { dataSource } from "../../../resources/data-source.ts";
import { deletedDataSource, restoration } from "../../../resources/deleted-data-source.ts";
import { listOf, pageQuery } from "../../lists.ts";
import { route } from "../../route.ts";
import { dataSourceParams } from "./data-source-route.ts";

/** Deleted data sources, as long as they can come back. */
export const deletionRoutes = {
  listDeletedDataSources: route({
    method: "GET",
    path: "/data-sources/deleted",
    summary: "List the data sources that were deleted within 30 days and can be restored, newest first",
    who: "owners see theirs, APPLICATION_ADMIN all",
    authenticated: true,
    query: z.strictObject(pageQuery),
    status: 200,
    result: listOf(deletedDataSource),
    problems: ["invalid-cursor"],
  }),
  restoreDataSource: route({
    method: "POST",
    path: "/data-sources/{dataSourceId}/restore",
    summary:
      "Bring a deleted data source back with its members, tags, texts and queries; disabled, where its columns changed or cannot be compared",
    who: "owners of the data source, APPLICATION_ADMIN",
    authenticated: true,
    params: dataSourceParams,
    body: restoration,
    bodyOptional: true,
    status: 200,
    result: dataSource,
    problems: [
      "not-found",
      "forbidden",
      "data-source-name-taken",
      "data-source-exists",
      "connection-gone",
      "contention",
    ],
    idempotent: true,
  }),
};
