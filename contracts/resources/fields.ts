import * as z from "zod";

/** RFC 3339, in UTC. */
export const timestamp = z.string().meta({ format: "date-time" });

/** A time that people give: RFC 3339 with any offset; kept in UTC. */
export const givenTime = z.iso.datetime({ offset: true }).transform((time) => new Date(time).toISOString());

/** A name that people give: trimmed, composed (Unicode NFC, which may lengthen it), without control characters. */
export const givenName = z
  .string()
  .normalize("NFC")
  .trim()
  .min(1)
  .max(200)
  .regex(/^[^\p{Cc}\p{Cs}]*$/u, { error: "must not contain control characters" });

/** Half a surrogate pair is no text: it would come back as another character. */
export const text = (most: number) =>
  z
    .string()
    .max(most)
    .regex(/^[^\p{Cs}]*$/u, { error: "must not contain lone surrogates" });

/** A key or secret of another service's: visible characters, as they stand in a header. */
export const givenSecret = z
  .string()
  .trim()
  .min(1)
  .max(2000)
  .regex(/^[\x21-\x7e]+$/, { error: "must be visible ASCII characters without spaces" });

/** Free text. */
export const freeText = text(20_000);

/** Markdown documentation. */
export const markdown = text(100_000);

/** Who or what stated a fact. */
export const provenance = z.enum(["manual", "dbt", "schema", "system"]);
export type Provenance = z.infer<typeof provenance>;

/** A user or a group. */
export const principal = z.strictObject({
  type: z.enum(["user", "group"]),
  id: z.string().min(1).max(200),
});

/** How deep the tree of tags is at most: a tag and all above it are made together. */
const maxTagDepth = 20;

/** A tag's name; dots make a tree. */
export const tagName = z
  .string()
  .trim()
  .min(1)
  .max(200)
  .regex(/^[^\p{Cc}\p{Cs}.]+(?:\.[^\p{Cc}\p{Cs}.]+)*$/u, {
    error: "must be one or more words joined by dots, without empty parts",
  })
  .refine((name) => name.split(".").length <= maxTagDepth, {
    error: `must have at most ${maxTagDepth} parts`,
  });

/** A tag on something, with who stated it. */
export const appliedTag = z
  .object({ name: z.string(), provenance, appliedBy: z.string(), appliedAt: timestamp })
  .meta({ id: "AppliedTag" });

/** A data source or column carries at most this many tags, whoever stated them. */
export const maxTags = 100;
