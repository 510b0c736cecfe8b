import { access } from "node:fs/promises";
import { writeDurably } from "#adapters/secrets/durable-file.ts";
import { routes } from "#contracts/http/routes.ts";
import type { Log } from "#core/ports/log.ts";
import { readKept, type DataDirectory } from "../data-directory.ts";
import type { Closing } from "../closing.ts";
import type { Guardian } from "../processes/guardian.ts";
import { ApiError, apiCaller, type Ask } from "./api.ts";
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

/**
 * Starts the warehouse of an earlier run, if there is one, before any job that asks it goes on. Without it
 * Reeve runs all the same, and its data sources show that they cannot be reached.
 */
export async function resumeWarehouse(deps: SampleDeps): Promise<Warehouse | null> {
  const begun = await access(deps.directory.at("warehouse-port")).then(
    () => true,
    () => false,
  );
  return begun ? await warehouseOf(deps) : null;
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
 * found again at every later start. It never fails: Reeve is whole without it.
 */
export async function keepSample(deps: SampleDeps, caller: Caller, resumed: Warehouse | null): Promise<void> {
  const controller = new AbortController();
  deps.closing.on("sample", () => controller.abort());
  const ask = apiCaller(caller.url, caller.key, controller.signal);
  try {
    const warehouse = resumed ?? (await warehouseOf(deps));
    if (warehouse !== null) await settle(deps.directory, ask, warehouse);
  } catch (error) {
    if (!deps.closing.begun) deps.log.warn("the sample is not complete; the next start goes on", { error });
  }
}

async function settle(directory: DataDirectory, ask: Ask, warehouse: Warehouse): Promise<void> {
  const connectionId = await readKept(directory.at(connectionIdFile));
  if (connectionId !== null && !(await sameAddress(ask, connectionId, warehouse))) return;
  await fillWarehouse(warehouse);
  if ((await readKept(directory.at(registeredFile))) !== null) {
    // It stays broken, also in a warehouse that had to be made anew.
    await breakView(warehouse);
    return;
  }
  await registerSample({
    ask,
    warehouse,
    connectionId,
    keepConnectionId: (id) => writeDurably(directory.at(connectionIdFile), `${id}\n`),
    breakView: () => breakView(warehouse),
  });
  await writeDurably(directory.at(registeredFile), `${new Date().toISOString()}\n`);
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
