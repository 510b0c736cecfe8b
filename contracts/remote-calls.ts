import * as z from "zod";
import {
  dataType,
  maxAnalyzedColumns,
  maxColumns,
  relationKind,
  remoteFailure,
  technology,
} from "./resources/remote.ts";

/*
 * What goes between an HTTP function and the function that carries a technology's driver, version 1. A call
 * names a secret and never carries one; both sides check what they get.
 */
const target = z.strictObject({
  technology,
  config: z.record(z.string(), z.unknown()),
  secretRef: z.string().min(1).max(500),
  statementTimeoutMs: z.number().positive().optional(),
});

const relation = z.strictObject({ schema: z.string().max(1000), name: z.string().max(1000) });

const schemaName = z.string().max(1000);

const query = z.strictObject({
  /** One, as it was first written down, or any of several. */
  schema: z.union([schemaName, z.array(schemaName).min(1).max(50).readonly()]).optional(),
  search: z.string().max(1000).optional(),
  after: relation.optional(),
  limit: z.int().min(1).max(1000),
});

const call = { v: z.literal(1), target, correlationId: z.string().max(500).optional() };

/** One question to a remote database. */
export const remoteCall = z.discriminatedUnion("operation", [
  z.strictObject({ ...call, operation: z.literal("server") }),
  z.strictObject({ ...call, operation: z.literal("listRelations"), query }),
  z.strictObject({ ...call, operation: z.literal("inspect"), relation }),
  z.strictObject({
    ...call,
    operation: z.literal("analyze"),
    relation,
    columns: z.array(z.string().max(1000)).min(1).max(maxAnalyzedColumns),
  }),
]);
export type RemoteCall = z.infer<typeof remoteCall>;

const shownValue = z.object({ value: z.string(), cut: z.boolean() });

/** What each question is answered with. */
export const remoteResults = {
  server: z.object({ serverVersion: z.string(), database: z.string() }),
  listRelations: z.array(
    z.object({ schema: z.string(), name: z.string(), kind: relationKind, columnCount: z.int() }),
  ),
  inspect: z.object({
    schema: z.string(),
    name: z.string(),
    kind: relationKind,
    comment: z.string(),
    identity: z.string().max(200).optional(),
    owner: z.string().max(1000).optional(),
    columns: z
      .array(
        z.object({
          identity: z.string().max(200).optional(),
          name: z.string(),
          ordinal: z.int(),
          dataType,
          remoteType: z.string(),
          nullable: z.boolean(),
          comment: z.string(),
          countable: z.boolean(),
          inPrimaryKey: z.boolean(),
          unique: z.boolean(),
        }),
      )
      .max(maxColumns + 1),
  }),
  analyze: z.array(
    z.object({
      column: z.string(),
      count: z.int(),
      nulls: z.int(),
      distinct: z.int(),
      minimum: shownValue.nullable(),
      maximum: shownValue.nullable(),
      topValues: z.array(shownValue.extend({ count: z.int() })),
      exact: z.boolean(),
    }),
  ),
} as const satisfies Record<RemoteCall["operation"], z.ZodType>;

/** The envelope of every answer: a result, the remote's refusal, or that our own side failed. */
export const remoteReply = z.discriminatedUnion("outcome", [
  z.strictObject({ outcome: z.literal("result"), result: z.unknown() }),
  // Not strict: what a later version adds is left out by whoever does not know it yet.
  z.object({
    outcome: z.literal("refused"),
    reason: remoteFailure,
    message: z.string(),
    needsLonger: z.boolean().optional(),
  }),
  z.strictObject({ outcome: z.literal("unavailable") }),
]);
export type RemoteReply = z.infer<typeof remoteReply>;

/** Synchronous invocations carry at most 6 MB; this leaves room for their own wrapping. */
export const maxReplyBytes = 5_000_000;

/** How long a remote function may take; what asks it waits a little longer, and the gateway longer still. */
export const remoteTimeoutSeconds = 25;
