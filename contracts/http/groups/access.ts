import { memberRoutes } from "./access/members.ts";
import { policyRoutes } from "./access/policies.ts";
import { subscriptionRoutes } from "./access/subscription.ts";
import { accessRequestRoutes } from "./access/requests.ts";

/** Policies: who may subscribe to what. */
export const accessRoutes = {
  ...memberRoutes,
  ...accessRequestRoutes,
  ...policyRoutes,
  ...subscriptionRoutes,
};
