import { memberRoutes } from "./access/members.ts";
import { policyRoutes } from "./access/policies.ts";
import { subscriptionRoutes } from "./access/subscription.ts";

/** Members, subscription policies and access requests. */
export const accessRoutes = {
  ...memberRoutes,
  ...policyRoutes,
  ...subscriptionRoutes,
};
