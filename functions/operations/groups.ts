import type { groupRoutes } from "#contracts/http/groups/people/groups.ts";
import type { principalRoutes } from "#contracts/http/groups/people/principals.ts";
import { createGroup } from "#core/people/groups/create-group.ts";
import { deleteGroup } from "#core/people/groups/delete-group.ts";
import { addGroupMember, removeGroupMember } from "#core/people/groups/group-members.ts";
import { getGroup, listGroupMembers, listGroups } from "#core/people/groups/read-groups.ts";
import { removeGroupAttribute, setGroupAttribute, updateGroup } from "#core/people/groups/update-group.ts";
import { listPrincipals } from "#core/people/list-principals.ts";
import type { Operations } from "#functions/http/edge/operation.ts";
import type { CommonParts, IndexParts, QueueParts } from "./parts.ts";

/** Groups, and who there is to choose from. */
export const groupOperations = (
  parts: CommonParts & IndexParts & QueueParts,
): Operations<typeof groupRoutes & typeof principalRoutes> => ({
  listGroups: listGroups(parts),
  createGroup: createGroup(parts),
  getGroup,
  updateGroup: updateGroup(parts),
  deleteGroup: deleteGroup(parts),
  listGroupMembers: listGroupMembers(parts),
  addGroupMember: addGroupMember(parts),
  removeGroupMember: removeGroupMember(parts),
  setGroupAttribute: setGroupAttribute(parts),
  removeGroupAttribute: removeGroupAttribute(parts),
  listPrincipals: listPrincipals(parts),
});
