import { policyRoutes } from "./access/policies.ts";

/** Policies: who may subscribe to what. */
export const accessRoutes = {
  ...policyRoutes,
};
