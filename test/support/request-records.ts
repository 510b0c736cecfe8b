import type { AccessRequest } from "#core/access-requests/access-request.ts";
import { unique } from "./records.ts";

const at = "2026-01-01T00:00:00.000Z";

/** A request that waits for a second approval. */
export const anAccessRequest = (given: Partial<AccessRequest> = {}): AccessRequest => ({
  id: unique("arq_"),
  dataSourceId: "ds_1",
  sourceVersion: 3,
  dataSourceName: "sales.orders",
  requester: { type: "user", id: "usr_1" },
  requestedBy: "usr_1",
  reason: "To reconcile the yearly report with what was billed, by shop and month",
  duration: "P30D",
  state: "pending",
  required: ["owner", "GOVERNANCE"],
  approvals: [{ by: "usr_2", at, as: "GOVERNANCE", kinds: ["GOVERNANCE", "AUDIT"], expiresAt: null }],
  decidedBy: null,
  decisionReason: null,
  expiresAt: null,
  createdAt: at,
  version: 2,
  ...given,
});
