import { routes } from "#contracts/http/routes.ts";
import type { Relation } from "#core/ports/remote.ts";
import { relationKey } from "#core/ports/remote.ts";
import { ApiError, type Ask } from "./api.ts";
import { columnTags, databaseName, sampleTags, troubled } from "./sample-plan.ts";
import type { Warehouse } from "./warehouse-server.ts";

const connectionName = "sample warehouse";
/** Creations at a time: the warehouse shares the machine with us. */
const atOnce = 3;

/** What a registration needs. */
export interface Registration {
  readonly ask: Ask;
  readonly warehouse: Warehouse;
  /** The connection of an earlier run that did not get to its end. */
  readonly connectionId: string | null;
  /** Keeps the connection's id, so that a later run knows its own. */
  readonly keepConnectionId: (id: string) => Promise<void>;
  /** Breaks the view that is there to be broken; doing it again changes nothing. */
  readonly breakView: () => Promise<void>;
}

/**
 * Registers the warehouse through the API, step by step. Every step looks at what is there or may be done
 * again, so that a run that was cut short is simply run again.
 */
export async function registerSample(registration: Registration): Promise<void> {
  const { ask } = registration;
  for (const tag of sampleTags) await unless("tag-name-taken", ask(routes.createTag, { body: tag }));
  const connectionId = await sampleConnection(registration);
  const tables = await tablesOf(ask, connectionId);
  const first = tables.filter((table) => relationKey(table) === relationKey(troubled));
  const rest = tables.filter((table) => !first.includes(table));
  for (const table of first) await register(ask, connectionId, table);
  await fall(registration, connectionId);
  await inParallel(rest, (table) => register(ask, connectionId, table));
}

/** A refusal that says that it was done before. */
async function unless(code: ApiError["code"], asked: Promise<unknown>): Promise<void> {
  try {
    await asked;
  } catch (error) {
    if (!(error instanceof ApiError && error.code === code)) throw error;
  }
}

/** How to reach the warehouse. */
export const connectionConfig = ({ port }: Warehouse) => ({
  host: "127.0.0.1",
  port,
  database: databaseName,
  tls: "disable" as const,
});

async function sampleConnection(registration: Registration): Promise<string> {
  const { ask, warehouse, connectionId, keepConnectionId } = registration;
  if (connectionId !== null) return connectionId;
  const body = {
    name: connectionName,
    technology: "postgresql" as const,
    config: connectionConfig(warehouse),
    credentials: warehouse.reader,
  };
  const id = await ask(routes.createConnection, { body }).then(
    (made) => made.id,
    (error: unknown) => existingConnection(ask, warehouse, error),
  );
  await keepConnectionId(id);
  return id;
}

/** Made by a run that was cut short before it could keep the id; another one of this name is not ours to use. */
async function existingConnection(ask: Ask, warehouse: Warehouse, error: unknown): Promise<string> {
  if (!(error instanceof ApiError && error.code === "connection-name-taken")) throw error;
  let cursor: string | undefined;
  do {
    const page = await ask(routes.listConnections, { query: { limit: 200, cursor } });
    const found = page.items.find(({ name }) => name === connectionName);
    if (found?.config["port"] === warehouse.port && found.config["database"] === databaseName)
      return found.id;
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  throw error;
}

type Table = Relation & { readonly dataSourceId: string | null };

async function tablesOf(ask: Ask, connectionId: string): Promise<readonly Table[]> {
  const tables: Table[] = [];
  let cursor: string | undefined;
  do {
    const page = await ask(routes.listTables, { params: { connectionId }, query: { limit: 200, cursor } });
    tables.push(...page.items);
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  return tables;
}

async function register(
  ask: Ask,
  connectionId: string,
  { schema, name, dataSourceId }: Table,
): Promise<void> {
  const id =
    dataSourceId ?? (await ask(routes.createDataSource, { body: { connectionId, schema, table: name } })).id;
  const changes = columnTags(schema, name);
  if (changes.length === 0) return;
  await ask(routes.updateDictionary, { params: { dataSourceId: id }, body: { changes } });
}

/** Lets the troubled view fail: it had to work when it was registered, and is checked again once it does not. */
async function fall({ ask, breakView }: Registration, connectionId: string): Promise<void> {
  await breakView();
  const tables = await tablesOf(ask, connectionId);
  const table = tables.find((each) => relationKey(each) === relationKey(troubled));
  const dataSourceId = table?.dataSourceId ?? null;
  if (dataSourceId === null) return;
  const { health } = await ask(routes.getDataSource, { params: { dataSourceId } });
  if (health.status !== "unhealthy") await ask(routes.runChecks, { params: { dataSourceId }, body: {} });
}

async function inParallel<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const left = items[Symbol.iterator]();
  const worker = async (): Promise<void> => {
    for (const item of left) await work(item);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}
