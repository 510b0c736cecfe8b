import { workerEnvironment } from "#contracts/environment.ts";
import { retryLater, workerParts } from "#functions/composition/cloud-worker.ts";
import { jobWorker } from "#functions/operations/workers.ts";

const environment = workerEnvironment.parse(process.env);

export const handler = jobWorker(workerParts(environment), retryLater(environment));
