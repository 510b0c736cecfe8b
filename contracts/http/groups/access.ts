import { policyRoutes } from "./access/policies.ts";

/** Members, subscription policies and access requests. */
export const accessRoutes = {
  ...policyRoutes,
};
