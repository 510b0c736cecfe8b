import { dbtEnvironment } from "#contracts/environment.ts";
import { dbtRoutes } from "#contracts/http/groups/dbt.ts";
import { dbtParts } from "#functions/composition/cloud-dbt.ts";
import { httpFunction } from "#functions/http/edge/http-function.ts";
import { dbtOperations } from "#functions/operations/dbt.ts";

const parts = dbtParts(dbtEnvironment.parse(process.env));

export const handler = httpFunction(dbtRoutes, dbtOperations(parts), parts);
