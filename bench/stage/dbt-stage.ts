import type { SecretStore } from "#core/ports/secrets.ts";
import type { StepArtifacts } from "#test/dbt-cloud/model.ts";
import type { DbtEnvironment } from "./dbt-environment.ts";
import { deployment, type Caller, type Deployment, type DeploymentOptions } from "./deployment.ts";
import type { DynamoDbStage } from "./dynamodb.ts";
import { memorySecrets } from "./memory-secrets.ts";

/** A table with an integration of a dbt Cloud, asked by processes that have nothing in memory yet. */
export interface Stage {
  readonly dynamo: DynamoDbStage;
  readonly dbt: DbtEnvironment;
  readonly tableName: string;
  readonly secrets: SecretStore;
  readonly owner: Caller;
  readonly newProcess: (client?: ReturnType<DynamoDbStage["newClient"]>) => Deployment;
}

/** What became of a run, as far as it is looked at. */
export interface Expected {
  readonly outcome: string | null;
  readonly created: number;
  readonly updated: number;
}

/** Makes one. `connect` gives the connection that the integration has. */
export async function prepared(
  dynamo: DynamoDbStage,
  dbt: DbtEnvironment,
  options: DeploymentOptions = {},
  connect?: (reeve: Deployment, owner: Caller) => Promise<string>,
): Promise<Stage> {
  const tableName = await dynamo.newTable();
  const secrets = options.secrets ?? memorySecrets();
  const newProcess: Stage["newProcess"] = (client = dynamo.newClient()) =>
    deployment(client, tableName, { ...options, secrets, cloud: dbt.cloud });
  const reeve = newProcess();
  const owner = await reeve.newCaller(["APPLICATION_ADMIN", "CREATE_DATA_SOURCE"]);
  await dbt.integrate(reeve, owner, await connect?.(reeve, owner));
  return { dynamo, dbt, tableName, secrets, owner, newProcess };
}

/** Sends word of a run that left these artifacts, and has a worker bring the catalog in step with it. */
export async function synced(
  { dbt, owner }: Stage,
  reeve: Deployment,
  artifacts: StepArtifacts,
  expected: Expected,
): Promise<void> {
  await reeve.prepareDelivery(dbt.wordOf(dbt.ran(artifacts)))();
  await reeve.queue.work(reeve.worker, 1, 1);
  const path = "/dbt/1/10/100/runs";
  const { items } = (await reeve.send({ method: "GET", path, key: owner.key })) as {
    readonly items: readonly Expected[];
  };
  const [{ outcome, created, updated } = { outcome: null, created: 0, updated: 0 }] = items;
  const told = JSON.stringify({ outcome, created, updated });
  if (told !== JSON.stringify(expected)) throw new Error(`the run came to ${told}`);
}

/** Has a worker do all the checks that a sync left. */
export async function checked({ owner }: Stage, reeve: Deployment): Promise<void> {
  const query = { type: "health-refresh", state: ["queued", "running"], limit: 200 };
  const page = await reeve.send({ method: "GET", path: "/jobs", key: owner.key, query });
  const { length } = (page as { readonly items: readonly unknown[] }).items;
  await reeve.queue.work(reeve.worker, length, 1);
}
