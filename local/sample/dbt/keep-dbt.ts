import { writeDurably } from "#adapters/secrets/durable-file.ts";
import { routes } from "#contracts/http/routes.ts";
import { readKept, type DataDirectory } from "../../data-directory.ts";
import { ApiError, type Ask } from "../api.ts";
import { hasRelation, runWarehouseSql, type WarehouseAddress } from "../fill-warehouse.ts";
import { sampleEnvironment, sqlOf } from "./dbt-plan.ts";
import { finishedRuns } from "./finished-runs.ts";
import { endNextRun } from "./next-run.ts";
import type { StandIn } from "./stand-in.ts";

/** Says that the integration was made; where somebody deleted it later, it stays deleted. */
const madeFile = "sample-dbt-integration";

/** What the sample's integration needs. */
export interface DbtSample {
  readonly directory: DataDirectory;
  readonly ask: Ask;
  readonly standIn: StandIn;
  readonly warehouse: WarehouseAddress;
  readonly connectionId: string;
}

/**
 * Makes the sample's integration of dbt Cloud, once, and lets its first run come to an end. Every step looks at what is
 * there, so that a start that was cut short is made up for by the next one. False where somebody deleted the integration.
 */
export async function keepDbt(sample: DbtSample): Promise<boolean> {
  const { directory, warehouse } = sample;
  if (!(await integration(sample))) return false;
  const last = (await finishedRuns(directory)).at(-1);
  if (last === undefined) {
    await endNextRun(sample);
    return true;
  }
  // A warehouse that had to be made anew lacks what dbt built in it.
  if (!(await hasRelation(warehouse, "marts", "fct_orders"))) {
    await runWarehouseSql(warehouse, await sqlOf(last.name));
  }
  return true;
}

async function integration({ directory, ask, standIn, connectionId }: DbtSample): Promise<boolean> {
  const made = (await readKept(directory.at(madeFile))) !== null;
  if (made) return await stands(ask);
  const { apiKey, webhookSecret, url } = standIn;
  const body = { host: url, ...sampleEnvironment, apiKey, webhookSecret, connectionId };
  try {
    await ask(routes.createIntegration, { body });
  } catch (error) {
    // Made by a start that was cut short before it could keep that.
    if (!(error instanceof ApiError && error.code === "integration-exists")) throw error;
  }
  await writeDurably(directory.at(madeFile), `${new Date().toISOString()}\n`);
  return true;
}

async function stands(ask: Ask): Promise<boolean> {
  try {
    const { state } = await ask(routes.getIntegration, { params: { ...sampleEnvironment } });
    return state === "active";
  } catch (error) {
    if (error instanceof ApiError && error.code === "not-found") return false;
    throw error;
  }
}
