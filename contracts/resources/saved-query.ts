import * as z from "zod";
import { freeText, givenName, text, timestamp } from "./fields.ts";

/** A data source has at most this many saved queries. */
export const maxSavedQueries = 100;

/** A query that owners hand to members. Reeve keeps it, and never runs it. */
export const savedQuery = z
  .object({
    id: z.string(),
    name: z.string(),
    description: z.string(),
    sql: z.string(),
    createdBy: z.string(),
    createdAt: timestamp,
    updatedAt: timestamp,
    version: z.int(),
  })
  .meta({ id: "SavedQuery" });

const sql = text(20_000).refine((given) => given.trim() !== "", { error: "must not be empty" });

export const savedQueryCreation = z
  .strictObject({ name: givenName, description: freeText.optional(), sql })
  .meta({ id: "SavedQueryCreation" });

export const savedQueryPatch = z
  .strictObject({ name: givenName, description: freeText, sql })
  .partial()
  .meta({ id: "SavedQueryPatch" });
