import { access } from "node:fs/promises";
import { resolve } from "node:path";
import { writeDurably } from "#adapters/secrets/durable-file.ts";
import { routes } from "#contracts/http/routes.ts";
import { defaultDataDirectory } from "#contracts/local-environment.ts";
import type { Log } from "#core/ports/log.ts";
import { readKept, type DataDirectory } from "../data-directory.ts";
import type { Closing } from "../closing.ts";
import type { Guardian } from "../processes/guardian.ts";
import { ApiError, apiCaller, type Ask } from "./api.ts";
import { keepDbt } from "./dbt/keep-dbt.ts";
import { standInAt, startStandIn, type StandIn } from "./dbt/stand-in.ts";
import { breakView, fillWarehouse } from "./fill-warehouse.ts";
import { connectionConfig, registerSample } from "./register-sample.ts";
import { startWarehouse, type Warehouse } from "./warehouse-server.ts";

const connectionIdFile = "sample-connection-id";
const registeredFile = "sample-registered";

/** What the sample needs of the machine. */
export interface SampleDeps {
  readonly directory: DataDirectory;
  readonly guardian: Guardian;
  readonly closing: Closing;
  readonly log: Log;
}

/** Reeve's own API, and the key to it. */
export interface Caller {
  readonly url: string;
  readonly key: string;
}

/** What was there before Reeve could answer. */
export interface Prepared {
  /** The warehouse of an earlier run. */
  readonly warehouse: Warehouse | null;
  /** Where the stand-in for dbt Cloud will answer. */
  readonly standIn: StandIn;
}

/**
 * Says where the stand-in for dbt Cloud will answer, and starts the warehouse of an earlier run, if there is one, before
 * any job that asks it goes on. Without it Reeve runs all the same, and its data sources show that they cannot be reached.
 */
export async function prepareSample(deps: SampleDeps): Promise<Prepared> {
  const begun = await access(deps.directory.at("warehouse-port")).then(
    () => true,
    () => false,
  );
  const [warehouse, standIn] = await Promise.all([
    begun ? warehouseOf(deps) : null,
    standInAt(deps.directory),
  ]);
  return { warehouse, standIn };
}

async function warehouseOf({ directory, guardian, closing, log }: SampleDeps): Promise<Warehouse | null> {
  try {
    const warehouse = await startWarehouse(directory, guardian);
    closing.on("warehouse", warehouse.stop);
    return warehouse;
  } catch (error) {
    log.warn("there is no sample warehouse: PostgreSQL did not start", { error });
    return null;
  }
}

/**
 * Brings the sample to where it should be, besides everything else: made, filled and registered once, and
 * found again at every later start. It never fails: Reeve is whole without it. `say` is told how to go on.
 */
export async function keepSample(
  deps: SampleDeps,
  caller: Caller,
  { warehouse: resumed, standIn }: Prepared,
  say: (line: string) => void,
): Promise<void> {
  const controller = new AbortController();
  deps.closing.on("sample", () => controller.abort());
  const ask = apiCaller(caller.url, caller.key, controller.signal);
  const running = runStandIn(deps, caller, standIn);
  try {
    const warehouse = resumed ?? (await warehouseOf(deps));
    if (warehouse === null) return;
    const connectionId = await settle(deps.directory, ask, warehouse);
    if (connectionId === null || !(await running)) return;
    const dbt = { directory: deps.directory, ask, standIn, warehouse, connectionId };
    if (await keepDbt(dbt)) say(nextRunNotice(deps.directory));
  } catch (error) {
    if (!deps.closing.begun) deps.log.warn("the sample is not complete; the next start goes on", { error });
  }
}

/** Starts the stand-in at once: a sync of an earlier run may wait for it. False where it does not run. */
async function runStandIn(
  { directory, guardian, closing, log }: SampleDeps,
  { url: reeve }: Caller,
  standIn: StandIn,
): Promise<boolean> {
  try {
    const stop = await startStandIn({ directory, guardian, reeve }, standIn);
    closing.on("warehouse", stop);
    return true;
  } catch (error) {
    log.warn("the sample is without dbt: its stand-in for dbt Cloud did not start", { error });
    return false;
  }
}

const nextRunNotice = ({ path }: DataDirectory): string => {
  const elsewhere = path === resolve(defaultDataDirectory) ? "" : `REEVE_DATA_DIR=${path} `;
  return `dbt run after run: ${elsewhere}npm run --silent sample:next-run`;
};

/** The connection of the sample; null where somebody deleted it. */
async function settle(directory: DataDirectory, ask: Ask, warehouse: Warehouse): Promise<string | null> {
  const kept = (): Promise<string | null> => readKept(directory.at(connectionIdFile));
  const connectionId = await kept();
  if (connectionId !== null && !(await sameAddress(ask, connectionId, warehouse))) return null;
  await fillWarehouse(warehouse);
  if ((await readKept(directory.at(registeredFile))) !== null) {
    // It stays broken, also in a warehouse that had to be made anew.
    await breakView(warehouse);
    return connectionId;
  }
  await registerSample({
    ask,
    warehouse,
    connectionId,
    keepConnectionId: (id) => writeDurably(directory.at(connectionIdFile), `${id}\n`),
    breakView: () => breakView(warehouse),
  });
  await writeDurably(directory.at(registeredFile), `${new Date().toISOString()}\n`);
  return await kept();
}

/** Follows the warehouse to another port where its own was taken; false where somebody deleted the connection. */
async function sameAddress(ask: Ask, connectionId: string, warehouse: Warehouse): Promise<boolean> {
  const params = { connectionId };
  try {
    const { config } = await ask(routes.getConnection, { params });
    if (config["port"] === warehouse.port) return true;
    const body = { config: connectionConfig(warehouse), credentials: warehouse.reader };
    await ask(routes.updateConnection, { params, body });
    return true;
  } catch (error) {
    if (error instanceof ApiError && error.code === "not-found") return false;
    throw error;
  }
}
