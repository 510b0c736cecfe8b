import { identityEnvironment } from "#contracts/environment.ts";
import { identityRoutes } from "#contracts/http/groups/identity.ts";
import { identityParts } from "#functions/composition/cloud.ts";
import { httpFunction } from "#functions/http/edge/http-function.ts";
import { identityOperations } from "#functions/operations/identity.ts";

const parts = identityParts(identityEnvironment.parse(process.env));

export const handler = httpFunction(identityRoutes, identityOperations(parts), parts);
