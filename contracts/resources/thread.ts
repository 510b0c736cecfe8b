import * as z from "zod";
import { text, timestamp } from "./fields.ts";

/** A data source has at most this many threads: their places are read with its dictionary. */
export const maxThreads = 1000;

/** A thread holds at most this many replies. */
export const maxReplies = 500;

/** And at most this much text altogether, counted in bytes of UTF-8: it is one item. */
export const maxThreadBytes = 300_000;

/** What somebody says: markdown, kept as it was written. Nothing here or in the command ever renders HTML. */
const spoken = text(10_000).refine((given) => given.trim() !== "", { error: "must not be empty" });

const said = {
  id: z.string(),
  text: z.string().describe("markdown, as it was written; never trust it as HTML"),
  author: z.string().describe("a user's id"),
  createdAt: timestamp,
  editedAt: timestamp.nullable().describe("when its author changed the text last"),
};

export const reply = z.object(said).meta({ id: "Reply" });

export const thread = z
  .object({
    ...said,
    dataSourceId: z.string(),
    column: z.string().nullable().describe("the column's name today, or its last one; null: the data source"),
    columnRemoved: z.boolean().describe("whether the column is gone from the table"),
    resolved: z.boolean(),
    replies: z.array(reply).describe("all of them, oldest first"),
    lastActivityAt: timestamp.describe("when somebody last posted, replied, resolved or reopened"),
    version: z.int(),
  })
  .meta({ id: "Thread" });

export const threadCreation = z
  .strictObject({ column: z.string().min(1).max(255).optional(), text: spoken })
  .meta({ id: "ThreadCreation" });

export const threadPatch = z
  .strictObject({ resolved: z.boolean(), text: spoken })
  .partial()
  .meta({ id: "ThreadPatch" });

export const replyText = z.strictObject({ text: spoken }).meta({ id: "ReplyText" });
