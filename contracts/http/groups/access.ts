import { policyRoutes } from "./access/policies.ts";
import { accessRequestRoutes } from "./access/requests.ts";

/** Members, subscription policies and access requests. */
export const accessRoutes = {
  ...accessRequestRoutes,
  ...policyRoutes,
};
