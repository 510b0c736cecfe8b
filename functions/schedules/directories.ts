import { directoriesEnvironment } from "#contracts/environment.ts";
import { queueParts } from "#functions/composition/cloud.ts";
import { identitySyncs } from "#functions/operations/identity-syncs.ts";

const run = identitySyncs(queueParts(directoriesEnvironment.parse(process.env)));

export const handler = (): Promise<void> => run();
