import { dbtRunsEnvironment } from "#contracts/environment.ts";
import { dbtRunsParts } from "#functions/composition/cloud-dbt.ts";
import { dbtRuns } from "#functions/operations/dbt-runs.ts";

const run = dbtRuns(dbtRunsParts(dbtRunsEnvironment.parse(process.env)));

export const handler = (): Promise<void> => run();
