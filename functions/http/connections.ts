import { connectionsEnvironment } from "#contracts/environment.ts";
import { connectionRoutes } from "#contracts/http/groups/connections.ts";
import { connectionsParts } from "#functions/composition/cloud.ts";
import { httpFunction } from "#functions/http/edge/http-function.ts";
import { connectionOperations } from "#functions/operations/connections.ts";

const parts = connectionsParts(connectionsEnvironment.parse(process.env));

export const handler = httpFunction(connectionRoutes, connectionOperations(parts), parts);
