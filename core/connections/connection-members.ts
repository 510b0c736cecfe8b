import { isSamePrincipal } from "#core/people/same-principal.ts";
import type { Routes } from "#contracts/http/routes.ts";
import { authorize, can } from "#core/access/can.ts";
import { audited } from "#core/audit/record.ts";
import { keptReply, type Call, type UseCase } from "#core/call/call.ts";
import { retryConflict, staleRead } from "#core/call/retry-conflict.ts";
import type { ConnectionDeps } from "#core/connections/connection-deps.ts";
import type { Connection, ConnectionMember } from "#core/connections/connection.ts";
import { readConnection } from "#core/connections/read-connection.ts";
import { showConnectionMember } from "#core/connections/show-connection.ts";
import { DomainError } from "#core/errors/domain-error.ts";
import { anyActs, ownerLeaves } from "#core/members/acting-owners.ts";
import { demandPrincipals, principalsAtCommit } from "#core/people/principals.ts";
import type { Write } from "#core/ports/change.ts";

type Body = Parameters<UseCase<Routes["addConnectionMember"]>>[0]["body"];

/**
 * Gives a user or group a role on a connection. Where none of its owners can act, whoever administers the application makes
 * somebody else one.
 */
export const addConnectionMember =
  (deps: ConnectionDeps): UseCase<Routes["addConnectionMember"]> =>
  ({ params, body }, call) =>
    retryConflict(call, async () => {
      const { store, ids, clock } = deps;
      const connection = await connectionForAdding(deps, call, params.connectionId, body);
      const given = [{ principal: body.principal, pointer: "/principal" }];
      await demandPrincipals(store, given);
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
          ...additions(connection, member),
          ...principalsAtCommit(given),
          auditedMember(deps, call, "connection:add-member", member, at),
        ],
        keptReply(call, 201, result, at),
      );
      return result;
    });

/** The connection, if the caller may add this member to it. */
async function connectionForAdding(
  deps: ConnectionDeps,
  { user }: Call,
  connectionId: string,
  { role, principal }: Body,
): Promise<Connection> {
  const view = await readConnection(deps.store, user, connectionId, "connection:read");
  const resource = { type: "connection", memberships: view.memberships } as const;
  if (can(user, "connection:manage-members", resource)) return view.connection;
  const appoints = can(user, "connection:appoint-owner", { ...resource, ownerless: true });
  if (!appoints || (await hasActingOwner(deps, await deps.store.connectionMembers(connectionId)))) {
    authorize(user, "connection:manage-members", resource);
  }
  if (role !== "owner") {
    throw new DomainError("forbidden", "No owner can act here: you may make somebody an owner, no more.");
  }
  if (user.principals.some((mine) => isSamePrincipal(mine, principal))) throw new DomainError("self-change");
  return view.connection;
}

const hasActingOwner = (deps: ConnectionDeps, members: readonly ConnectionMember[]): Promise<boolean> =>
  anyActs(
    deps,
    members.filter(({ role }) => role === "owner").map(({ principal }) => principal),
  );

const exists = (): DomainError => new DomainError("member-exists");

/** A connection is read with every request on it: the roles of its groups are at most so long as JSON. */
const mostGroupRoles = 100_000;

/** The role of a user is a record of its own, those of groups are kept by the connection. */
function additions(connection: Connection, member: ConnectionMember): readonly Write[] {
  if (member.principal.type === "user") {
    const { id: connectionId } = connection;
    return [
      { write: "require-connection", connectionId, otherwise: new DomainError("not-found") },
      { write: "create", kind: "connection-member", record: member, otherwise: exists() },
    ];
  }
  const { groupMembers } = connection;
  const { role, principal } = member;
  if (groupMembers.some((known) => known.role === role && isSamePrincipal(known.principal, principal)))
    throw exists();
  const after = [...groupMembers, member];
  if (JSON.stringify(after).length > mostGroupRoles) throw new DomainError("too-many-members");
  return [withGroupMembers(connection, after)];
}

/** Takes a role away; a connection always keeps an owner who can act. */
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
      const leaves = await ownerLeaves(deps);
      const members = await store.connectionMembers(connection.id);
      const member = members.find(({ id }) => id === params.memberId);
      if (member === undefined) throw new DomainError("not-found");
      const isOwner = member.role === "owner";
      if (
        isOwner &&
        !(await hasActingOwner(
          deps,
          members.filter(({ id }) => id !== member.id),
        ))
      ) {
        throw new DomainError("last-owner", "The connection would be left without an owner who can act.");
      }
      await store.commit([
        ...(isOwner ? [leaves] : []),
        ...removals(connection, member),
        auditedMember(deps, call, "connection:remove-member", member, clock.now()),
      ]);
      return undefined;
    });

/** Where an owner goes the version is raised, so that two owners who remove each other at once do not both succeed. */
function removals(connection: Connection, member: ConnectionMember): readonly Write[] {
  const { groupMembers } = connection;
  if (member.principal.type === "group") {
    return [
      withGroupMembers(
        connection,
        groupMembers.filter(({ id }) => id !== member.id),
      ),
    ];
  }
  return [
    ...(member.role === "owner" ? [withGroupMembers(connection, groupMembers)] : []),
    { write: "remove", kind: "connection-member", record: member, otherwise: new DomainError("not-found") },
  ];
}

const withGroupMembers = (before: Connection, groupMembers: readonly ConnectionMember[]): Write => ({
  write: "replace",
  kind: "connection",
  record: { ...before, groupMembers, version: before.version + 1 },
  expected: before.version,
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
