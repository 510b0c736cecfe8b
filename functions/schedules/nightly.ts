import { nightlyEnvironment } from "#contracts/environment.ts";
import { queueParts } from "#functions/composition/cloud.ts";
import { nightly } from "#functions/operations/nightly.ts";

const run = nightly(queueParts(nightlyEnvironment.parse(process.env)));

export const handler = (): Promise<void> => run();
