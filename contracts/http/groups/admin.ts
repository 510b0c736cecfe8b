import { job } from "../../resources/job.ts";
import { route } from "../route.ts";

/** Work on the deployment as a whole. It is done by jobs, so that it may take as long as it takes. */
export const adminRoutes = {
  checkTable: route({
    method: "POST",
    path: "/admin/check",
    summary:
      "Read everything that is stored and tell what does not fit together; the job's result is the report",
    who: "APPLICATION_ADMIN",
    authenticated: true,
    status: 202,
    result: job,
    problems: ["forbidden", "contention"],
    idempotent: true,
  }),
  rebuildCatalog: route({
    method: "POST",
    path: "/admin/rebuild",
    summary: "Make the catalog's index and the lines of jobs anew from all that is stored",
    who: "APPLICATION_ADMIN",
    authenticated: true,
    status: 202,
    result: job,
    problems: ["forbidden", "contention"],
    idempotent: true,
  }),
};
