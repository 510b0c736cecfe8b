import * as z from "zod";
import { resourceId } from "../../ids.ts";
import {
  identityProvider,
  identityProviderCreation,
  identityProviderPatch,
} from "../../resources/identity-provider.ts";
import { job } from "../../resources/job.ts";
import { listOf, pageQuery } from "../lists.ts";
import { route } from "../route.ts";

const params = z.object({ providerId: resourceId });
const who = "APPLICATION_ADMIN";

/** Where people come from: identity providers, and signing in. */
export const identityRoutes = {
  createIdentityProvider: route({
    method: "POST",
    path: "/identity-providers",
    summary: "Accept people of another place; an OIDC issuer is asked for its endpoints first",
    who,
    authenticated: true,
    body: identityProviderCreation,
    status: 201,
    result: identityProvider,
    problems: ["forbidden", "identity-provider-exists", "identity-provider-unreachable", "contention"],
    idempotent: true,
  }),
  listIdentityProviders: route({
    method: "GET",
    path: "/identity-providers",
    summary: "List identity providers, oldest first",
    who,
    authenticated: true,
    query: z.strictObject(pageQuery),
    status: 200,
    result: listOf(identityProvider),
    problems: ["forbidden", "invalid-cursor"],
  }),
  getIdentityProvider: route({
    method: "GET",
    path: "/identity-providers/{providerId}",
    summary: "Read an identity provider, never its secret",
    who,
    authenticated: true,
    params,
    status: 200,
    result: identityProvider,
    problems: ["forbidden", "not-found"],
  }),
  updateIdentityProvider: route({
    method: "PATCH",
    path: "/identity-providers/{providerId}",
    summary: "Change an identity provider; its secret must come again with another issuer or server",
    who,
    authenticated: true,
    params,
    body: identityProviderPatch,
    status: 200,
    result: identityProvider,
    problems: [
      "forbidden",
      "not-found",
      "identity-provider-exists",
      "identity-provider-unreachable",
      "credentials-required",
      "contention",
    ],
    ifMatch: true,
  }),
  deleteIdentityProvider: route({
    method: "DELETE",
    path: "/identity-providers/{providerId}",
    summary: "Accept nobody from there any more; what it said of people counts for nothing at once",
    who,
    authenticated: true,
    params,
    status: 204,
    problems: ["forbidden", "not-found", "contention"],
    ifMatch: true,
  }),
  syncIdentityProvider: route({
    method: "POST",
    path: "/identity-providers/{providerId}/sync",
    summary: "Read a directory now, and bring people and groups in step with it",
    who,
    authenticated: true,
    params,
    status: 202,
    result: job,
    problems: ["forbidden", "not-found", "identity-provider-not-synced", "contention"],
    idempotent: true,
  }),
};
