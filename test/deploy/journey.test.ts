import { DeleteCommand, GetCommand, PutCommand } from "@aws-sdk/lib-dynamodb";
import { InvokeCommand, LambdaClient, ListFunctionsCommand } from "@aws-sdk/client-lambda";
import { ListTablesCommand } from "@aws-sdk/client-dynamodb";
import { Client } from "pg";
import { beforeAll, describe, expect, inject, it, vi } from "vitest";
import { documentClient } from "#adapters/dynamodb/client.ts";
import { keys } from "#adapters/dynamodb/keys.ts";
import { secretsManagerClient } from "#adapters/secrets/client.ts";
import { secretsManagerStore } from "#adapters/secrets/secrets-manager-store.ts";
import type { ReeveClient } from "#client/client.ts";
import { deploymentProviderId } from "#contracts/resources/identity-provider.ts";
import { administratorKey, api, aws, logLines } from "./deployed.ts";

const warehouse = inject("warehouse");
const password = "deployed-p4ssword-of-reader";
const config = {
  host: warehouse.host,
  port: warehouse.port,
  database: warehouse.database,
  tls: "disable",
} as const;
const credentials = { username: "reader", password };
const patience = { timeout: 60_000, interval: 250 };

const secrets = secretsManagerStore(secretsManagerClient(aws), { prefix: "Reeve/" });
const storedCredentials = async () => (await secrets.list("connections/")).map(({ ref }) => ref);

let key: string;
let reeve: ReeveClient;
let connectionId: string;
let dataSourceId: string;
let creationRequest: string;

beforeAll(async () => {
  const client = new Client({ ...warehouse });
  await client.connect();
  await client.query("create schema shop");
  await client.query("create table shop.orders (id bigint primary key, email text, country text)");
  await client.query(
    "insert into shop.orders select n, 'p' || n || '@example.com', 'DE' from generate_series(1, 5000) n",
  );
  await client.query("analyze shop.orders");
  await client.query("create table shop.customers (id int primary key, loyalty_level text)");
  await client.query(`create role reader login password '${password}'`);
  await client.query("grant usage on schema shop to reader");
  await client.query("grant select on all tables in schema shop to reader");
  await client.end();
  key = await administratorKey();
  reeve = api(key);
});

describe("the deployed API", () => {
  it("lets people of the deployment's user pool sign in", async () => {
    const { items } = await reeve.listSignInProviders({ query: {} });
    expect(items).toEqual([{ id: deploymentProviderId, name: "User pool" }]);
    const provider = await reeve.getIdentityProvider({ params: { providerId: deploymentProviderId } });
    expect(provider).toMatchObject({
      kind: "oidc",
      issuer: expect.stringMatching(/^https:\/\/cognito-idp\.[\w-]+\.amazonaws\.com\/[\w-]+$/) as string,
      clientSecretSet: false,
    });
  });

  it("knows the first administrator by the key in the secret that the output names", async () => {
    // The emulator does not know that punctuation was to be left out.
    expect(key).toMatch(/^[\x21-\x7e]{48}$/);
    const { user, permissions } = await reeve.getMe();
    expect(user.name).toBe("First administrator");
    expect(permissions).toContain("APPLICATION_ADMIN");
  });

  it("describes itself to anybody", async () => {
    // The emulator keeps the path /health to itself.
    expect(await api().getOpenapi()).toMatchObject({ openapi: "3.1.0" });
  });

  it("knows nobody by another key", async () => {
    await expect(api("another-key-that-nobody-has").getMe()).rejects.toMatchObject({
      code: "unauthenticated",
    });
  });

  it("answers what no route takes itself", async () => {
    expect(await reeve.send({ method: "GET", path: "/nothing" })).toMatchObject({
      status: 404,
      body: { code: "not-found" },
    });
    const wrongMethod = await reeve.send({ method: "DELETE", path: "/me" });
    expect(wrongMethod).toMatchObject({ status: 405, body: { code: "method-not-allowed" } });
    expect(wrongMethod.headers.get("allow")).toBe("GET");
  });

  it("stores no connection that does not work, and leaves no credentials of it behind", async () => {
    const broken = { name: "broken", technology: "postgresql", config } as const;
    await expect(
      reeve.createConnection({ body: { ...broken, credentials: { ...credentials, password: "wrong" } } }),
    ).rejects.toMatchObject({ code: "connection-failed", problem: { reason: "authentication-failed" } });
    expect((await reeve.listConnections()).items).toEqual([]);
    expect(await storedCredentials()).toEqual([]);
  });
});

