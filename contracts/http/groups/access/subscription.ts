import * as z from "zod";
import { resourceId } from "../../../ids.ts";
import { subscriptionPolicy, subscriptionPolicyStatement } from "../../../resources/subscription-policy.ts";
import { route } from "../../route.ts";

const params = z.object({ dataSourceId: resourceId });

/** Who may subscribe to a data source. */
export const subscriptionRoutes = {
  getSubscriptionPolicy: route({
    method: "GET",
    path: "/data-sources/{dataSourceId}/subscription-policy",
    summary: "Read who may subscribe to a data source, and what that means to the caller",
    who: "members, GOVERNANCE; whom it admits is told to owners and GOVERNANCE",
    authenticated: true,
    params,
    status: 200,
    result: subscriptionPolicy,
    problems: ["not-found", "forbidden"],
  }),
  setSubscriptionPolicy: route({
    method: "PUT",
    path: "/data-sources/{dataSourceId}/subscription-policy",
    summary: "State who may subscribe to a data source, beside the policies that apply everywhere",
    who: "owners",
    authenticated: true,
    params,
    body: subscriptionPolicyStatement,
    status: 200,
    result: subscriptionPolicy,
    problems: ["not-found", "forbidden", "contention"],
    ifMatch: true,
  }),
};
