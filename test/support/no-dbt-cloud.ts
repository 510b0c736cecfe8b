import { dbtCloud } from "#adapters/dbt-cloud/dbt-cloud.ts";
import { systemClock } from "#adapters/system/system-clock.ts";
import type { DbtCloud } from "#core/ports/dbt-cloud.ts";

/** For tests that have nothing to do with dbt Cloud: no host has an address, so that nothing leaves this machine. */
export const noDbtCloud: DbtCloud = dbtCloud({
  listed: new Map(),
  clock: systemClock,
  resolve: () => Promise.reject(new Error("no test asks a name server")),
});
