import { QueryCommand, ScanCommand } from "@aws-sdk/lib-dynamodb";
import type { App } from "./app.ts";

/** An item as it is stored. */
export type StoredItem = Readonly<Record<string, unknown>>;

/** Every item of the app's table. */
export async function allItems({ client, tableName }: App): Promise<readonly StoredItem[]> {
  const items: StoredItem[] = [];
  let from: Record<string, unknown> | undefined;
  do {
    const page = await client.send(
      new ScanCommand({ TableName: tableName, ConsistentRead: true, ExclusiveStartKey: from }),
    );
    items.push(...(page.Items ?? []));
    from = page.LastEvaluatedKey;
  } while (from !== undefined);
  return items;
}

/** The slots of a connection by the job that holds them, and the jobs that wait in its line. */
export async function lineOf({ client, tableName }: App, connectionId: string) {
  const { Items = [] } = await client.send(
    new QueryCommand({
      TableName: tableName,
      ConsistentRead: true,
      KeyConditionExpression: "pk = :line",
      ExpressionAttributeValues: { ":line": `LINE#${connectionId}` },
    }),
  );
  const jobIds = (kind: string): readonly string[] =>
    Items.filter((item) => item["kind"] === kind).map(({ jobId }) => String(jobId));
  return { holding: jobIds("slot"), waiting: jobIds("waiting-job") };
}

/** Every item of these kinds. */
export async function itemsOf(app: App, ...kinds: readonly string[]): Promise<readonly StoredItem[]> {
  return (await allItems(app)).filter(({ kind }) => kinds.includes(String(kind)));
}

/** The audit records about one resource, in order, as `action`. */
export async function auditOf(app: App, type: string, id: string): Promise<readonly string[]> {
  const { items } = await app.store.activity(type, id, null, 1000);
  return items
    .filter(({ outcome }) => outcome !== "denied")
    .map(({ action }) => action)
    .toReversed();
}

/** The newest of its audit records that tells of something done. */
export async function lastDeed({ store }: Pick<App, "store">, type: string, id: string) {
  const { items } = await store.activity(type, id, null, 50);
  return items.find(({ outcome }) => outcome !== "denied");
}
