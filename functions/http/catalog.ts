import { catalogEnvironment } from "#contracts/environment.ts";
import { catalogRoutes } from "#contracts/http/groups/catalog.ts";
import { catalogParts } from "#functions/composition/cloud.ts";
import { httpFunction } from "#functions/http/edge/http-function.ts";
import { catalogOperations } from "#functions/operations/catalog.ts";

const parts = catalogParts(catalogEnvironment.parse(process.env));

export const handler = httpFunction(catalogRoutes, catalogOperations(parts), parts);
