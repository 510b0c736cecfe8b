import { accessEnvironment } from "#contracts/environment.ts";
import { accessRoutes } from "#contracts/http/groups/access.ts";
import { accessParts } from "#functions/composition/cloud.ts";
import { httpFunction } from "#functions/http/edge/http-function.ts";
import { accessOperations } from "#functions/operations/access.ts";

const parts = accessParts(accessEnvironment.parse(process.env));

export const handler = httpFunction(accessRoutes, accessOperations(parts), parts);
