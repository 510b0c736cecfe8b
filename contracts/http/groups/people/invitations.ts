import { invitation, invitationAcceptance, joined } from "../../../resources/user.ts";
import { route } from "../../route.ts";
import { userParams } from "./users.ts";

/** How a person comes in who has no key yet. */
export const invitationRoutes = {
  inviteUser: route({
    method: "POST",
    path: "/users/{userId}/invitation",
    summary: "Invite a person who has no key; an earlier invitation is void",
    who: "USER_ADMIN",
    authenticated: true,
    params: userParams,
    status: 201,
    result: invitation,
    problems: ["forbidden", "not-found", "already-joined", "contention"],
    idempotent: true,
  }),
  acceptInvitation: route({
    method: "POST",
    path: "/invitations/accept",
    summary: "Come in: turn an invitation into one's first key, once",
    who: "whoever holds the invitation",
    authenticated: false,
    body: invitationAcceptance,
    status: 201,
    result: joined,
    problems: ["invitation-invalid", "contention"],
  }),
};
