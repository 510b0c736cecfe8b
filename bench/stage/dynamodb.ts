import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { documentClient } from "#adapters/dynamodb/client.ts";
import { createTable } from "#adapters/dynamodb/create-table.ts";
import { demandJava, startDynamoDb } from "#local/dynamodb/start-dynamodb.ts";
import { freePort } from "#local/processes/free-port.ts";
import { startGuardian } from "#local/processes/guardian.ts";

/** An empty DynamoDB Local in memory. */
export interface DynamoDbStage {
  readonly newClient: () => DynamoDBDocumentClient;
  /** Makes an empty table and names it. */
  readonly newTable: () => Promise<string>;
  readonly stop: () => Promise<void>;
}

/** Starts DynamoDB Local for one bench; whatever happens to us, it ends with us. */
export async function startDynamoDbStage(): Promise<DynamoDbStage> {
  await demandJava();
  const guardian = startGuardian();
  const { endpoint, stop } = await startDynamoDb(await freePort(), "memory", (child) =>
    guardian.guard(child, "TERM"),
  );
  const clients: DynamoDBDocumentClient[] = [];
  const newClient = (): DynamoDBDocumentClient => {
    const credentials = { accessKeyId: "reevebench", secretAccessKey: "reevebench" };
    const client = documentClient({
      endpoint,
      region: "eu-central-1",
      credentials,
      // A slow answer is a figure here, and no reason to ask twice.
      requestTimeout: 60_000,
    });
    clients.push(client);
    return client;
  };
  let tables = 0;
  return {
    newClient,
    async newTable() {
      const tableName = `reeve-bench-${(tables += 1)}`;
      await createTable(newClient(), tableName);
      return tableName;
    },
    async stop() {
      for (const client of clients) client.destroy();
      await stop();
      guardian.release();
    },
  };
}
