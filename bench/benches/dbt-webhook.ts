import { median, percentile, sum } from "../measuring/durations.ts";
import { say, type Report } from "../measuring/figure.ts";
import { StoreMeter } from "../measuring/store-meter.ts";
import type { DbtEnvironment } from "../stage/dbt-environment.ts";
import { prepared } from "../stage/dbt-stage.ts";
import type { DynamoDbStage } from "../stage/dynamodb.ts";

const webhookWarmUps = 100;
const webhooks = 400;

/** The function that takes webhooks: its own time, DynamoDB's taken out. */
export async function webhookTime(report: Report, dynamo: DynamoDbStage, dbt: DbtEnvironment): Promise<void> {
  say("webhooks, each of another run");
  const stage = await prepared(dynamo, dbt);
  const client = dynamo.newClient();
  const reeve = stage.newProcess(client);
  const meter = new StoreMeter(client);
  const measured = [];
  let cpuMs = 0;
  for (let n = 0; n < webhookWarmUps + webhooks; n += 1) {
    const deliver = reeve.prepareDelivery(dbt.wordOf(dbt.ran({})));
    const before = process.cpuUsage();
    const result = await meter.measure(deliver);
    const { user, system } = process.cpuUsage(before);
    if (n < webhookWarmUps) continue;
    measured.push(result);
    cpuMs += (user + system) / 1000;
  }
  const own = measured.map(({ ownMs }) => ownMs);
  const context = {
    repetitions: webhooks,
    requests: median(measured.map(({ calls }) => calls.length)),
    rounds: median(measured.map(({ rounds }) => rounds)),
    meanCpuMs: Number((cpuMs / webhooks).toFixed(2)),
    withDynamoDbLocalMs: Number((sum(measured.map(({ ms }) => ms)) / webhooks).toFixed(2)),
  };
  const figure = (what: string, value: number): void =>
    report({ figure: `dbt-webhook.own-time.${what}`, value, unit: "ms", budget: 50, context });
  figure("p50", median(own));
  figure("p99", percentile(own, 0.99));
}
