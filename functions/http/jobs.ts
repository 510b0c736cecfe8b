import { jobsEnvironment } from "#contracts/environment.ts";
import { jobRoutes } from "#contracts/http/groups/jobs.ts";
import { jobsParts } from "#functions/composition/cloud.ts";
import { httpFunction } from "#functions/http/edge/http-function.ts";
import { jobOperations } from "#functions/operations/jobs.ts";

const parts = jobsParts(jobsEnvironment.parse(process.env));

export const handler = httpFunction(jobRoutes, jobOperations(parts), parts);
