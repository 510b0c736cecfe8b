import * as z from "zod";
import { resourceId } from "../../../ids.ts";
import {
  parsedSentence,
  policy,
  policyCreation,
  policyKind,
  policyPatch,
  policyState,
  sentenceBody,
  sourcePolicy,
} from "../../../resources/policy.ts";
import { listOf, pageQuery, repeatable } from "../../lists.ts";
import { route } from "../../route.ts";

const params = z.object({ policyId: resourceId });
const authors = "GOVERNANCE; of one data source: its owners";
const readers = `${authors} and GOVERNANCE; global ones also whoever owns a data source that they apply to`;

/** Policies, written as sentences. */
export const policyRoutes = {
  parsePolicy: route({
    method: "POST",
    path: "/policies/parse",
    summary: "Tell what a sentence says, and how everybody writes it",
    who: "any user",
    authenticated: true,
    body: sentenceBody,
    status: 200,
    result: parsedSentence,
    problems: ["sentence-invalid"],
  }),
  listPolicies: route({
    method: "GET",
    path: "/policies",
    summary: "List policies in the order in which they were made",
    who: readers,
    authenticated: true,
    query: z.strictObject({
      ...pageQuery,
      dataSourceId: resourceId
        .optional()
        .describe("its own, and the global ones that apply to it; for its owners and GOVERNANCE"),
      state: repeatable(policyState),
      kind: repeatable(policyKind),
    }),
    status: 200,
    result: listOf(policy),
    problems: ["invalid-cursor", "not-found", "forbidden"],
  }),
  createPolicy: route({
    method: "POST",
    path: "/policies",
    summary: "State a policy by a sentence; it decides once it is active",
    who: authors,
    authenticated: true,
    body: policyCreation,
    status: 201,
    result: policy,
    problems: [
      "forbidden",
      "not-found",
      "sentence-invalid",
      "scope-required",
      "tag-not-found",
      "too-many-policies",
      "contention",
    ],
    idempotent: true,
  }),
  getPolicy: route({
    method: "GET",
    path: "/policies/{policyId}",
    summary: "Read a policy",
    who: readers,
    authenticated: true,
    params,
    status: 200,
    result: policy,
    problems: ["not-found"],
  }),
  updatePolicy: route({
    method: "PATCH",
    path: "/policies/{policyId}",
    summary: "Rename a policy, write its sentence anew, activate or stage it",
    who: authors,
    authenticated: true,
    params,
    body: policyPatch,
    status: 200,
    result: policy,
    problems: ["not-found", "forbidden", "sentence-invalid", "scope-required", "tag-not-found", "contention"],
    ifMatch: true,
  }),
  deletePolicy: route({
    method: "DELETE",
    path: "/policies/{policyId}",
    summary: "Delete a policy",
    who: authors,
    authenticated: true,
    params,
    status: 204,
    problems: ["not-found", "forbidden", "contention"],
    ifMatch: true,
  }),
  listSourcePolicies: route({
    method: "GET",
    path: "/data-sources/{dataSourceId}/policies",
    summary: "List the policies that bear on a data source, each with whether it applies and why",
    who: "members, GOVERNANCE; to others than owners and GOVERNANCE names and kinds of those that apply",
    authenticated: true,
    params: z.object({ dataSourceId: resourceId }),
    query: z.strictObject(pageQuery),
    status: 200,
    result: listOf(sourcePolicy),
    problems: ["not-found", "forbidden", "invalid-cursor"],
  }),
};
