import { Entity } from "dynamodb-toolbox/entity";
import { binary } from "dynamodb-toolbox/schema/binary";
import { item } from "dynamodb-toolbox/schema/item";
import { number } from "dynamodb-toolbox/schema/number";
import { string } from "dynamodb-toolbox/schema/string";
import type { AuditRecord } from "#core/audit/audit-record.ts";
import type { SegmentPointer } from "#core/ports/catalog-segments.ts";
import type { Guard } from "#core/ports/change.ts";
import { keys } from "../keys.ts";
import { compressed, schemaVersion, shaped, table } from "./table.ts";

/** A name or place that one record holds. */
export const guardItem = new Entity({
  name: "guard",
  table,
  timestamps: false,
  schema: item({ ...schemaVersion, guard: shaped<Guard>().key(), owner: string() }),
  computeKey: ({ guard }) => keys.guard(guard),
});

export const auditItem = new Entity({
  name: "audit",
  table,
  timestamps: false,
  schema: item({
    ...schemaVersion,
    id: string().key(),
    at: string(),
    actor: string(),
    action: string(),
    resource: shaped<AuditRecord["resource"]>().key(),
    outcome: shaped<AuditRecord["outcome"]>(),
    requestId: string(),
    // Not in the items of the first releases.
    address: shaped<string | null>().optional(),
    details: shaped<AuditRecord["details"]>(),
    gsi1pk: string().hidden(),
    gsi1sk: string().hidden(),
    gsi2pk: string().hidden(),
    gsi2sk: string().hidden(),
  }),
  computeKey: ({ id, resource }) => keys.audit(resource, id),
});

/** A part of the audit that was exported. */
export const auditExportItem = new Entity({
  name: "audit-export",
  table,
  timestamps: false,
  schema: item({
    ...schemaVersion,
    number: number().key(),
    id: string(),
    from: string(),
    to: string(),
    count: number(),
    object: string(),
    sha256: string(),
    previous: shaped<string | null>(),
    at: string(),
  }),
  computeKey: ({ number: of }) => keys.auditExport(of),
});

/** What a commit tells the index, gzipped. Version 1 was `delta`: one change as JSON, with the delta's own id and time in it. */
export const deltaItem = new Entity({
  name: "delta",
  table,
  timestamps: false,
  schema: item({
    v: number().default(2).hidden(),
    id: string().key(),
    at: string().optional(),
    changes: compressed().optional(),
    delta: string().optional(),
  }),
  computeKey: ({ id }) => keys.delta(id),
});

/** Which segment of the catalog's index stands. */
export const segmentPointerItem = new Entity({
  name: "segment-pointer",
  table,
  timestamps: false,
  schema: item({
    ...schemaVersion,
    version: number(),
    pointer: shaped<SegmentPointer>(),
  }),
  computeKey: () => keys.segmentPointer(),
});

/** A reply that answers the same request again; its body gzipped, because it may be larger than an item. */
export const keptReplyItem = new Entity({
  name: "kept-reply",
  table,
  timestamps: false,
  schema: item({
    ...schemaVersion,
    userId: string().key(),
    key: string().key(),
    requestHash: string(),
    status: number(),
    body: binary(),
    createdAt: string(),
    ttl: number(),
  }),
  computeKey: ({ userId, key }) => keys.keptReply(userId, key),
});
