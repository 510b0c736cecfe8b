import * as z from "zod";

/** What somebody asked to expose, as it stands before the remote database is asked: all that a job needs to know. */
export const creation = z.object({
  connectionId: z.string(),
  schema: z.string(),
  table: z.string(),
  name: z.string(),
  description: z.string().nullable(),
  documentation: z.string(),
  tagIds: z.array(z.string()),
});
export type Creation = z.infer<typeof creation>;