describe("a table of a real PostgreSQL", () => {
  it("is reached through a connection whose credentials are in the secret store alone", async () => {
    const made = await reeve.createConnection({
      body: { name: "shop", technology: "postgresql", config, credentials },
    });
    connectionId = made.id;
    expect(JSON.stringify(made)).not.toContain(password);
    const refs = await storedCredentials();
    expect(refs).toHaveLength(1);
    expect(await secrets.get(refs[0] ?? "")).toEqual(credentials);
    expect(await reeve.testConnection({ params: { connectionId } })).toMatchObject({ ok: true });
    const { items } = await reeve.listTables({ params: { connectionId }, query: { schema: "shop" } });
    expect(items).toEqual([
      { schema: "shop", name: "customers", kind: "table", columnCount: 2, dataSourceId: null },
      { schema: "shop", name: "orders", kind: "table", columnCount: 3, dataSourceId: null },
    ]);
  });

  it("becomes a data source that starts healthy with its dictionary complete", async () => {
    const { status, headers, body } = await reeve.send({
      method: "POST",
      path: "/data-sources",
      body: { connectionId, schema: "shop", table: "orders" },
    });
    expect(body).toMatchObject({ name: "shop.orders", columnCount: 3, health: { status: "healthy" } });
    expect(status).toBe(201);
    creationRequest = headers.get("x-request-id") ?? "";
    dataSourceId = (body as { readonly id: string }).id;
    const { items } = await reeve.getDictionary({ params: { dataSourceId } });
    expect(items.map(({ name, remoteType }) => [name, remoteType])).toEqual([
      ["id", "bigint"],
      ["email", "text"],
      ["country", "text"],
    ]);
  });

  it("is measured by a job that goes through the queue", async () => {
    const measured = await vi.waitFor(async () => {
      const read = await reeve.getDataSource({ params: { dataSourceId } });
      expect(read.statistics.rowCount).not.toBeNull();
      return read;
    }, patience);
    expect(measured.statistics.rowCount).toMatchObject({ value: 5000, exact: true });
    expect(measured.statistics.highCardinalityColumn?.name).toMatch(/^(?:id|email)$/);
    const states = measured.health.checks.map(({ check, state }) => [check, state]);
    expect(Object.fromEntries(states)).toMatchObject({
      connectivity: "passed",
      "row-count": "passed",
      "high-cardinality": "passed",
    });
    const { items } = await reeve.listJobs({ query: { dataSourceId } });
    expect(items.map(({ state, attempts }) => [state, attempts])).toEqual([["succeeded", 1]]);
  });

  it("is in the list", async () => {
    const { items } = await reeve.listDataSources({ query: { health: "healthy" } });
    expect(items.map(({ id }) => id)).toEqual([dataSourceId]);
  });

  it("leaves the request's id in the log of the worker", async () => {
    const worker = await vi.waitFor(async () => {
      const lines = (await logLines()).filter(({ line }) => line.includes(creationRequest));
      expect(lines.length).toBeGreaterThan(0);
      return lines;
    }, patience);
    expect(creationRequest).not.toBe("");
    expect(worker.map(({ group }) => group).join(" ")).toContain("WorkersJobs");
  });
});

/** A job as it ended. */
const ended = (jobId: string) =>
  vi.waitFor(async () => {
    const job = await reeve.getJob({ params: { jobId } });
    expect(job).toMatchObject({ state: "succeeded", error: null });
    return job;
  }, patience);

