import type { Routes } from "#contracts/http/routes.ts";
import { audited } from "#core/audit/record.ts";
import type { Call, UseCase } from "#core/call/call.ts";
import { demandVersion, retryConflict, staleRead } from "#core/call/retry-conflict.ts";
import { reopen, whileClosed } from "#core/connections/closing.ts";
import type { ConnectionDeps } from "#core/connections/connection-deps.ts";
import type { Connection, ConnectionMember } from "#core/connections/connection.ts";
import { connectionNameGuard } from "#core/connections/new-connection.ts";
import { usedByIntegration } from "#core/dbt/integrations/connection-use.ts";
import { readConnection } from "#core/connections/read-connection.ts";
import { DomainError } from "#core/errors/domain-error.ts";
import type { Write } from "#core/ports/change.ts";

/** Deletes a connection that no data source and no integration uses, with its members and credentials. */
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
      // Looked at before it is closed, too: nothing that is being synced through it shall stumble over that.
      await demandNoIntegration(store, connection.id);
      await whileClosed(deps, connection, undefined, (closed) => remove(deps, call, closed));
      return undefined;
    });

async function demandNoIntegration(store: ConnectionDeps["store"], connectionId: string): Promise<void> {
  if (!(await usedByIntegration(store, connectionId))) return;
  throw new DomainError("connection-in-use", "A dbt Cloud integration uses this connection.");
}

/** A transaction takes 100 items. */
const removedAtOnce = 90;

/** The roles of groups go with the connection, which keeps them. */
const removals = (members: readonly ConnectionMember[]): readonly Write[] =>
  members
    .filter(({ principal }) => principal.type === "user")
    .map((record) => ({ write: "remove", kind: "connection-member", record }));

async function remove(deps: ConnectionDeps, call: Call, closed: Connection): Promise<void> {
  const { store, ids, clock, secrets } = deps;
  // It is closed: an integration that comes to use it later fails, and one that came before is seen here.
  await demandNoIntegration(store, closed.id);
  const found = await store.connectionMembers(closed.id);
  // Owners last: until the connection itself is gone, there is somebody who may delete it.
  const members = found.toSorted((a, b) => Number(a.role === "owner") - Number(b.role === "owner"));
  let connection = closed;
  for (; members.length > removedAtOnce; members.splice(0, removedAtOnce)) {
    connection = await removeMembers(deps, call, connection, members.slice(0, removedAtOnce));
  }
  await store.commit([
    { write: "remove", kind: "connection", record: connection, otherwise: staleRead() },
    { write: "release", guard: connectionNameGuard(connection.name), owner: connection.id },
    ...removals(members),
    audited(ids, clock.now(), call, {
      action: "connection:delete",
      resource: { type: "connection", id: connection.id },
      details: { before: { name: connection.name, config: connection.config } },
    }),
  ]);
  // What is left in the database of data sources that were deleted just now is removed with them: then the sweep takes them.
  if (!(await store.lineHolds(connection.id, ["domain-removal"]))) await secrets.delete(connection.secretRef);
}

/** Some of the members of a connection that is going: should it stay after all, the record says who lost their role. */
async function removeMembers(
  { store, ids, clock }: ConnectionDeps,
  call: Call,
  before: Connection,
  members: readonly ConnectionMember[],
): Promise<Connection> {
  const after = { ...before, version: before.version + 1 };
  await store.commit([
    { write: "replace", kind: "connection", record: after, expected: before.version, otherwise: staleRead() },
    ...removals(members),
    audited(ids, clock.now(), call, {
      action: "connection:remove-members",
      resource: { type: "connection", id: before.id },
      details: { members: members.map(({ principal, role }) => ({ principal, role })) },
    }),
  ]);
  return after;
}
