import { deadLettersEnvironment } from "#contracts/environment.ts";
import { queueParts } from "#functions/composition/cloud.ts";
import { deadLetterWorker } from "#functions/operations/workers.ts";

export const handler = deadLetterWorker(queueParts(deadLettersEnvironment.parse(process.env)));
