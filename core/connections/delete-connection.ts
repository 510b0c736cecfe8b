import type { Routes } from "#contracts/http/routes.ts";
import { audited } from "#core/audit/record.ts";
import type { Call, UseCase } from "#core/call/call.ts";
import { demandVersion, retryConflict, staleRead } from "#core/call/retry-conflict.ts";
import type { ConnectionDeps } from "#core/connections/connection-deps.ts";
import type { Connection } from "#core/connections/connection.ts";
import { connectionNameGuard } from "#core/connections/create-connection.ts";
import { readConnection } from "#core/connections/read-connection.ts";
import { DomainError } from "#core/errors/domain-error.ts";
import type { Write } from "#core/ports/change.ts";

/**
 * Deletes a connection that no data source uses, with its members and credentials. It is closed first:
 * a creation demands an open connection in its own transaction, so one that committed before is seen
 * here, and one that comes later fails.
 */
export const deleteConnection =
  (deps: ConnectionDeps): UseCase<Routes["deleteConnection"]> =>
  ({ params }, call) =>
    retryConflict(call, async () => {
      const { store } = deps;
      const { connection } = await readConnection(store, call.user, params.connectionId, "connection:delete");
      demandVersion(call, connection.version);
      if (await store.connectionInUse(connection.id)) throw new DomainError("connection-in-use");
      const closed = await setClosing(deps, connection, true);
      if (await store.connectionInUse(connection.id)) {
        await setClosing(deps, closed, false);
        throw new DomainError("connection-in-use");
      }
      await remove(deps, call, closed);
      return undefined;
    });

async function setClosing(
  { store }: ConnectionDeps,
  before: Connection,
  closing: boolean,
): Promise<Connection> {
  const after = { ...before, closing, version: before.version + 1 };
  await store.commit([
    { write: "replace", kind: "connection", record: after, expected: before.version, otherwise: staleRead() },
  ]);
  return after;
}

async function remove({ store, ids, clock, secrets }: ConnectionDeps, call: Call, connection: Connection) {
  const members = (await store.connectionMembers(connection.id)).map((record): Write => ({
    write: "remove",
    kind: "connection-member",
    record,
  }));
  // A transaction takes 100 items; the caller's own membership may go early, since they asked for the end.
  for (; members.length > 90; members.splice(0, 90)) await store.commit(members.slice(0, 90));
  await store.commit([
    { write: "remove", kind: "connection", record: connection, otherwise: staleRead() },
    { write: "release", guard: connectionNameGuard(connection.name), owner: connection.id },
    ...members,
    audited(ids, clock.now(), call, {
      action: "connection:delete",
      resource: { type: "connection", id: connection.id },
      details: { before: { name: connection.name, config: connection.config } },
    }),
  ]);
  await secrets.delete(connection.secretRef);
}
