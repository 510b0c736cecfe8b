import { randomBytes } from "node:crypto";
import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { inject, onTestFinished } from "vitest";
import { documentClient } from "#adapters/dynamodb/client.ts";
import { createTable } from "#adapters/dynamodb/create-table.ts";
import { dynamoStore } from "#adapters/dynamodb/dynamo-store.ts";
import type { CatalogDeltas } from "#core/ports/catalog-index.ts";
import type { SegmentPointers } from "#core/ports/catalog-segments.ts";
import type { Store } from "#core/ports/store.ts";
import { FixedClock } from "./fixed-clock.ts";

/** A client of the run's DynamoDB Local. */
export const testClient = (): DynamoDBDocumentClient =>
  documentClient({
    endpoint: inject("dynamodb"),
    region: "eu-central-1",
    credentials: { accessKeyId: "reevetests", secretAccessKey: "reevetests" },
  });

/** A new, empty table and its name. */
export async function aTable(): Promise<string> {
  const tableName = `reeve-${randomBytes(6).toString("hex")}`;
  const client = testClient();
  await createTable(client, tableName);
  client.destroy();
  return tableName;
}

/** A store on a table of its own unless one is given, with a clock that a test controls. */
export async function aStore(
  given: {
    readonly tableName?: string;
    readonly clock?: FixedClock;
    readonly backOff?: (attempt: number) => Promise<void>;
  } = {},
): Promise<{
  readonly store: Store & CatalogDeltas & SegmentPointers;
  readonly client: DynamoDBDocumentClient;
  readonly tableName: string;
  readonly clock: FixedClock;
}> {
  const tableName = given.tableName ?? (await aTable());
  const clock = given.clock ?? new FixedClock();
  const client = testClient();
  onTestFinished(() => client.destroy());
  const backOff = given.backOff === undefined ? {} : { backOff: given.backOff };
  return { store: dynamoStore({ client, tableName, clock, ...backOff }), client, tableName, clock };
}
