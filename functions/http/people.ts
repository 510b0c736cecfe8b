import { peopleEnvironment } from "#contracts/environment.ts";
import { peopleRoutes } from "#contracts/http/groups/people.ts";
import { peopleParts } from "#functions/composition/cloud.ts";
import { httpFunction } from "#functions/http/edge/http-function.ts";
import { peopleOperations } from "#functions/operations/people.ts";

const parts = peopleParts(peopleEnvironment.parse(process.env));

export const handler = httpFunction(peopleRoutes, peopleOperations(parts), parts);
