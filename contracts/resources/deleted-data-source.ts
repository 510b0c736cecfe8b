import * as z from "zod";
import { givenName, timestamp } from "./fields.ts";
import { dataSourceRole } from "./data-source.ts";
import { knownTechnology, relationKind } from "./remote.ts";

/** A deleted data source is kept this long, and can be restored meanwhile; then all of it but its audit records goes. */
export const restorableDays = 30;

export const deletedDataSource = z
  .object({
    id: z.string(),
    name: z.string(),
    technology: knownTechnology,
    connectionId: z.string().nullable(),
    remote: z.object({ database: z.string(), schema: z.string(), table: z.string(), kind: relationKind }),
    myRole: dataSourceRole.nullable(),
    deletedAt: timestamp,
    deletedBy: z.string(),
    restorableUntil: timestamp,
  })
  .meta({ id: "DeletedDataSource" });

export const restoration = z
  .strictObject({
    name: givenName.optional().describe("another name, where its own is taken by now"),
  })
  .meta({ id: "Restoration" });
