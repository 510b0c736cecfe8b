import type { Routes } from "#contracts/http/routes.ts";
import { audited } from "#core/audit/record.ts";
import { keptReply, type Call, type UseCase } from "#core/call/call.ts";
import { retryConflict, staleRead } from "#core/call/retry-conflict.ts";
import type { ConnectionDeps } from "#core/connections/connection-deps.ts";
import type { Connection, ConnectionMember } from "#core/connections/connection.ts";
import { readConnection } from "#core/connections/read-connection.ts";
import { showConnectionMember } from "#core/connections/show-connection.ts";
import { DomainError } from "#core/errors/domain-error.ts";
import { demandPrincipals } from "#core/people/principals.ts";
import type { Write } from "#core/ports/change.ts";

/** Gives a user or group a role on a connection. */
export const addConnectionMember =
  (deps: ConnectionDeps): UseCase<Routes["addConnectionMember"]> =>
  async ({ params, body }, call) => {
    const { store, ids, clock } = deps;
    const { connection } = await readConnection(
      store,
      call.user,
      params.connectionId,
      "connection:manage-members",
    );
    await demandPrincipals(store, [{ principal: body.principal, pointer: "/principal" }]);
    const at = clock.now();
    const member: ConnectionMember = {
      id: ids.next("member"),
      connectionId: connection.id,
      principal: body.principal,
      role: body.role,
      schemas: body.schemas ?? null,
      addedBy: call.user.id,
      addedAt: at.toISOString(),
    };
    const result = showConnectionMember(member);
    await store.commit(
      [
        { write: "require-connection", connectionId: connection.id, otherwise: new DomainError("not-found") },
        {
          write: "create",
          kind: "connection-member",
          record: member,
          otherwise: new DomainError("member-exists"),
        },
        auditedMember(deps, call, "connection:add-member", member, at),
      ],
      keptReply(call, 201, result, at),
    );
    return result;
  };

/** Takes a role away; a connection always keeps an owner. */
export const removeConnectionMember =
  (deps: ConnectionDeps): UseCase<Routes["removeConnectionMember"]> =>
  ({ params }, call) =>
    retryConflict(call, async () => {
      const { store, clock } = deps;
      const { connection } = await readConnection(
        store,
        call.user,
        params.connectionId,
        "connection:manage-members",
      );
      const members = await store.connectionMembers(connection.id);
      const member = members.find(({ id }) => id === params.memberId);
      if (member === undefined) throw new DomainError("not-found");
      const owners = members.filter(({ role }) => role === "owner");
      if (member.role === "owner" && owners.length === 1) throw new DomainError("last-owner");
      await store.commit([
        // The version is raised, so that two owners who remove each other at once do not both succeed.
        ...(member.role === "owner" ? [raised(connection)] : []),
        {
          write: "remove",
          kind: "connection-member",
          record: member,
          otherwise: new DomainError("not-found"),
        },
        auditedMember(deps, call, "connection:remove-member", member, clock.now()),
      ]);
      return undefined;
    });

const raised = (connection: Connection): Write => ({
  write: "replace",
  kind: "connection",
  record: { ...connection, version: connection.version + 1 },
  expected: connection.version,
  otherwise: staleRead(),
});

const auditedMember = (
  { ids }: ConnectionDeps,
  call: Call,
  action: string,
  { connectionId, principal, role, schemas }: ConnectionMember,
  at: Date,
): Write =>
  audited(ids, at, call, {
    action,
    resource: { type: "connection", id: connectionId },
    details: { principal, role, schemas },
  });
