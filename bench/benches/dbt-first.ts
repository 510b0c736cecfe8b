import { timed } from "../measuring/durations.ts";
import type { FigureContext, Report } from "../measuring/figure.ts";
import { PartitionMeter } from "../measuring/partition-meter.ts";
import { artifactsOf, type BenchProject } from "../stage/dbt-project.ts";
import { synced, type Stage } from "../stage/dbt-stage.ts";
import type { Deployment } from "../stage/deployment.ts";

/** How long a request to DynamoDB is taken to last, as in the bench of bulk registration. */
const requestMs = 20;

/** The first sync of a project: time, and what was written of which size; gives the process that did it. */
export async function firstSync(
  report: Report,
  stage: Stage,
  project: BenchProject,
  name: string,
): Promise<Deployment> {
  const { dynamo, tableName } = stage;
  const { models, columns } = project;
  const client = dynamo.newClient();
  const reeve = stage.newProcess(client);
  const artifacts = artifactsOf(project);
  const meter = new PartitionMeter(client, dynamo.newClient(), { tableName, requestMs });
  const ms = await timed(() =>
    synced(stage, reeve, artifacts, { outcome: "applied", created: models, updated: 0 }),
  );
  const { requests, wcu, rcu, indexWcu, leastWcu, sizeWcu, busiest } = meter.spread();
  const context = { models, columns };
  const per = (units: number): number => Number((units / models).toFixed(2));
  const figure = (what: string, value: number, unit: string, more: FigureContext = {}): void =>
    report({
      figure: `dbt-sync.${name}.${what}`,
      value,
      unit,
      budget: what === "wcu-ratio" ? 1.2 : null,
      context: { ...context, ...more },
    });
  figure("time", ms / 1000, "s");
  figure("rate", models / (ms / 1000), "data sources/s", {
    requestsPerDataSource: per(requests),
    atRequestMs: requestMs,
    rateThen: Number((models / ((requests * requestMs) / 1000)).toFixed(1)),
  });
  const parts = { indexWcu: per(indexWcu), ofItemsWrittenOnce: per(leastWcu), ofSizes: per(sizeWcu) };
  figure("wcu", wcu / models, "WCU per data source", parts);
  figure("wcu-ratio", wcu / leastWcu, "× of its items written once, transactional ones twice");
  figure("rcu", rcu / models, "RCU per data source");
  const kinds = [...busiest].toSorted(([, a], [, b]) => b - a).slice(0, 8);
  figure("busiest-partition", kinds[0]?.[1] ?? 0, "WCU in a second", Object.fromEntries(kinds));
  return reeve;
}
