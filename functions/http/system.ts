import { systemRoutes } from "#contracts/http/groups/system.ts";
import { noSuchRoute } from "#functions/http/edge/no-such-route.ts";
import { httpFunction } from "#functions/http/edge/http-function.ts";
import { systemOperations } from "#functions/operations/system.ts";

/** Health, the API's description, and the answer to what no route takes. */
export const handler = httpFunction(systemRoutes, systemOperations(), null, noSuchRoute);
