import { afterAll } from "vitest";
import { dbtCloud } from "#adapters/dbt-cloud/dbt-cloud.ts";
import { parseDbtHosts } from "#adapters/dbt-cloud/hosts.ts";
import type { RouteResult } from "#contracts/http/route.ts";
import type { Routes } from "#contracts/http/routes.ts";
import type { Integration } from "#core/dbt/integration.ts";
import type { DbtCloud } from "#core/ports/dbt-cloud.ts";
import { DbtCloudStandIn } from "#test/dbt-cloud/stand-in.ts";
import { signedDelivery, type DeliveryGiven, type SignedDelivery } from "#test/dbt-cloud/webhooks.ts";
import { anApp, type App } from "./app.ts";
import type { Reply } from "./check-reply.ts";
import { aPersona, type Persona } from "./personas.ts";
import { unique } from "./records.ts";

export type ShownIntegration = RouteResult<Routes["getIntegration"]>;

/** Which integration a path names. */
export type Key = Pick<ShownIntegration, "accountId" | "projectId" | "environmentId">;

export const pathOf = ({ accountId, projectId, environmentId }: Key): string =>
  `/dbt/${accountId}/${projectId}/${environmentId}`;

/** An app whose dbt Cloud is a stand-in, which waits for nothing. */
export interface DbtApp {
  readonly app: App;
  readonly standIn: DbtCloudStandIn;
  readonly admin: Persona;
  /** A body that integrates an environment of its own, which the stand-in has. */
  readonly body: () => Readonly<Record<string, unknown>> & Key & { readonly webhookSecret: string };
  /** Integrates an environment of its own. */
  readonly integrate: (given?: object, as?: Persona) => Promise<ShownIntegration>;
  /** Integrates one with the secret of its webhook. */
  readonly listening: () => Promise<{
    readonly key: ShownIntegration;
    readonly secret: string;
    readonly id: string;
  }>;
  /** Its record. */
  readonly record: (key: Key) => Promise<Integration>;
  /** Sends a delivery as it is. */
  readonly deliver: (
    key: Key,
    delivery: Pick<SignedDelivery, "headers"> & { readonly body: string | Buffer },
    base64?: boolean,
  ) => Promise<Reply>;
}

/** The adapter itself, against the stand-in. */
export const standInCloud = (standIn: DbtCloudStandIn, clock: { now(): Date }): DbtCloud =>
  dbtCloud({
    listed: parseDbtHosts(standIn.url),
    clock,
    wait: () => Promise.resolve(),
    random: () => 0,
  });

let environments = 500;

export async function aDbtApp(): Promise<DbtApp> {
  const standIn = new DbtCloudStandIn();
  await standIn.start();
  afterAll(() => standIn.stop());
  const app = await anApp({ cloud: (clock) => standInCloud(standIn, clock) });
  const admin = await aPersona(app, { permissions: ["APPLICATION_ADMIN"] });
  const body = () => {
    environments += 1;
    const key = { accountId: "1", projectId: "10", environmentId: String(environments) };
    standIn.addEnvironment({ id: key.environmentId, projectId: key.projectId });
    standIn.addJob({ id: `9${key.environmentId}`, ...key });
    const { host } = standIn;
    return { host, ...key, apiKey: standIn.account.apiKey, webhookSecret: unique("whsec_") };
  };
  const integrate = async (given = {}, as = admin): Promise<ShownIntegration> => {
    const reply = await app.call("POST", "/dbt", { as, body: { ...body(), ...given } });
    if (reply.status !== 201) throw new Error(reply.text);
    return reply.body as ShownIntegration;
  };
  const record = async (key: Key): Promise<Integration> => {
    const found = await app.store.integration(key);
    if (found === null) throw new Error("there is no such integration");
    return found;
  };
  return {
    app,
    standIn,
    admin,
    body,
    integrate,
    record,
    async listening() {
      const secret = unique("whsec_");
      const key = await integrate({ webhookSecret: secret });
      return { key, secret, id: (await record(key)).id };
    },
    deliver: (key, { headers, body: raw }, base64 = false) =>
      app.call("POST", `${pathOf(key)}/webhook`, { headers, raw, base64 }),
  };
}

let runs = 70_403_122_785_100;

/** The id of a run that no other call returns, as long as dbt Cloud's are. */
export const aRunId = (): string => String((runs += 1));

/** A delivery that tells of a run of an integration. */
export const aDelivery = (
  key: Key,
  given: Omit<DeliveryGiven, "run"> & { readonly runId?: string },
): SignedDelivery => {
  const { runId = "70403122785100", ...rest } = given;
  const { accountId, projectId, environmentId } = key;
  return signedDelivery({ ...rest, run: { id: runId, accountId, projectId, environmentId } });
};
