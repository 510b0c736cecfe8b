import type * as z from "zod";
import type { accessRequest } from "#contracts/resources/access-request.ts";
import type { AccessRequest } from "#core/access-requests/access-request.ts";

/** A request as its readers are told of it. */
export type ShownRequest = z.output<typeof accessRequest>;

/** What is told of a request beside what is stored. */
export interface RequestNames {
  readonly dataSource: string;
  /** Empty where they are gone. */
  readonly requester: string;
}

/** A request in the state in which it is now. */
export const showRequest = (
  request: AccessRequest,
  { dataSource, requester }: RequestNames,
  { state, required }: Pick<AccessRequest, "state" | "required">,
): ShownRequest => ({
  id: request.id,
  dataSourceId: request.dataSourceId,
  dataSourceName: dataSource,
  requester: { ...request.requester, name: requester },
  requestedBy: request.requestedBy,
  reason: request.reason,
  duration: request.duration,
  state,
  required: [...required],
  approvals: request.approvals.map(({ by, as, at }) => ({ by, as, at })),
  decidedBy: request.decidedBy,
  decisionReason: request.decisionReason,
  expiresAt: request.expiresAt,
  createdAt: request.createdAt,
  version: request.version,
});
