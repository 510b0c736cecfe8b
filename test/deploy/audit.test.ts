import { ListTablesCommand } from "@aws-sdk/client-dynamodb";
import { InvokeCommand, LambdaClient, ListFunctionsCommand } from "@aws-sdk/client-lambda";
import { expect, inject, it } from "vitest";
import { s3Requests } from "#adapters/aws/s3-requests.ts";
import { documentClient } from "#adapters/dynamodb/client.ts";
import { dynamoStore } from "#adapters/dynamodb/dynamo-store.ts";
import { ulids } from "#adapters/system/system-clock.ts";
import { checkChain } from "#cli/verification/check-chain.ts";
import { checkObject } from "#cli/verification/check-object.ts";
import { aMadeRecord } from "#test/support/audit-exports.ts";
import type { AuditExport } from "#core/audit/export/audit-export.ts";
import { FixedClock } from "#test/support/fixed-clock.ts";
import { administratorKey, api, aws } from "./deployed.ts";

const { AuditBucketName } = inject("deployed");
const dayMs = 86_400_000;

/** The deployed table, at a time in the past. */
async function tableAt(clock: FixedClock) {
  const client = documentClient(aws);
  const { TableNames = [] } = await client.send(new ListTablesCommand());
  const tableName = TableNames.find((name) => name.startsWith("Reeve")) ?? "";
  return { client, store: dynamoStore({ client, tableName, clock }) };
}

it("the deployed schedule exports the audit to its bucket, sealed onto what was exported before", async () => {
  // A deployment is some minutes old, and nothing of it is settled: so something was done two days ago, and all before
  // that day is exported.
  const clock = new FixedClock(new Date(Date.now() - 2 * dayMs).toISOString());
  const { client, store } = await tableAt(clock);
  const ids = ulids(clock);
  const record = aMadeRecord(ids, clock.now());
  const day = record.at.slice(0, 10);
  const before: AuditExport = {
    number: 1,
    id: ids.next("auditExport"),
    from: new Date(Date.parse(day) - dayMs).toISOString(),
    to: `${day}T00:00:00.000Z`,
    count: 0,
    object: "audit/before.ndjson",
    sha256: "0".repeat(64),
    previous: null,
    at: clock.now().toISOString(),
  };
  await store.commit([
    { write: "audit", record },
    { write: "create", kind: "audit-export", record: before },
  ]);
  client.destroy();

  const lambda = new LambdaClient(aws);
  const { Functions = [] } = await lambda.send(new ListFunctionsCommand());
  const exporting = Functions.find(({ FunctionName }) => FunctionName?.includes("AuditExport"));
  const done = await lambda.send(new InvokeCommand({ FunctionName: exporting?.FunctionName }));
  expect(done.FunctionError).toBeUndefined();
  lambda.destroy();

  const { items } = await api(await administratorKey()).listAuditExports();
  const listed = items.toReversed().slice(1);
  expect(listed.length).toBeGreaterThan(0);
  const send = s3Requests(aws);
  const found = await Promise.all(
    listed.map(async ({ object }) => {
      const answer = await send({ method: "GET", bucket: AuditBucketName, key: object });
      expect(answer.status).toBe(200);
      return { object, bytes: new Uint8Array(await answer.arrayBuffer()) };
    }),
  );
  const checked = found.map(({ object, bytes }) => checkObject(object, bytes));
  expect(checkChain(checked, { by: "service", listed, least: items.length })).toEqual([]);
  const text = found.map(({ bytes }) => Buffer.from(bytes).toString("utf8")).join("");
  expect(text).toContain(record.id);
});
