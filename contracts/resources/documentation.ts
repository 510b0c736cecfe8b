import * as z from "zod";
import { timestamp } from "./fields.ts";

/** What the documentation of a data source was from one change to the next. */
export const documentationVersion = z
  .object({
    version: z.int().describe("counts the changes of the documentation, from 1"),
    documentation: z.string(),
    createdBy: z.string().describe("who wrote it; `system` where it is older than its versions"),
    createdAt: timestamp,
  })
  .meta({ id: "DocumentationVersion" });
