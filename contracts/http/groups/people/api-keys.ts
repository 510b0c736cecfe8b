import * as z from "zod";
import { resourceId } from "../../../ids.ts";
import { apiKey, apiKeyCreation, createdApiKey } from "../../../resources/api-key.ts";
import { listOf, pageQuery } from "../../lists.ts";
import { route } from "../../route.ts";
import { userParams } from "./users.ts";

const keyParams = z.object({ keyId: resourceId });

/** API keys: made for oneself, or by an administrator for a service user. */
export const apiKeyRoutes = {
  listMyKeys: route({
    method: "GET",
    path: "/me/api-keys",
    summary: "List one's own API keys, oldest first; never the keys themselves",
    who: "any user, about themselves",
    authenticated: true,
    query: z.strictObject(pageQuery),
    status: 200,
    result: listOf(apiKey),
    problems: ["invalid-cursor"],
  }),
  createMyKey: route({
    method: "POST",
    path: "/me/api-keys",
    summary: "Make an API key for oneself; it is told once",
    who: "any user, for themselves; no service user with USER_ADMIN, GOVERNANCE or AUDIT",
    authenticated: true,
    body: apiKeyCreation,
    status: 201,
    result: createdApiKey,
    problems: ["too-many-keys", "privileged-service-user", "contention"],
    idempotent: true,
  }),
  deleteMyKey: route({
    method: "DELETE",
    path: "/me/api-keys/{keyId}",
    summary: "Revoke an API key of one's own, at once",
    who: "any user, their own",
    authenticated: true,
    params: keyParams,
    status: 204,
    problems: ["not-found", "contention"],
  }),
  listUserKeys: route({
    method: "GET",
    path: "/users/{userId}/api-keys",
    summary: "List a user's API keys, oldest first; never the keys themselves",
    who: "USER_ADMIN, and the user",
    authenticated: true,
    params: userParams,
    query: z.strictObject(pageQuery),
    status: 200,
    result: listOf(apiKey),
    problems: ["forbidden", "not-found", "invalid-cursor"],
  }),
  createUserKey: route({
    method: "POST",
    path: "/users/{userId}/api-keys",
    summary: "Make an API key for a service user; it is told once",
    who: "USER_ADMIN, for service users without USER_ADMIN, GOVERNANCE and AUDIT",
    authenticated: true,
    params: userParams,
    body: apiKeyCreation,
    status: 201,
    result: createdApiKey,
    problems: ["forbidden", "not-found", "too-many-keys", "privileged-service-user", "contention"],
    idempotent: true,
  }),
  deleteUserKey: route({
    method: "DELETE",
    path: "/users/{userId}/api-keys/{keyId}",
    summary: "Revoke an API key, at once",
    who: "USER_ADMIN, and the user whose it is",
    authenticated: true,
    params: userParams.extend({ keyId: resourceId }),
    status: 204,
    problems: ["forbidden", "not-found", "contention"],
  }),
};
