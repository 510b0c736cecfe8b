import type { Routes } from "#contracts/http/routes.ts";
import { audited } from "#core/audit/record.ts";
import type { Call, UseCase } from "#core/call/call.ts";
import { demandVersion, retryConflict, staleRead } from "#core/call/retry-conflict.ts";
import { reopen, whileClosed } from "#core/connections/closing.ts";
import type { ConnectionDeps } from "#core/connections/connection-deps.ts";
import type { Connection } from "#core/connections/connection.ts";
import { connectionNameGuard } from "#core/connections/create-connection.ts";
import { readConnection } from "#core/connections/read-connection.ts";
import { DomainError } from "#core/errors/domain-error.ts";
import type { Write } from "#core/ports/change.ts";

/** Deletes a connection that no data source uses, with its members and credentials. */
export const deleteConnection =
  (deps: ConnectionDeps): UseCase<Routes["deleteConnection"]> =>
  ({ params }, call) =>
    retryConflict(call, async () => {
      const { store } = deps;
      const { connection } = await readConnection(store, call.user, params.connectionId, "connection:delete");
      demandVersion(call, connection.version);
      if (await store.connectionInUse(connection.id)) {
        // A deletion that broke off has left it closed.
        if (connection.closing) await reopen(deps, connection);
        throw new DomainError("connection-in-use");
      }
      await whileClosed(deps, connection, undefined, (closed) => remove(deps, call, closed));
      return undefined;
    });

async function remove({ store, ids, clock, secrets }: ConnectionDeps, call: Call, connection: Connection) {
  const found = await store.connectionMembers(connection.id);
  // Owners last: until the connection itself is gone, there is somebody who may delete it.
  const members = found
    .toSorted((a, b) => Number(a.role === "owner") - Number(b.role === "owner"))
    .map((record): Write => ({ write: "remove", kind: "connection-member", record }));
  // A transaction takes 100 items.
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
