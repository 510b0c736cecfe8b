import { nightlyEnvironment } from "#contracts/environment.ts";
import { nightlyParts } from "#functions/composition/cloud.ts";
import { nightly } from "#functions/operations/nightly.ts";

const run = nightly(nightlyParts(nightlyEnvironment.parse(process.env)));

export const handler = (): Promise<void> => run();
