import { staleRead } from "#core/call/retry-conflict.ts";
import type { ConnectionDeps } from "#core/connections/connection-deps.ts";
import type { Connection } from "#core/connections/connection.ts";
import { DomainError } from "#core/errors/domain-error.ts";

type Deps = Pick<ConnectionDeps, "store">;

async function setClosing({ store }: Deps, before: Connection, closing: boolean): Promise<Connection> {
  const after = { ...before, closing, version: before.version + 1 };
  await store.commit([
    { write: "replace", kind: "connection", record: after, expected: before.version, otherwise: staleRead() },
  ]);
  return after;
}

/** Takes new data sources again; whoever changed the connection meanwhile has opened it or is still at it. */
export async function reopen(deps: Deps, closed: Connection): Promise<void> {
  try {
    await setClosing(deps, closed, false);
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
  }
}

/**
 * Does what no data source may come between. A creation demands an open connection in its own transaction,
 * so one that committed before is seen here, and one that comes later fails. The work commits the end: the
 * connection gone, or open again. Refused or failed, it is opened here.
 */
export async function whileClosed<T>(
  deps: Deps,
  connection: Connection,
  inUse: string | undefined,
  work: (closed: Connection) => Promise<T>,
): Promise<T> {
  const closed = await setClosing(deps, connection, true);
  try {
    if (await deps.store.connectionInUse(connection.id)) throw new DomainError("connection-in-use", inUse);
    return await work(closed);
  } catch (error) {
    await reopen(deps, closed);
    throw error;
  }
}
