import { CapacityMeter, type Capacity } from "../measuring/capacity.ts";
import { median, timed } from "../measuring/durations.ts";
import { say, type Bench, type Report } from "../measuring/figure.ts";
import { startDbtEnvironment } from "../stage/dbt-environment.ts";
import { artifactsOf, modelName, type BenchProject } from "../stage/dbt-project.ts";
import { prepared, synced, type Expected, type Stage } from "../stage/dbt-stage.ts";
import { startDynamoDbStage } from "../stage/dynamodb.ts";
import { connected } from "./dbt-connected.ts";
import { firstSync } from "./dbt-first.ts";
import { plans } from "./dbt-plan.ts";
import { webhookTime } from "./dbt-webhook.ts";

const columns = 20;
const sizes = [1000, 10_000];
const visibleTimes = 5;

/** The partitions of data sources. */
const ofDataSources = ({ items }: Capacity): number =>
  items.filter(({ key }) => key.pk.startsWith("DS#")).length;

/** A further run: once for its time, and once, with other words, for what it costs. */
async function again(
  report: Report,
  stage: Stage,
  project: BenchProject,
  name: string,
  expected: Expected,
): Promise<void> {
  const { dynamo, tableName } = stage;
  const of = (word: string) =>
    artifactsOf(
      project.changed === undefined ? project : { ...project, changed: { ...project.changed, word } },
    );
  const [timedRun, countedRun] = [of("Timed."), of("Counted.")];
  const ms = await timed(() => synced(stage, stage.newProcess(), timedRun, expected));
  const client = dynamo.newClient();
  const reeve = stage.newProcess(client);
  const meter = new CapacityMeter(client, dynamo.newClient(), tableName);
  const cost = await meter.measure(() => synced(stage, reeve, countedRun, expected));
  const changed = project.changed?.models ?? 0;
  const context = { models: project.models, columns, changed };
  const figure = (what: string, value: number, unit: string, budget: number | null = null): void =>
    report({ figure: `dbt-sync.${name}.${what}`, value, unit, budget, context });
  figure("time", ms / 1000, "s");
  const budget = changed === 0 ? 0 : null;
  figure("data-source-writes", ofDataSources(cost), "items of data sources", budget);
  figure("wcu", cost.wcu, "WCU");
  figure("rcu", cost.rcu, "RCU");
}

/** From a webhook's arrival until a list shows the one model that changed. */
async function untilVisible(report: Report, stage: Stage, project: BenchProject): Promise<void> {
  const { dbt, owner } = stage;
  const reeve = stage.newProcess();
  const shows = async (word: string): Promise<boolean> => {
    const query = { search: modelName(0) };
    const page = await reeve.send({ method: "GET", path: "/data-sources", key: owner.key, query });
    const { items } = page as { readonly items: readonly { readonly description: string }[] };
    return items.length === 1 && (items[0]?.description.includes(word) ?? false);
  };
  // Its process has the index by now.
  if (!(await shows(""))) throw new Error("the list is not there");
  const times: number[] = [];
  for (let n = 0; n < visibleTimes; n += 1) {
    const word = `visible${n}`;
    const run = dbt.ran(artifactsOf({ ...project, changed: { models: 1, word } }));
    const deliver = reeve.prepareDelivery(dbt.wordOf(run));
    times.push(
      await timed(async () => {
        await deliver();
        await reeve.queue.work(reeve.worker, 1, 1);
        if (!(await shows(word))) throw new Error("the list does not show it");
      }),
    );
  }
  report({
    figure: "dbt-sync.webhook-to-visible",
    value: median(times) / 1000,
    unit: "s",
    budget: null,
    context: {
      models: project.models,
      columns,
      changed: 1,
      times: visibleTimes,
      most: Math.max(...times) / 1000,
    },
  });
}

/** Syncs: what the first one costs, what nothing new costs, what little costs, and how soon it is seen. */
export const dbtSync: Bench = async (report) => {
  const dynamo = await startDynamoDbStage();
  const dbt = await startDbtEnvironment();
  try {
    await plans(report);
    await webhookTime(report, dynamo, dbt);
    for (const models of sizes) {
      say(`${models} models of ${columns} columns, without a connection`);
      const stage = await prepared(dynamo, dbt);
      const project: BenchProject = { models, columns, docs: true };
      await firstSync(report, stage, project, "first");
      await again(report, stage, project, "unchanged", { outcome: "unchanged", created: 0, updated: 0 });
      const changed = { models: models / 100, word: "" };
      const expected = { outcome: "applied", created: 0, updated: changed.models };
      await again(report, stage, { ...project, changed }, "changed", expected);
      // Back to where it was, so that only one model differs from then on.
      await synced(stage, stage.newProcess(), artifactsOf(project), expected);
      await untilVisible(report, stage, project);
    }
    await connected(report, dynamo, dbt);
  } finally {
    await dbt.stop();
    await dynamo.stop();
  }
};
