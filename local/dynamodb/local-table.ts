import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { documentClient } from "#adapters/dynamodb/client.ts";
import { createTable } from "#adapters/dynamodb/create-table.ts";
import { randomText, type DataDirectory } from "../data-directory.ts";
import { endLeftover } from "../processes/end-process.ts";
import { freePort } from "../processes/free-port.ts";
import type { Guardian } from "../processes/guardian.ts";
import { startDynamoDb, type LocalDynamoDb } from "./start-dynamodb.ts";

const attempts = 3;
/** Part of the name of DynamoDB Local's file, so that it must stay. */
const region = "us-east-1";

/** The table on one machine, and how to reach it. */
export interface LocalTable {
  readonly client: ReturnType<typeof documentClient>;
  readonly tableName: string;
  readonly stop: () => Promise<void>;
  /** Resolves when the server has ended, for whatever reason. */
  readonly ended: Promise<unknown>;
}

/** Starts DynamoDB Local on what lies in the data directory, and makes the table where there is none. */
export async function startLocalTable(directory: DataDirectory, guardian: Guardian): Promise<LocalTable> {
  const data = directory.at("dynamodb");
  const pidFile = directory.at("dynamodb.pid");
  await mkdir(data, { recursive: true, mode: 0o700 });
  await endLeftover(pidFile, data, "SIGTERM");
  const accessKey = await directory.kept("dynamodb-access-key-id", () => randomText(10, "hex"));
  const server = await startOnFreePort(data, (child) => {
    guardian.guard(child, "TERM");
    writeFileSync(pidFile, `${child.pid}\n`, { mode: 0o600 });
  });
  const credentials = { accessKeyId: accessKey.text, secretAccessKey: "local" };
  const client = documentClient({ endpoint: server.endpoint, region, credentials });
  const tableName = "reeve";
  const stop = async (): Promise<void> => {
    await server.stop();
    client.destroy();
  };
  try {
    await createTable(client, tableName);
  } catch (error) {
    await stop();
    throw error;
  }
  return { client, tableName, stop, ended: once(server.process, "exit") };
}

/** Another process may take the port between our choice and DynamoDB Local's start. */
async function startOnFreePort(
  directory: string,
  spawned: Parameters<typeof startDynamoDb>[2],
): Promise<LocalDynamoDb> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await startDynamoDb(await freePort(), { directory }, spawned);
    } catch (error) {
      if (attempt === attempts) throw error;
    }
  }
}
