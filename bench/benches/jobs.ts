import { slotsPerConnection } from "#contracts/limits.ts";
import { dispatchLine } from "#core/jobs/dispatch.ts";
import { automaticChecks, healthJob } from "#core/health/health-job.ts";
import { ulids } from "#adapters/system/system-clock.ts";
import { processLog } from "#adapters/observability/observability.ts";
import { CapacityMeter } from "../measuring/capacity.ts";
import { sum } from "../measuring/durations.ts";
import type { Bench, Report } from "../measuring/figure.ts";
import { say } from "../measuring/figure.ts";
import { StoreMeter } from "../measuring/store-meter.ts";
import { aConnection, aDataSource } from "../stage/catalog.ts";
import { deployment, type Caller, type Deployment } from "../stage/deployment.ts";
import { startDynamoDbStage, type DynamoDbStage } from "../stage/dynamodb.ts";

const jobCount = 400;
const warmUpJobs = 80;
/** As many workers as the deployment lets the queue start at once. */
const workers = 20;
const measuredForCapacity = 20;

/** Connections with as many data sources each as jobs run at once: no two of those are of the same one. */
interface Stage {
  readonly reeve: Deployment;
  readonly owner: Caller;
  readonly dataSources: readonly { readonly connectionId: string; readonly id: string }[];
}

async function prepared(reeve: Deployment, connections: number): Promise<Stage> {
  const owner = await reeve.newCaller(["CREATE_DATA_SOURCE"]);
  const dataSources: { connectionId: string; id: string }[] = [];
  for (let n = 0; n < connections * slotsPerConnection; n += 1) {
    const connectionId = dataSources[n % connections]?.connectionId ?? (await aConnection(reeve, owner));
    dataSources.push({ connectionId, id: await aDataSource(reeve, owner, connectionId) });
  }
  await reeve.queue.work(reeve.worker, dataSources.length, 1);
  return { reeve, owner, dataSources };
}

/** Puts jobs into their lines, dealt over the data sources, and admits none yet. */
async function enqueue({ reeve, owner, dataSources }: Stage, count: number): Promise<void> {
  const ids = ulids(reeve.clock);
  for (let n = 0; n < count; n += 1) {
    const { id = "" } = dataSources[n % dataSources.length] ?? {};
    const view = await reeve.store.dataSource(id, [{ type: "user", id: owner.id }]);
    if (view === null) throw new Error("the stage is empty");
    const asked = { by: owner.id, at: reeve.clock.now(), correlationId: `bench-${n}` };
    await reeve.store.commit([
      { write: "enqueue", job: healthJob(ids, view.dataSource, automaticChecks, asked) },
    ]);
  }
}

/** Admits what there are slots for, and has workers go on until every job is done. */
async function drain({ reeve, dataSources }: Stage, count: number, busy: number): Promise<void> {
  const lines = new Set(dataSources.map(({ connectionId }) => connectionId));
  const { store, queue: messages, clock } = reeve;
  const working = reeve.queue.work(reeve.worker, count, busy);
  for (const line of lines) await dispatchLine({ store, messages, clock, log: processLog }, line);
  await working;
}

async function throughput(report: Report, stage: DynamoDbStage, connections: number): Promise<void> {
  const client = stage.newClient();
  const meter = new StoreMeter(client);
  const made = await prepared(deployment(client, await stage.newTable()), connections);
  await enqueue(made, warmUpJobs);
  await drain(made, warmUpJobs, workers);
  say(`${jobCount} jobs of ${connections} connections`);
  await enqueue(made, jobCount);
  const { ms, ownMs, calls } = await meter.measure(() => drain(made, jobCount, workers));
  const context = { connections, slotsPerConnection, workers, jobs: jobCount };
  report({
    figure: "jobs.throughput",
    value: jobCount / (ms / 1000),
    unit: "jobs/s",
    budget: null,
    context: { ...context, outsideDynamoDbShare: Number((ownMs / ms).toFixed(3)) },
  });
  const count = (operation: string): number => calls.filter((each) => each === operation).length / jobCount;
  report({
    figure: "jobs.calls-per-job",
    value: calls.length / jobCount,
    unit: "DynamoDB requests",
    budget: null,
    context: {
      ...context,
      ...Object.fromEntries([...new Set(calls)].map((each) => [each, Number(count(each).toFixed(2))])),
    },
  });
}

/** One worker, one job at a time, every item read before and after each write. */
async function capacity(report: Report, stage: DynamoDbStage): Promise<void> {
  const client = stage.newClient();
  const tableName = await stage.newTable();
  const made = await prepared(deployment(client, tableName), 1);
  await enqueue(made, measuredForCapacity);
  const meter = new CapacityMeter(client, stage.newClient(), tableName);
  say(`what ${measuredForCapacity} jobs cost`);
  const { wcu, rcu, indexWcu, items } = await meter.measure(() => drain(made, measuredForCapacity, 1));
  const context = {
    jobs: measuredForCapacity,
    columns: 50,
    indexWcuPerJob: indexWcu / measuredForCapacity,
    itemsWrittenPerJob: items.length / measuredForCapacity,
    averageItemBytes: Math.round(sum(items.map(({ bytes }) => bytes)) / items.length),
  };
  const per = (units: number): number => units / measuredForCapacity;
  report({ figure: "jobs.wcu-per-job", value: per(wcu), unit: "WCU", budget: null, context });
  report({ figure: "jobs.rcu-per-job", value: per(rcu), unit: "RCU", budget: null, context });
}

/** Jobs from their place in the line to their end, through the worker as it is deployed. */
export const jobs: Bench = async (report) => {
  const stage = await startDynamoDbStage();
  try {
    for (const connections of [1, 20]) await throughput(report, stage, connections);
    await capacity(report, stage);
  } finally {
    await stage.stop();
  }
};
