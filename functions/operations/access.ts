import type { accessRoutes } from "#contracts/http/groups/access.ts";
import { createPolicy, deletePolicy, updatePolicy } from "#core/policies/change-policies.ts";
import { getPolicy, listPolicies, listSourcePolicies } from "#core/policies/list-policies.ts";
import { parsePolicy } from "#core/policies/parse-policy.ts";
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
});
