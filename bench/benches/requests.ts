import { BatchGetCommand, type DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import type { Bench, Report } from "../measuring/figure.ts";
import { say } from "../measuring/figure.ts";
import { median, percentile, sum } from "../measuring/durations.ts";
import { StoreMeter, type Metered } from "../measuring/store-meter.ts";
import { BenchClock } from "../stage/bench-clock.ts";
import { aConnection, aDataSource, aTag, creation } from "../stage/catalog.ts";
import { deployment, type Caller, type Deployment, type Request } from "../stage/deployment.ts";
import { startDynamoDbStage } from "../stage/dynamodb.ts";

const dataSourceCount = 200;
const tagCount = 8;
const warmUps = 100;
const repetitions = 400;
const authenticationCalls = 2;

/** One kind of request, the n-th of its kind. */
interface Scenario {
  readonly name: string;
  readonly reads: boolean;
  readonly request: (n: number) => Request;
  /** What is done between two of them, unmeasured. */
  readonly after?: () => Promise<void>;
}

interface Stage {
  readonly reeve: Deployment;
  readonly owner: Caller;
  readonly connectionId: string;
  readonly dataSourceIds: readonly string[];
  readonly jobIds: readonly string[];
  readonly tags: readonly string[];
}

/** Data sources with two tags each, their health jobs done, all of it ten minutes old. */
async function prepared(reeve: Deployment): Promise<Stage> {
  const owner = await reeve.newCaller(["CREATE_DATA_SOURCE", "GOVERNANCE"]);
  const connectionId = await aConnection(reeve, owner);
  const tags: string[] = [];
  for (let n = 0; n < tagCount; n += 1) tags.push(await aTag(reeve, owner));
  const dataSourceIds: string[] = [];
  for (let n = 0; n < dataSourceCount; n += 1) {
    dataSourceIds.push(await aDataSource(reeve, owner, connectionId, { tags: tags.slice(0, 2) }));
  }
  await reeve.queue.work(reeve.worker, dataSourceCount, 4);
  const jobs = (await reeve.send({
    method: "GET",
    path: "/jobs",
    key: owner.key,
    query: { limit: 200 },
  })) as { readonly items: readonly { readonly id: string }[] };
  reeve.clock.catchUp();
  return { reeve, owner, connectionId, dataSourceIds, jobIds: jobs.items.map(({ id }) => id), tags };
}

const of = <T>(list: readonly T[], n: number): T => {
  const found = list[n % list.length];
  if (found === undefined) throw new Error("the stage is empty");
  return found;
};

const readsOf = ({ owner: { key }, dataSourceIds, jobIds }: Stage): readonly Scenario[] => {
  const get = (name: string, path: (n: number) => string): Scenario => ({
    name,
    reads: true,
    request: (n) => ({ method: "GET", path: path(n), key }),
  });
  return [
    get("GET /me", () => "/me"),
    get("GET /data-sources/{id}", (n) => `/data-sources/${of(dataSourceIds, n)}`),
    get("GET /data-sources (50 of 200)", () => "/data-sources"),
    get(
      "GET /data-sources/{id}/dictionary (50 columns)",
      (n) => `/data-sources/${of(dataSourceIds, n)}/dictionary`,
    ),
    get("GET /jobs/{id}", (n) => `/jobs/${of(jobIds, n)}`),
    get("GET /jobs (50 of 200)", () => "/jobs"),
  ];
};

const writesOf = ({ reeve, owner, connectionId, dataSourceIds, tags }: Stage): readonly Scenario[] => [
  {
    name: "PATCH /data-sources/{id}",
    reads: false,
    request: (n) => ({
      method: "PATCH",
      path: `/data-sources/${of(dataSourceIds, n)}`,
      key: owner.key,
      body: { description: `What person number ${n} says of it` },
    }),
  },
  {
    name: "POST /data-sources/{id}/tags",
    reads: false,
    request: (n) => ({
      method: "POST",
      path: `/data-sources/${of(dataSourceIds, n)}/tags`,
      key: owner.key,
      body: { tags: [of(tags, 2 + Math.floor(n / dataSourceIds.length))] },
    }),
  },
  {
    name: "POST /data-sources (50 columns)",
    reads: false,
    request: () => creation(owner, connectionId),
    after: () => reeve.queue.work(reeve.worker, 1, 1),
  },
];

/** Sends the requests in turn, so that whatever else the machine does meets all kinds alike. */
async function measured(
  reeve: Deployment,
  meter: StoreMeter,
  scenarios: readonly Scenario[],
): Promise<ReadonlyMap<Scenario, readonly Metered[]>> {
  const results = new Map(scenarios.map((scenario) => [scenario, [] as Metered[]]));
  for (let n = 0; n < warmUps + repetitions; n += 1) {
    for (const [scenario, kept] of results) {
      const answer = reeve.prepare(scenario.request(n));
      const result = await meter.measure(answer);
      if (n >= warmUps) kept.push(result);
      await scenario.after?.();
    }
  }
  return results;
}

function reportOn(report: Report, { name, reads }: Scenario, results: readonly Metered[]): void {
  const own = results.map(({ ownMs }) => ownMs);
  const calls = results.map((result) => result.calls.length);
  const context = { request: name, repetitions: results.length };
  report({ figure: "request.own-time.p50", value: median(own), unit: "ms", budget: 2, context });
  report({ figure: "request.own-time.p99", value: percentile(own, 0.99), unit: "ms", budget: 10, context });
  report({
    figure: "request.calls",
    value: median(calls) - authenticationCalls,
    unit: "DynamoDB requests beside the 2 of authentication",
    budget: reads ? 2 : null,
    context: {
      ...context,
      most: Math.max(...calls) - authenticationCalls,
      operations: results[0]?.calls.slice(authenticationCalls).slice(0, 12) ?? [],
      withDynamoDbLocalMs: Number((sum(results.map(({ ms }) => ms)) / results.length).toFixed(2)),
    },
  });
}

/** What of a request's own time is the SDK's: that of one read of one item, and of nothing else. */
async function sdkAlone(report: Report, client: DynamoDBDocumentClient, meter: StoreMeter, table: string) {
  const keys = { Keys: [{ pk: "SETTINGS", sk: "SETTINGS" }], ConsistentRead: true };
  const own: number[] = [];
  for (let n = 0; n < warmUps + repetitions; n += 1) {
    const read = () => client.send(new BatchGetCommand({ RequestItems: { [table]: keys } }));
    const { ownMs } = await meter.measure(read);
    if (n >= warmUps) own.push(ownMs);
  }
  report({
    figure: "request.sdk-alone.own-time.p50",
    value: median(own),
    unit: "ms",
    budget: null,
    context: { request: "BatchGetItem of one item", repetitions },
  });
}

/** Time and calls of requests, through the functions as they are deployed. */
export const requests: Bench = async (report) => {
  const stage = await startDynamoDbStage();
  try {
    const client = stage.newClient();
    const meter = new StoreMeter(client);
    const table = await stage.newTable();
    const reeve = deployment(client, table, { clock: new BenchClock(600_000) });
    say(`making ${dataSourceCount} data sources of 50 columns`);
    const made = await prepared(reeve);
    for (const scenarios of [readsOf(made), writesOf(made)]) {
      say(`${repetitions} of each of ${scenarios.map(({ name }) => name).join(", ")}`);
      for (const [scenario, results] of await measured(reeve, meter, scenarios)) {
        reportOn(report, scenario, results);
      }
    }
    await sdkAlone(report, client, meter, table);
  } finally {
    await stage.stop();
  }
};
