import { join, resolve } from "node:path";
import { defaultDataDirectory } from "#contracts/local-environment.ts";
import { endNextRun } from "#local/sample/dbt/next-run.ts";
import { keptStandIn } from "#local/sample/dbt/stand-in.ts";
import { keptWarehouse } from "#local/sample/warehouse-server.ts";

const path = resolve(process.env["REEVE_DATA_DIR"] || defaultDataDirectory);
const at = (name: string): string => join(path, name);

const standIn = await keptStandIn(at);
const warehouse = await keptWarehouse(at);
if (standIn === null || warehouse === null) {
  process.stderr.write(
    `${path} has no sample of dbt yet: start Reeve by \`npm start\`, and wait until it says so\n`,
  );
  process.exit(1);
}
const { name, runId } = await endNextRun({ directory: { at }, standIn, warehouse });
process.stdout.write(`run ${runId} (${name}) is over, and Reeve was told of it\n`);
