import type { accessRoutes } from "#contracts/http/groups/access.ts";
import { createPolicy, deletePolicy, updatePolicy } from "#core/policies/change-policies.ts";
import { getPolicy, listPolicies, listSourcePolicies } from "#core/policies/list-policies.ts";
import { parsePolicy } from "#core/policies/parse-policy.ts";
import { addMember } from "#core/members/add-member.ts";
import { removeMember, updateMember } from "#core/members/change-member.ts";
import { listMembers } from "#core/members/list-members.ts";
import { getSubscriptionPolicy, setSubscriptionPolicy } from "#core/subscriptions/source-subscription.ts";
import { approveAccessRequests, denyAccessRequests } from "#core/access-requests/bulk-decisions.ts";
import { createAccessRequest } from "#core/access-requests/create-request.ts";
import {
  approveAccessRequest,
  cancelAccessRequest,
  denyAccessRequest,
  getAccessRequest,
} from "#core/access-requests/decide-request.ts";
import { listAccessRequests } from "#core/access-requests/list-requests.ts";
import type { Operations } from "#functions/http/edge/operation.ts";
import type { CommonParts, IndexParts, QueueParts } from "./parts.ts";

/** Policies: who may subscribe to what. */
export const accessOperations = (
  parts: CommonParts & IndexParts & QueueParts,
): Operations<typeof accessRoutes> => ({
  parsePolicy,
  listPolicies: listPolicies(parts),
  createPolicy: createPolicy(parts),
  getPolicy: getPolicy(parts),
  updatePolicy: updatePolicy(parts),
  deletePolicy: deletePolicy(parts),
  listSourcePolicies: listSourcePolicies(parts),
  listMembers: listMembers(parts),
  addMember: addMember(parts),
  updateMember: updateMember(parts),
  removeMember: removeMember(parts),
  getSubscriptionPolicy: getSubscriptionPolicy(parts),
  setSubscriptionPolicy: setSubscriptionPolicy(parts),
  createAccessRequest: createAccessRequest(parts),
  listAccessRequests: listAccessRequests(parts),
  approveAccessRequests: approveAccessRequests(parts),
  denyAccessRequests: denyAccessRequests(parts),
  getAccessRequest: getAccessRequest(parts),
  approveAccessRequest: approveAccessRequest(parts),
  denyAccessRequest: denyAccessRequest(parts),
  cancelAccessRequest: cancelAccessRequest(parts),
});
