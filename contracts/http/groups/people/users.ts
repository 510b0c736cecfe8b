import * as z from "zod";
import { resourceId } from "../../../ids.ts";
import { attributeBody, attributeName } from "../../../resources/attributes.ts";
import { permission } from "../../../resources/system.ts";
import { createdUser, user, userCreation, userPatch } from "../../../resources/user.ts";
import { listOf, pageQuery, repeatable } from "../../lists.ts";
import { route } from "../../route.ts";

export const userParams = z.object({ userId: resourceId });
const attributePath = "/users/{userId}/attributes/{name}";
const attributeParams = userParams.extend({ name: attributeName });

/** Users and what was set of them in Reeve. */
export const userRoutes = {
  listUsers: route({
    method: "GET",
    path: "/users",
    summary: "List the users, oldest first",
    who: "USER_ADMIN",
    authenticated: true,
    query: z.strictObject({
      ...pageQuery,
      search: z
        .string()
        .min(1)
        .max(200)
        .optional()
        .describe("words that the name or the e-mail address has, or their beginnings"),
      disabled: z
        .enum(["true", "false"])
        .transform((value) => value === "true")
        .optional()
        .describe("those who are out, or those who are not"),
      permission: repeatable(permission),
    }),
    status: 200,
    result: listOf(user),
    problems: ["forbidden", "invalid-cursor"],
  }),
  createUser: route({
    method: "POST",
    path: "/users",
    summary: "Make a user: a person comes in by the invitation, a service by keys",
    who: "USER_ADMIN",
    authenticated: true,
    body: userCreation,
    status: 201,
    result: createdUser,
    problems: ["forbidden", "duties-separated", "too-many-administrators", "contention"],
    idempotent: true,
  }),
  getUser: route({
    method: "GET",
    path: "/users/{userId}",
    summary: "Read a user",
    who: "USER_ADMIN",
    authenticated: true,
    params: userParams,
    status: 200,
    result: user,
    problems: ["forbidden", "not-found"],
  }),
  updateUser: route({
    method: "PATCH",
    path: "/users/{userId}",
    summary: "Change a user: name, permissions, external usernames, or whether they are out",
    who: "USER_ADMIN, but not their own permissions and external usernames",
    authenticated: true,
    params: userParams,
    body: userPatch,
    status: 200,
    result: user,
    problems: [
      "forbidden",
      "not-found",
      "self-change",
      "last-administrator",
      "duties-separated",
      "privileged-service-user",
      "external-username-taken",
      "too-many-administrators",
      "contention",
    ],
    ifMatch: true,
  }),
  deleteUser: route({
    method: "DELETE",
    path: "/users/{userId}",
    summary: "Delete a user with their keys",
    who: "USER_ADMIN",
    authenticated: true,
    params: userParams,
    status: 204,
    problems: ["forbidden", "not-found", "last-administrator", "last-owner", "contention"],
    ifMatch: true,
  }),
  setUserAttribute: route({
    method: "PUT",
    path: attributePath,
    summary: "Say what values an attribute of a user has; names ignore upper and lower case",
    who: "USER_ADMIN, but not their own",
    authenticated: true,
    params: attributeParams,
    body: attributeBody,
    status: 200,
    result: user,
    problems: ["forbidden", "not-found", "self-change", "too-many-attributes", "contention"],
    ifMatch: true,
  }),
  removeUserAttribute: route({
    method: "DELETE",
    path: attributePath,
    summary: "Take an attribute of a user away; an absent one is no error",
    who: "USER_ADMIN, but not their own",
    authenticated: true,
    params: attributeParams,
    status: 204,
    problems: ["forbidden", "not-found", "self-change", "contention"],
    ifMatch: true,
  }),
};
