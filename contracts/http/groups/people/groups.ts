import * as z from "zod";
import { resourceId } from "../../../ids.ts";
import { attributeBody, attributeName } from "../../../resources/attributes.ts";
import { group, groupCreation, groupMember, groupPatch } from "../../../resources/group.ts";
import { listOf, pageQuery } from "../../lists.ts";
import { route } from "../../route.ts";

const params = z.object({ groupId: resourceId });
const memberPath = "/groups/{groupId}/members/{userId}";
const memberParams = params.extend({ userId: resourceId });
const attributePath = "/groups/{groupId}/attributes/{name}";
const attributeParams = params.extend({ name: attributeName });

/** Groups, who is in them, and what that gives. */
export const groupRoutes = {
  listGroups: route({
    method: "GET",
    path: "/groups",
    summary: "List the groups by name",
    who: "USER_ADMIN",
    authenticated: true,
    query: z.strictObject({
      ...pageQuery,
      search: z.string().min(1).max(200).optional().describe("words that the name has, or their beginnings"),
    }),
    status: 200,
    result: listOf(group),
    problems: ["forbidden", "invalid-cursor"],
  }),
  createGroup: route({
    method: "POST",
    path: "/groups",
    summary: "Make a group that nobody is in yet",
    who: "USER_ADMIN",
    authenticated: true,
    body: groupCreation,
    status: 201,
    result: group,
    problems: ["forbidden", "group-name-taken", "too-many-groups", "too-many-attributes", "contention"],
    idempotent: true,
  }),
  getGroup: route({
    method: "GET",
    path: "/groups/{groupId}",
    summary: "Read a group",
    who: "USER_ADMIN",
    authenticated: true,
    params,
    status: 200,
    result: group,
    problems: ["forbidden", "not-found"],
  }),
  updateGroup: route({
    method: "PATCH",
    path: "/groups/{groupId}",
    summary: "Rename a group",
    who: "USER_ADMIN, but not who is in it",
    authenticated: true,
    params,
    body: groupPatch,
    status: 200,
    result: group,
    problems: [
      "forbidden",
      "not-found",
      "self-change",
      "group-from-provider",
      "group-name-taken",
      "contention",
    ],
    ifMatch: true,
  }),
  deleteGroup: route({
    method: "DELETE",
    path: "/groups/{groupId}",
    summary: "Delete a group; a job takes its roles off whatever it had any on",
    who: "USER_ADMIN, but not who is in it",
    authenticated: true,
    params,
    status: 204,
    problems: ["forbidden", "not-found", "self-change", "group-from-provider", "last-owner", "contention"],
    ifMatch: true,
  }),
  listGroupMembers: route({
    method: "GET",
    path: "/groups/{groupId}/members",
    summary: "List who is in a group, with who says so",
    who: "USER_ADMIN",
    authenticated: true,
    params,
    query: z.strictObject(pageQuery),
    status: 200,
    result: listOf(groupMember),
    problems: ["forbidden", "not-found", "invalid-cursor"],
  }),
  addGroupMember: route({
    method: "PUT",
    path: memberPath,
    summary: "Put a user into a group; who is in it already stays in it",
    who: "USER_ADMIN, for others",
    authenticated: true,
    params: memberParams,
    status: 200,
    result: groupMember,
    problems: ["forbidden", "not-found", "self-change", "group-from-provider", "contention"],
  }),
  removeGroupMember: route({
    method: "DELETE",
    path: memberPath,
    summary: "Take a user out of a group; who is not in it stays out",
    who: "USER_ADMIN, for others",
    authenticated: true,
    params: memberParams,
    status: 204,
    problems: ["forbidden", "not-found", "self-change", "group-from-provider", "last-owner", "contention"],
  }),
  setGroupAttribute: route({
    method: "PUT",
    path: attributePath,
    summary: "Say what values an attribute of a group has; names ignore upper and lower case",
    who: "USER_ADMIN, but not who is in it",
    authenticated: true,
    params: attributeParams,
    body: attributeBody,
    status: 200,
    result: group,
    problems: ["forbidden", "not-found", "self-change", "too-many-attributes", "contention"],
    ifMatch: true,
  }),
  removeGroupAttribute: route({
    method: "DELETE",
    path: attributePath,
    summary: "Take an attribute of a group away; an absent one is no error",
    who: "USER_ADMIN, but not who is in it",
    authenticated: true,
    params: attributeParams,
    status: 204,
    problems: ["forbidden", "not-found", "self-change", "contention"],
    ifMatch: true,
  }),
};
