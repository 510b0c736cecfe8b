import packageFile from "#root/package.json" with { type: "json" };
import type { systemRoutes } from "#contracts/http/groups/system.ts";
import type { Operations } from "#functions/http/edge/operation.ts";

/** What the service says of itself. */
export const systemOperations = (): Operations<typeof systemRoutes> => ({
  getHealth: () => Promise.resolve({ status: "ok", version: packageFile.version }),
  // Long, and seldom asked for: no part of a cold start.
  getOpenapi: async () => (await import("#root/openapi.json", { with: { type: "json" } })).default,
});
