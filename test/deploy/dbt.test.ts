import { readFileSync } from "node:fs";
import { InvokeCommand, LambdaClient, ListFunctionsCommand } from "@aws-sdk/client-lambda";
import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, inject, it, vi } from "vitest";
import { secretsManagerClient } from "#adapters/secrets/client.ts";
import { secretsManagerStore } from "#adapters/secrets/secrets-manager-store.ts";
import type { ReeveClient } from "#client/client.ts";
import type { Run } from "#test/dbt-cloud/model.ts";
import { DbtCloudStandIn } from "#test/dbt-cloud/stand-in.ts";
import { signedDelivery, type SignedDelivery } from "#test/dbt-cloud/webhooks.ts";
import { dbtProject } from "#test/support/dbt-artifacts.ts";
import type { DescribedNode } from "#test/support/dbt-project.ts";
import { certificate } from "./certificate.ts";
import { administratorKey, api, apiUrl, aws, logLines, throughHost } from "./deployed.ts";

const warehouse = inject("warehouse");
const password = "deployed-p4ssword-of-dbt-reader";
const apiKey = "dbtc_deployed-key-of-the-account";
const webhookSecret = "deployed-secret-of-the-webhook";
const params = { accountId: "1", projectId: "10", environmentId: "100" };
const path = "/dbt/1/10/100";
const patience = { timeout: 60_000, interval: 250 };

const dbtCloud = new DbtCloudStandIn({
  ...params,
  apiKey,
  port: inject("dbtCloudPort"),
  tls: { cert: readFileSync(certificate.own, "utf8"), key: readFileSync(certificate.key, "utf8") },
});
const secrets = secretsManagerStore(secretsManagerClient(aws), { prefix: "Reeve/" });
const storedSecrets = async () => (await secrets.list("integrations/")).map(({ ref }) => ref);

let reeve: ReeveClient;
let connectionId: string;
let delivered: SignedDelivery;

beforeAll(async () => {
  const client = new Client({ ...warehouse });
  await client.connect();
  await client.query("create schema marts");
  await client.query("create table marts.payments (payment_id bigint primary key, amount numeric(12,2))");
  await client.query("insert into marts.payments select n, n from generate_series(1, 100) n");
  await client.query("create view marts.refunds as select payment_id, amount from marts.payments");
  await client.query(`create role dbt_reader login password '${password}'`);
  await client.query("grant usage on schema marts to dbt_reader");
  await client.query("grant select on all tables in schema marts to dbt_reader");
  await client.end();
  await dbtCloud.start();
  reeve = api(await administratorKey());
});
afterAll(() => dbtCloud.stop());

const payments: DescribedNode = {
  name: "payments",
  description: "One line for each payment.",
  tags: ["finance.core"],
  columns: [{ name: "payment_id", type: "integer", description: "Given by the bank.", tags: ["key"] }],
};
const refunds: DescribedNode = { name: "refunds", materialized: "view", columns: [] };

/** Ends a run that built these models; nobody is told of it. */
function ranWith(models: readonly DescribedNode[]): Run {
  const project = dbtProject({ database: warehouse.database, schema: "marts", models });
  return dbtCloud.finishRun({
    steps: [
      {
        artifacts: {
          "manifest.json": project.manifest({ adapter: "postgres", version: 12 }),
          "run_results.json": project.runResults({ which: "build" }),
        },
      },
    ],
  });
}

/** Sends a delivery through API Gateway, as it stands. */
async function deliver({ headers, body }: Pick<SignedDelivery, "headers" | "body">) {
  const reply = await throughHost(`${aws.endpoint}${path}/webhook`, { method: "POST", headers, body });
  return { status: reply.status, body: await reply.json() };
}

const listed = async () =>
  (await reeve.listDataSources({ query: { connectionId: [connectionId], sort: "name" } })).items;
const runs = async () => (await reeve.listDbtRuns({ params })).items;
const jobs = async () => (await reeve.listJobs({ query: { type: ["dbt-sync"] } })).items;

describe("a dbt Cloud environment of the deployed app", () => {
  it("is integrated with a key that is tried, and kept in the secret store alone", async () => {
    const config = {
      host: warehouse.host,
      port: warehouse.port,
      database: warehouse.database,
      tls: "disable",
    } as const;
    const credentials = { username: "dbt_reader", password };
    const connection = await reeve.createConnection({
      body: { name: "marts", technology: "postgresql", config, credentials },
    });
    connectionId = connection.id;
    const body = { host: dbtCloud.host, ...params, connectionId, webhookSecret };
    await expect(reeve.createIntegration({ body: { ...body, apiKey: "another-key" } })).rejects.toMatchObject(
      { code: "dbt-cloud-key-refused" },
    );
    expect(await storedSecrets()).toEqual([]);
    const made = await reeve.createIntegration({ body: { ...body, apiKey } });
    expect(made).toMatchObject({ ...params, connectionId, webhookSecretSet: true });
    expect(JSON.stringify(made)).not.toMatch(new RegExp(`${apiKey}|${webhookSecret}`));
    expect(await storedSecrets()).toHaveLength(1);
  });

  it("says at which address of the API its webhook is", async () => {
    const { webhookUrl } = await reeve.getIntegration({ params });
    expect(new URL(webhookUrl)).toMatchObject({
      hostname: new URL(apiUrl).hostname,
      pathname: `${path}/webhook`,
    });
  });
});

