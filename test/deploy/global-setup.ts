import type { TestProject } from "vitest/node";
import { freePort } from "#test/support/free-port.ts";
import { startPostgres, type PostgresAddress } from "#test/support/postgres.ts";
import { trustEmulator } from "./certificate.ts";
import { deploy, type Outputs } from "./deployment.ts";
import { startEmulator } from "./emulator.ts";

declare module "vitest" {
  interface ProvidedContext {
    deployed: Outputs & { readonly port: number; readonly python: string };
    warehouse: PostgresAddress;
    /** Where the deployment may ask for dbt Cloud over TLS; a test that wants one listens there. */
    dbtCloudPort: number;
  }
}

/** Starts the emulator and a warehouse, deploys Reeve once for all tests, and gives what ends it all. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const started: { readonly stop: () => Promise<void> }[] = [];
  const teardown = async (): Promise<void> => {
    for (const { stop } of started.toReversed()) await stop();
  };
  trustEmulator();
  try {
    const { stop, ...warehouse } = await startPostgres();
    started.push({ stop });
    const emulator = await startEmulator();
    started.push(emulator);
    const dbtCloudPort = await freePort();
    const outputs = await deploy(emulator, { dbtHosts: `https://127.0.0.1:${dbtCloudPort}` });
    project.provide("dbtCloudPort", dbtCloudPort);
    project.provide("warehouse", warehouse);
    project.provide("deployed", { ...outputs, port: emulator.port, python: emulator.python });
  } catch (error) {
    await teardown();
    throw error;
  }
  return teardown;
}
