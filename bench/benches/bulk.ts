import { sum, timed } from "../measuring/durations.ts";
import type { Bench, Report } from "../measuring/figure.ts";
import { say } from "../measuring/figure.ts";
import { PartitionMeter } from "../measuring/partition-meter.ts";
import { aConnection } from "../stage/catalog.ts";
import { deployment, type Deployment } from "../stage/deployment.ts";
import { startDynamoDbStage, type DynamoDbStage } from "../stage/dynamodb.ts";
import { sessionsOver } from "../stage/remote.ts";

/** How long a request to DynamoDB is taken to last, for the spread over time: what transactions need within a region. */
const requestMs = 20;
/** What one partition takes in a second. */
const partitionWcu = 1000;
const columns = 50;

/** Runs one bulk registration to its end, without the jobs that it starts for checks. */
async function registered(reeve: Deployment, run: () => Promise<unknown>): Promise<number> {
  const asked = reeve.queue.work(reeve.worker, 1, 1);
  return await timed(async () => {
    await run();
    await asked;
  });
}

async function measured(report: Report, stage: DynamoDbStage, tables: number): Promise<void> {
  say(`${tables} tables of ${columns} columns, from a remote that answers at once`);
  const client = stage.newClient();
  const tableName = await stage.newTable();
  const sessions = sessionsOver("sales", tables, columns);
  const reeve = deployment(client, tableName, { sessions });
  const owner = await reeve.newCaller(["CREATE_DATA_SOURCE"]);
  const connectionId = await aConnection(reeve, owner);
  const body = { connectionId, schemas: ["sales"] };
  const meter = new PartitionMeter(client, stage.newClient(), { tableName, requestMs });
  const ms = await registered(reeve, () =>
    reeve.send({ method: "POST", path: "/data-sources/bulk", key: owner.key, body }),
  );
  const { requests, wcu, rcu, indexWcu, leastWcu, sizeWcu, busiest } = meter.spread();
  const context = { tables, columns, remote: "scripted, answers at once" };
  const per = (units: number): number => Number((units / tables).toFixed(2));
  report({ figure: "bulk.time", value: ms / 1000, unit: "s", budget: null, context });
  report({
    figure: "bulk.rate",
    value: tables / (ms / 1000),
    unit: "data sources/s",
    budget: null,
    context: {
      ...context,
      requestsPerDataSource: per(requests),
      atRequestMs: requestMs,
      rateThen: Number((tables / ((requests * requestMs) / 1000)).toFixed(1)),
    },
  });
  report({
    figure: "bulk.wcu",
    value: wcu / tables,
    unit: "WCU per data source",
    budget: null,
    context: {
      ...context,
      indexWcu: per(indexWcu),
      ofItemsWrittenOnce: per(leastWcu),
      ofSizes: per(sizeWcu),
    },
  });
  report({
    figure: "bulk.wcu-ratio",
    value: wcu / leastWcu,
    unit: "× of its items written once, transactional ones twice",
    budget: 1.2,
    context: { ...context, ofSizesAlone: Number((wcu / sizeWcu).toFixed(2)) },
  });
  report({ figure: "bulk.rcu", value: rcu / tables, unit: "RCU per data source", budget: null, context });
  const kinds = [...busiest].toSorted(([, a], [, b]) => b - a);
  report({
    figure: "bulk.busiest-partition",
    value: kinds[0]?.[1] ?? 0,
    unit: "WCU in a second",
    budget: partitionWcu,
    context: { ...context, atRequestMs: requestMs, ...Object.fromEntries(kinds) },
  });
  if (sum(kinds.map(([, units]) => units)) === 0) throw new Error("nothing was written");
}

/** Bulk registration: what it takes, what it costs, and how it is spread. */
export const bulk: Bench = async (report) => {
  const stage = await startDynamoDbStage();
  try {
    for (const tables of [1000, 10_000, 100_000]) await measured(report, stage, tables);
  } finally {
    await stage.stop();
  }
};
