import { processLog } from "#adapters/observability/observability.ts";
import { compactionEnvironment } from "#contracts/environment.ts";
import { catalogMaintenance } from "#functions/composition/cloud-segments.ts";
import { compact } from "#functions/operations/compact.ts";

const environment = compactionEnvironment.parse(process.env);
const run = compact({ maintenance: catalogMaintenance(environment), log: processLog });

export const handler = (): Promise<void> => run();
