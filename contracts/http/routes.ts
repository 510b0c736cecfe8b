import { accessRoutes } from "./groups/access.ts";
import { auditRoutes } from "./groups/audit.ts";
import { catalogRoutes } from "./groups/catalog.ts";
import { connectionRoutes } from "./groups/connections.ts";
import { dbtRoutes } from "./groups/dbt.ts";
import { identityRoutes } from "./groups/identity.ts";
import { jobRoutes } from "./groups/jobs.ts";
import { peopleRoutes } from "./groups/people.ts";
import { systemRoutes } from "./groups/system.ts";
import { webhookRoutes } from "./groups/webhooks.ts";

/** Routes by function: one per context and permission set. To move an operation, move its line. */
export const routeGroups = {
  access: accessRoutes,
  audit: auditRoutes,
  catalog: catalogRoutes,
  connections: connectionRoutes,
  dbt: dbtRoutes,
  identity: identityRoutes,
  jobs: jobRoutes,
  people: peopleRoutes,
  system: systemRoutes,
  webhooks: webhookRoutes,
} as const;
export type RouteGroup = keyof typeof routeGroups;

/** Every operation by its name. */
export const routes = {
  ...systemRoutes,
  ...peopleRoutes,
  ...identityRoutes,
  ...accessRoutes,
  ...auditRoutes,
  ...connectionRoutes,
  ...catalogRoutes,
  ...jobRoutes,
  ...dbtRoutes,
  ...webhookRoutes,
} as const;
export type Routes = typeof routes;
export type RouteId = keyof Routes;
