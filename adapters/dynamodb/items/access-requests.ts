import { Entity } from "dynamodb-toolbox/entity";
import { item } from "dynamodb-toolbox/schema/item";
import { number } from "dynamodb-toolbox/schema/number";
import { string } from "dynamodb-toolbox/schema/string";
import type { AccessRequest, RequestPlace } from "#core/access-requests/access-request.ts";
import { keys } from "../keys.ts";
import { id, schemaVersion, shaped, table } from "./table.ts";

export const accessRequestItem = new Entity({
  name: "access-request",
  table,
  timestamps: false,
  schema: item({
    ...schemaVersion,
    id: id(),
    dataSourceId: string(),
    sourceVersion: number(),
    dataSourceName: string(),
    requester: shaped<AccessRequest["requester"]>(),
    requestedBy: string(),
    reason: string(),
    duration: shaped<string | null>(),
    state: shaped<AccessRequest["state"]>(),
    required: shaped<AccessRequest["required"]>(),
    approvals: shaped<AccessRequest["approvals"]>(),
    decidedBy: shaped<string | null>(),
    decisionReason: shaped<string | null>(),
    expiresAt: shaped<string | null>(),
    createdAt: string(),
    version: number(),
  }),
  computeKey: (key) => keys.accessRequest(key.id),
});

/** Where a request stands in one list: enough of it to pass over most that a reader may not see. */
export const requestPlaceItem = new Entity({
  name: "access-request-place",
  table,
  timestamps: false,
  schema: item({
    ...schemaVersion,
    requestId: string().key(),
    of: shaped<RequestPlace["of"]>().key(),
    dataSourceId: string(),
    requestedBy: string(),
  }),
  computeKey: ({ of, requestId }) => keys.requestPlace(of, requestId),
});
