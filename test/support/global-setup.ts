import type { TestProject } from "vitest/node";
import { demandJava, startDynamoDb } from "#local/dynamodb/start-dynamodb.ts";
import { startGuardian } from "#local/processes/guardian.ts";
import { freePort } from "./free-port.ts";
import { startPostgres, type PostgresAddress } from "./postgres.ts";

declare module "vitest" {
  interface ProvidedContext {
    postgres: PostgresAddress;
    dynamodb: string;
  }
}

/** Starts one server for the whole run, tells the tests where it is, and gives what ends it. */
type Starter = (project: TestProject) => Promise<() => Promise<void>>;

const starters: readonly Starter[] = [
  async (project) => {
    const { stop, ...address } = await startPostgres();
    project.provide("postgres", address);
    return stop;
  },
  async (project) => {
    await demandJava();
    const guardian = startGuardian();
    const { endpoint, stop } = await startDynamoDb(await freePort(), "memory", (child) =>
      guardian.guard(child, "TERM"),
    );
    project.provide("dynamodb", endpoint);
    return async () => {
      await stop();
      guardian.release();
    };
  },
];

/** Starts every server side by side; the teardown ends them in reverse. When one fails, none is left. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const started = await Promise.allSettled(starters.map((start) => start(project)));
  const teardown = async (): Promise<void> => {
    for (const each of started.toReversed()) if (each.status === "fulfilled") await each.value();
  };
  const failed = started.find((each) => each.status === "rejected");
  if (failed !== undefined) {
    await teardown();
    throw failed.reason;
  }
  return teardown;
}
