import * as z from "zod";
import { timestamp } from "./resources/fields.ts";

/*
 * What an exported part of the audit looks like: newline-delimited JSON in UTF-8, a record a line as `GET /audit` shows
 * it, and one last line that seals it. Written by core, read by the command and by whoever has the bucket.
 */

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

/** So many hexadecimal digits of a line's SHA-256 stand in the seal: enough to tell which line was changed. */
export const lineHashLength = 16;

/** The last line of an object. */
export const auditSealLine = z.strictObject({
  seal: z.strictObject({
    v: z.literal(1),
    number: z.int().positive().describe("the first is 1, and none is left out"),
    from: timestamp,
    to: timestamp,
    count: z.int().nonnegative(),
    previous: sha256.nullable().describe("SHA-256 of the whole object before; null in the first"),
    records: sha256.describe("of all lines before the seal, their ends included"),
    lines: z.array(z.string().length(lineHashLength)).describe("how the SHA-256 of each of them begins"),
  }),
});
export type AuditSeal = z.infer<typeof auditSealLine>["seal"];

/** An export as it is listed. */
export const auditExport = z
  .object({
    id: z.string(),
    number: z.int().describe("the first is 1, and none is left out"),
    from: timestamp.describe("records that were made from here on"),
    to: timestamp.describe("and before this: where the next one begins"),
    count: z.int().describe("how many records"),
    object: z.string().describe("its key in the bucket, or its path below the data directory's `exports`"),
    sha256: sha256.describe("SHA-256 of the object's bytes"),
    previous: sha256.nullable().describe("SHA-256 of the one before; null of the first"),
    at: timestamp.describe("when it was exported"),
  })
  .meta({ id: "AuditExport" });

/** `20261128T130000000Z`: in the order of time, and a file's name everywhere. */
const compact = (time: string): string => time.replaceAll(/[-:.]/g, "");

/**
 * What an object is called: which time it covers, and how its hash begins. Whoever should come to other bytes for the
 * same time writes beside these, never over them.
 */
export const auditObjectName = ({
  from,
  to,
  sha256: hash,
}: {
  readonly from: string;
  readonly to: string;
  readonly sha256: string;
}): string =>
  `audit/${from.slice(0, 10).replaceAll("-", "/")}/${compact(from)}-${compact(to)}-${hash.slice(0, 16)}.ndjson`;
