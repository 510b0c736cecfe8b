import { memberRoutes } from "./access/members.ts";
import { policyRoutes } from "./access/policies.ts";
import { subscriptionRoutes } from "./access/subscription.ts";

/** Policies: who may subscribe to what. */
export const accessRoutes = {
  ...memberRoutes,
  ...policyRoutes,
  ...subscriptionRoutes,
};
