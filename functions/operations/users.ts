import type { apiKeyRoutes } from "#contracts/http/groups/people/api-keys.ts";
import type { invitationRoutes } from "#contracts/http/groups/people/invitations.ts";
import type { userRoutes } from "#contracts/http/groups/people/users.ts";
import { acceptInvitation } from "#core/people/invitations/accept-invitation.ts";
import { inviteUser } from "#core/people/invitations/invite-user.ts";
import {
  createMyKey,
  createUserKey,
  deleteMyKey,
  deleteUserKey,
  listMyKeys,
  listUserKeys,
} from "#core/people/keys/api-keys.ts";
import { createUser } from "#core/people/users/create-user.ts";
import { deleteUser } from "#core/people/users/delete-user.ts";
import { getUser, listUsers } from "#core/people/users/read-users.ts";
import { updateUser } from "#core/people/users/update-user.ts";
import { removeUserAttribute, setUserAttribute } from "#core/people/users/user-attributes.ts";
import type { Operations } from "#functions/http/edge/operation.ts";
import type { CommonParts, IndexParts, QueueParts } from "./parts.ts";

type UserRoutes = typeof userRoutes & typeof invitationRoutes & typeof apiKeyRoutes;

/** Users with their invitations and keys. */
export const userOperations = (parts: CommonParts & IndexParts & QueueParts): Operations<UserRoutes> => ({
  listUsers: listUsers(parts),
  createUser: createUser(parts),
  getUser: getUser(parts),
  updateUser: updateUser(parts),
  deleteUser: deleteUser(parts),
  setUserAttribute: setUserAttribute(parts),
  removeUserAttribute: removeUserAttribute(parts),
  inviteUser: inviteUser(parts),
  acceptInvitation: acceptInvitation(parts),
  listMyKeys: listMyKeys(parts),
  createMyKey: createMyKey(parts),
  deleteMyKey: deleteMyKey(parts),
  listUserKeys: listUserKeys(parts),
  createUserKey: createUserKey(parts),
  deleteUserKey: deleteUserKey(parts),
});
