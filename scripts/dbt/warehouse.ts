import { randomBytes } from "node:crypto";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client, type QueryResultRow } from "pg";
import { openDataDirectory } from "#local/data-directory.ts";
import { startGuardian } from "#local/processes/guardian.ts";
import { fillWarehouse } from "#local/sample/fill-warehouse.ts";
import { databaseName } from "#local/sample/sample-plan.ts";
import { startWarehouse, type Warehouse } from "#local/sample/warehouse-server.ts";
import type { DbtDatabase } from "./project.ts";

/** A sample warehouse of its own, in which dbt may build. */
export interface BuildWarehouse {
  readonly warehouse: Warehouse;
  readonly dbt: DbtDatabase;
  /** Asks it as its administrator. */
  readonly query: <Row extends QueryResultRow>(text: string, values?: readonly unknown[]) => Promise<Row[]>;
  /** Ends it and removes all of it. */
  readonly stop: () => Promise<void>;
}

const sources = "sales, finance, web";

/** dbt's login makes schemas of its own and reads its sources. */
async function makeBuilder(client: Client): Promise<{ readonly user: string; readonly password: string }> {
  const user = "hearth_dbt";
  const password = randomBytes(24).toString("base64url");
  await client.query(`create role ${user} login password ${client.escapeLiteral(password)}`);
  await client.query(`grant create on database ${databaseName} to ${user}`);
  await client.query(`grant usage on schema ${sources} to ${user}`);
  await client.query(`grant select on all tables in schema ${sources} to ${user}`);
  return { user, password };
}

/** Starts the sample warehouse anew, filled, with a login for dbt. */
export async function startBuildWarehouse(): Promise<BuildWarehouse> {
  const path = await mkdtemp(join(tmpdir(), "reeve-dbt-warehouse-"));
  // PostgreSQL's user must be able to pass.
  await chmod(path, 0o711);
  const guardian = startGuardian();
  guardian.remove(path);
  const directory = await openDataDirectory(join(path, "data"));
  const warehouse = await startWarehouse(directory, guardian);
  await fillWarehouse(warehouse);
  const { port, administrator, reader } = warehouse;
  const client = new Client({ host: "127.0.0.1", port, database: databaseName, ...administrator });
  await client.connect();
  const builder = await makeBuilder(client);
  return {
    warehouse,
    dbt: { port, database: databaseName, reader: reader.username, ...builder },
    query: async <Row extends QueryResultRow>(text: string, values: readonly unknown[] = []) =>
      (await client.query<Row>(text, [...values])).rows,
    stop: async () => {
      await client.end();
      await warehouse.stop();
      directory.unlock();
      await rm(path, { recursive: true, force: true, maxRetries: 5 });
      guardian.release();
    },
  };
}
