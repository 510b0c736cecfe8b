import * as z from "zod";
import { tagName } from "./fields.ts";

/** A glob over names of the remote database: `*` is any run of characters, `?` any one; case counts. */
const glob = z
  .string()
  .min(1)
  .max(128)
  .refine((text) => !text.includes("\0"), { error: "must not contain NUL" });

/** At most this many globs of a kind in a request. */
const globs = z.array(glob).max(50);

export const bulkRegistration = z
  .strictObject({
    connectionId: z.string().min(1).max(200),
    schemas: globs.min(1).describe("globs over schema names; `*` is any run of characters, `?` any one"),
    include: globs
      .optional()
      .describe("globs of which a table must match one; with a dot they match schema.table as well"),
    exclude: globs.optional().describe("globs of which a table must match none"),
    nameTemplate: z
      .string()
      .min(1)
      .max(200)
      .optional()
      .describe(
        "how data sources are named, with <database>, <schema> and <tablename> as the remote has them; `<<` is a `<`",
      ),
    tags: z.array(tagName).max(50).optional(),
  })
  .meta({ id: "BulkRegistration" });