describe("word of a run", () => {
  it("is refused by the deployed function where its signature is wrong", async () => {
    const forged = signedDelivery({ run: ranWith([payments]), secret: "not-the-secret" });
    expect(await deliver(forged)).toMatchObject({
      status: 401,
      body: { code: "webhook-signature-invalid" },
    });
    expect(await runs()).toEqual([]);
  });

  it("brings what the run built from the webhook through the queue into the catalog", async () => {
    const run = ranWith([payments, refunds]);
    delivered = signedDelivery({ run, secret: webhookSecret });
    expect(await deliver(delivered)).toEqual({ status: 202, body: { received: true } });
    const [made, view] = await vi.waitFor(async () => {
      const items = await listed();
      expect(items.map(({ name }) => name)).toEqual(["marts.payments", "marts.refunds"]);
      return items;
    }, patience);
    const dataSourceId = made?.id ?? "";
    const shown = await reeve.getDataSource({ params: { dataSourceId } });
    expect(shown).toMatchObject({ description: payments.description, technology: "postgresql" });
    expect(shown.tags.map(({ name, provenance }) => [name, provenance])).toEqual([["finance.core", "dbt"]]);
    expect(view).toMatchObject({ remote: { kind: "view" } });
    const { items: columns } = await reeve.getDictionary({ params: { dataSourceId } });
    const told = columns.map(({ name, remoteType, description }) => [name, remoteType, description]);
    expect(told).toEqual([
      ["payment_id", "bigint", "Given by the bank."],
      ["amount", "numeric(12,2)", ""],
    ]);
    expect(columns[0]?.tags.map(({ name }) => name)).toEqual(["key"]);
    const [told1] = await vi.waitFor(async () => {
      const items = await runs();
      expect(items[0]?.state).toBe("succeeded");
      return items;
    }, patience);
    expect(told1).toMatchObject({ runId: run.id, outcome: "applied", created: 2, updated: 0, deleted: 0 });
  });

  it("that comes again makes nothing", async () => {
    expect(await deliver(delivered)).toEqual({ status: 202, body: { received: true } });
    expect(await jobs()).toHaveLength(1);
    expect(await runs()).toHaveLength(1);
    expect(await listed()).toHaveLength(2);
  });

  it("that was lost is made up for by the schedule", async () => {
    const changed = { ...payments, description: "One line for each payment that was made." };
    const run = ranWith([changed, refunds]);
    const lambda = new LambdaClient(aws);
    const { Functions = [] } = await lambda.send(new ListFunctionsCommand());
    const asking = Functions.find(({ FunctionName }) => FunctionName?.includes("DbtRuns"));
    const event = { source: "aws.events", "detail-type": "Scheduled Event", detail: {} };
    const done = await lambda.send(
      new InvokeCommand({ FunctionName: asking?.FunctionName, Payload: JSON.stringify(event) }),
    );
    expect(done.FunctionError).toBeUndefined();
    await vi.waitFor(async () => {
      expect((await runs())[0]).toMatchObject({ runId: run.id, outcome: "applied", updated: 1, created: 0 });
    }, patience);
    const [first] = await listed();
    const shown = await reeve.getDataSource({ params: { dataSourceId: first?.id ?? "" } });
    expect(shown.description).toBe(changed.description);
  });
});

describe("the end of an integration", () => {
  it("takes away all that it made, with its key, and leaves a sound table", async () => {
    await reeve.deleteIntegration({ params });
    await vi.waitFor(async () => {
      await expect(reeve.getIntegration({ params })).rejects.toMatchObject({ code: "not-found" });
    }, patience);
    expect(await listed()).toEqual([]);
    expect(await storedSecrets()).toEqual([]);
    // What was kept of them in their database goes with the connection's credentials.
    await vi.waitFor(async () => {
      const { items } = await reeve.listJobs({ query: { state: ["queued", "running"] } });
      expect(items).toEqual([]);
    }, patience);
    await reeve.deleteConnection({ params: { connectionId } });
    const { id: jobId } = await reeve.checkTable();
    await vi.waitFor(async () => {
      const job = await reeve.getJob({ params: { jobId } });
      expect(job).toMatchObject({ state: "succeeded", result: { broken: 0, findings: [] } });
    }, patience);
  });

  it("leaves neither key nor secret in any log", async () => {
    const lines = await logLines();
    expect(lines.filter(({ group }) => group.includes("Webhooks"))).not.toEqual([]);
    const secret = [apiKey, webhookSecret, password];
    expect(lines.filter(({ line }) => secret.some((one) => line.includes(one)))).toEqual([]);
  });
});
