import { dbtCloud } from "#adapters/dbt-cloud/dbt-cloud.ts";
import { parseDbtHosts } from "#adapters/dbt-cloud/hosts.ts";
import { systemClock } from "#adapters/system/system-clock.ts";
import type { DbtCloud } from "#core/ports/dbt-cloud.ts";
import type { Run, StepArtifacts } from "#test/dbt-cloud/model.ts";
import { DbtCloudStandIn } from "#test/dbt-cloud/stand-in.ts";
import { signedDelivery } from "#test/dbt-cloud/webhooks.ts";
import type { Caller, Delivery, Deployment } from "./deployment.ts";

const environment = { accountId: "1", projectId: "10", environmentId: "100" };
const webhookSecret = "the-secret-of-the-webhook";
const path = "/dbt/1/10/100";

/** An environment of a dbt Cloud on loopback, whose runs are made here. */
export interface DbtEnvironment {
  /** Our own way to ask it. */
  readonly cloud: DbtCloud;
  /** Integrates it. */
  readonly integrate: (reeve: Deployment, owner: Caller, connectionId?: string) => Promise<void>;
  /** Ends a run that left these artifacts. */
  readonly ran: (artifacts: StepArtifacts) => Run;
  /** Word of a run, each time with another event's id. */
  readonly wordOf: (run: Run) => Delivery;
  readonly stop: () => Promise<void>;
}

/** Starts one. */
export async function startDbtEnvironment(): Promise<DbtEnvironment> {
  const standIn = new DbtCloudStandIn(environment);
  const url = await standIn.start();
  return {
    cloud: dbtCloud({ listed: parseDbtHosts(url), clock: systemClock }),
    async integrate({ send }, { key }, connectionId) {
      const { host, account } = standIn;
      const body = { host, ...environment, apiKey: account.apiKey, webhookSecret, connectionId };
      await send({ method: "POST", path: "/dbt", key, body });
    },
    ran: (artifacts) => standIn.finishRun({ steps: [{ artifacts }] }),
    wordOf: (run) => ({
      path: `${path}/webhook`,
      ...signedDelivery({ run, secret: webhookSecret }),
    }),
    stop: () => standIn.stop(),
  };
}
