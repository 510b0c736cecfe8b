import * as z from "zod";
import { resourceId } from "../../../ids.ts";
import {
  accessApproval,
  accessApprovals,
  accessDecisions,
  accessDenial,
  accessDenials,
  accessRequest,
  accessRequestCreation,
  accessRequestState,
} from "../../../resources/access-request.ts";
import { listOf, pageQuery, repeatable } from "../../lists.ts";
import { route } from "../../route.ts";

const params = z.object({ requestId: resourceId });
/** The lists of so many data sources are merged at most. */
const maxRequestSources = 20;
const approvers =
  "whom the data source's subscription policies ask for: its owners, USER_ADMIN, GOVERNANCE, AUDIT; never who asked, nor anybody in the group that it is for";
const decided = ["not-found", "forbidden", "request-state", "self-approval", "contention"] as const;

/** Asking for access to data sources, and deciding. */
export const accessRequestRoutes = {
  createAccessRequest: route({
    method: "POST",
    path: "/data-sources/{dataSourceId}/access-requests",
    summary: "Ask for access; where nobody has to approve, it is granted at once",
    who: "whoever may know of the data source, where a subscription policy lets them ask",
    authenticated: true,
    params: z.object({ dataSourceId: resourceId }),
    body: accessRequestCreation,
    status: 201,
    location: "/access-requests",
    result: accessRequest,
    problems: ["not-found", "principal-not-found", "member-exists", "access-not-requestable", "contention"],
    idempotent: true,
  }),
  listAccessRequests: route({
    method: "GET",
    path: "/access-requests",
    summary: "List requests, newest first: one's own, those that one may decide, and those that one decided",
    who: "any user; the list holds what they may see",
    authenticated: true,
    query: z.strictObject({
      ...pageQuery,
      state: repeatable(accessRequestState),
      dataSourceId: repeatable(resourceId, maxRequestSources),
      mine: z
        .enum(["true", "false"])
        .transform((value) => value === "true")
        .optional()
        .describe("true: those that one made oneself; false: those of others"),
    }),
    status: 200,
    result: listOf(accessRequest),
    problems: ["invalid-cursor"],
  }),
  approveAccessRequests: route({
    method: "POST",
    path: "/access-requests/approve",
    summary: "Approve several requests, each by itself",
    who: approvers,
    authenticated: true,
    body: accessApprovals,
    status: 200,
    result: accessDecisions,
    problems: [],
  }),
  denyAccessRequests: route({
    method: "POST",
    path: "/access-requests/deny",
    summary: "Deny several requests, each by itself",
    who: approvers,
    authenticated: true,
    body: accessDenials,
    status: 200,
    result: accessDecisions,
    problems: [],
  }),
  getAccessRequest: route({
    method: "GET",
    path: "/access-requests/{requestId}",
    summary: "Read a request",
    who: `who asked, whoever is in the group that it is for, and ${approvers}`,
    authenticated: true,
    params,
    status: 200,
    result: accessRequest,
    problems: ["not-found"],
  }),
  approveAccessRequest: route({
    method: "POST",
    path: "/access-requests/{requestId}/approve",
    summary: "Approve a request; with the last approval that it takes, access is granted",
    who: approvers,
    authenticated: true,
    params,
    body: accessApproval,
    bodyOptional: true,
    status: 200,
    result: accessRequest,
    problems: [...decided, "access-not-requestable"],
    ifMatch: true,
    idempotent: true,
  }),
  denyAccessRequest: route({
    method: "POST",
    path: "/access-requests/{requestId}/deny",
    summary: "Deny a request, with a reason",
    who: approvers,
    authenticated: true,
    params,
    body: accessDenial,
    status: 200,
    result: accessRequest,
    problems: decided,
    ifMatch: true,
    idempotent: true,
  }),
  cancelAccessRequest: route({
    method: "POST",
    path: "/access-requests/{requestId}/cancel",
    summary: "Take back a request of one's own that is not decided yet",
    who: "who asked",
    authenticated: true,
    params,
    status: 200,
    result: accessRequest,
    problems: ["not-found", "forbidden", "request-state", "contention"],
    ifMatch: true,
    idempotent: true,
  }),
};
