import { activityRoutes } from "./catalog/activity.ts";
import { dataSourceRoutes } from "./catalog/data-sources.ts";
import { deletionRoutes } from "./catalog/deletion.ts";
import { dictionaryRoutes } from "./catalog/dictionary.ts";
import { documentationRoutes } from "./catalog/documentation.ts";
import { healthRoutes } from "./catalog/health.ts";
import { queryRoutes } from "./catalog/queries.ts";
import { tagRoutes } from "./catalog/tags.ts";
import { threadRoutes } from "./catalog/threads.ts";

/** Data sources with all that is known of them: one function, a file for each topic. */
export const catalogRoutes = {
  ...activityRoutes,
  ...dataSourceRoutes,
  ...deletionRoutes,
  ...dictionaryRoutes,
  ...documentationRoutes,
  ...healthRoutes,
  ...queryRoutes,
  ...tagRoutes,
  ...threadRoutes,
};
