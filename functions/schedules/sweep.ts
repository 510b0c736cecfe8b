import { sweepEnvironment } from "#contracts/environment.ts";
import { sweepParts } from "#functions/composition/cloud.ts";
import { sweep } from "#functions/operations/sweep.ts";

const run = sweep(sweepParts(sweepEnvironment.parse(process.env)));

export const handler = (): Promise<void> => run();
