import { Client } from "pg";
import { inProcessGateway } from "#connectors/gateway.ts";
import { startPostgres, type PostgresAddress } from "#test/support/postgres.ts";
import { CapacityMeter } from "../measuring/capacity.ts";
import { say, type Report } from "../measuring/figure.ts";
import type { DbtEnvironment } from "../stage/dbt-environment.ts";
import {
  artifactsOf,
  benchDatabase,
  benchSchema,
  columnName,
  modelName,
  type BenchProject,
} from "../stage/dbt-project.ts";
import { checked, prepared, synced, type Stage } from "../stage/dbt-stage.ts";
import type { DynamoDbStage } from "../stage/dynamodb.ts";
import { memorySecrets } from "../stage/memory-secrets.ts";
import { firstSync } from "./dbt-first.ts";

const columns = 20;
const withConnection = 500;

/** The project's tables, as dbt would have made them. */
async function makeTables(postgres: PostgresAddress, models: number): Promise<void> {
  const server = new Client({ ...postgres });
  await server.connect();
  await server.query(`create database ${benchDatabase}`);
  await server.end();
  const client = new Client({ ...postgres, database: benchDatabase });
  await client.connect();
  await client.query(`create schema ${benchSchema}`);
  const body = Array.from({ length: columns }, (_, at) =>
    at === 0 ? `${columnName(at)} bigint primary key` : `${columnName(at)} varchar(200)`,
  ).join(", ");
  for (let at = 0; at < models; at += 1) {
    await client.query(`create table ${benchSchema}.${modelName(at)} (${body})`);
  }
  await client.end();
}

/** What it costs to look again at everything that a run built, though dbt says nothing new of it. */
async function builtAgain(report: Report, stage: Stage, project: BenchProject): Promise<void> {
  const { dynamo, tableName } = stage;
  const client = dynamo.newClient();
  const reeve = stage.newProcess(client);
  const meter = new CapacityMeter(client, dynamo.newClient(), tableName);
  const expected = { outcome: "unchanged", created: 0, updated: 0 };
  const sync = await meter.measure(() => synced(stage, reeve, artifactsOf(project), expected));
  const checks = await meter.measure(() => checked(stage, reeve));
  const context = { models: project.models, columns, built: project.models };
  const figure = (what: string, value: number, unit: string): void =>
    report({ figure: `dbt-sync.built-again.${what}`, value, unit, budget: null, context });
  figure("sync.wcu", sync.wcu, "WCU");
  figure("sync.rcu", sync.rcu, "RCU");
  figure("checks.wcu", checks.wcu / project.models, "WCU per data source");
  figure("checks.rcu", checks.rcu / project.models, "RCU per data source");
}

/** The first sync with a connection to a real PostgreSQL, which tells the columns, and one that built all of it again. */
export async function connected(report: Report, dynamo: DynamoDbStage, dbt: DbtEnvironment): Promise<void> {
  say(`${withConnection} models of ${columns} columns, with a connection`);
  const postgres = await startPostgres();
  try {
    await makeTables(postgres, withConnection);
    const { host, port, user: username, password } = postgres;
    const secrets = memorySecrets();
    const gateway = inProcessGateway(secrets);
    const options = { secrets, sessions: gateway, keyStores: gateway };
    const stage = await prepared(dynamo, dbt, options, async ({ send }, { key }) => {
      const config = { host, port, database: benchDatabase, tls: "disable" };
      const body = { name: "shop", technology: "postgresql", config, credentials: { username, password } };
      const made = await send({ method: "POST", path: "/connections", key, body });
      return (made as { readonly id: string }).id;
    });
    const project = { models: withConnection, columns, docs: false };
    await checked(stage, await firstSync(report, stage, project, "first-with-connection"));
    await builtAgain(report, stage, project);
  } finally {
    await postgres.stop();
  }
}