describe("the catalog", () => {
  it("takes the rest of a schema in bulk", async () => {
    const { id } = await reeve.registerDataSources({ body: { connectionId, schemas: ["sh*"] } });
    expect((await ended(id)).result).toMatchObject({ created: 1, skipped: { "already-registered": 1 } });
  });

  it("finds by a column and counts, before and after the index is made anew in the bucket", async () => {
    const found = async () => {
      const { items } = await reeve.listDataSources({ query: { search: "loyal" } });
      const { technology } = await reeve.facetsOfDataSources({ query: {} });
      return [items.map(({ name }) => name), technology];
    };
    const expected = [["shop.customers"], { postgresql: 2 }];
    expect(await found()).toEqual(expected);
    const { id } = await reeve.rebuildCatalog();
    await ended(id);
    expect(await found()).toEqual(expected);
  });

  it("is sound: every invariant of what is stored holds", async () => {
    const { id } = await reeve.checkTable();
    expect((await ended(id)).result).toMatchObject({ broken: 0, findings: [] });
  });
});

describe("a job that fails at every attempt", () => {
  const table = documentClient(aws);

  it("lands in the dead letters, is left failed with the reason, and comes back by a retry", async () => {
    const { TableNames } = await table.send(new ListTablesCommand());
    const place = { TableName: TableNames?.[0] ?? "", Key: keys.connection(connectionId) };
    const { Item: connection } = await table.send(new GetCommand(place));
    await table.send(new DeleteCommand(place));

    const { id: jobId } = await reeve.runChecks({ params: { dataSourceId } });
    const failed = await vi.waitFor(async () => {
      const job = await reeve.getJob({ params: { jobId } });
      expect(job.state).toBe("failed");
      return job;
    }, patience);
    expect(failed).toMatchObject({
      attempts: 3,
      error: { code: "job-dead-lettered", detail: "The connection of the data source is gone." },
    });

    await table.send(new PutCommand({ TableName: place.TableName, Item: connection }));
    await reeve.retryJob({ params: { jobId } });
    const mended = await vi.waitFor(async () => {
      const job = await reeve.getJob({ params: { jobId } });
      expect(job.state).toBe("succeeded");
      return job;
    }, patience);
    expect(mended.error).toBeNull();
  });
});

describe("the deployment", () => {
  it("sweeps each minute", async () => {
    await vi.waitFor(
      async () => {
        const swept = (await logLines()).filter(({ line }) => line.includes('"message":"swept"'));
        expect(swept.map(({ group }) => group)[0]).toContain("Sweep");
      },
      { timeout: 90_000, interval: 2000 },
    );
  });

  it("deletes credentials together with their connection", async () => {
    for (const { id } of (await reeve.listDataSources()).items) {
      await reeve.deleteDataSource({ params: { dataSourceId: id } });
    }
    // What was kept of them in their database goes with these credentials.
    await vi.waitFor(
      async () => {
        const { items } = await reeve.listJobs({
          query: { type: ["domain-removal"], state: ["queued", "running"] },
        });
        expect(items).toEqual([]);
      },
      { timeout: 30_000, interval: 500 },
    );
    await reeve.deleteConnection({ params: { connectionId } });
    expect(await storedCredentials()).toEqual([]);
  });

  it("gives the first administrator another key when it is run by hand with a new secret", async () => {
    const newKey = "a-new-key-of-forty-characters-at-the-very-least";
    await secrets.delete("first-administrator");
    await secrets.put("first-administrator", { key: newKey });
    const lambda = new LambdaClient(aws);
    const { Functions = [] } = await lambda.send(new ListFunctionsCommand());
    const bootstrap = Functions.find(({ FunctionName }) => FunctionName?.includes("FirstAdministrator"));
    const Payload = JSON.stringify({ RequestType: "Create" });
    const done = await lambda.send(new InvokeCommand({ FunctionName: bootstrap?.FunctionName, Payload }));
    expect(done.FunctionError).toBeUndefined();
    expect((await api(newKey).getMe()).user.name).toBe("First administrator");
  });

  it("writes no secret to any log", async () => {
    const lines = await logLines();
    expect(lines.length).toBeGreaterThan(20);
    const secret = [password, key];
    expect(lines.filter(({ line }) => secret.some((one) => line.includes(one)))).toEqual([]);
  });
});
