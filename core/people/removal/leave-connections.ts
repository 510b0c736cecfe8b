import { isSamePrincipal } from "#core/people/same-principal.ts";
import { staleRead } from "#core/call/retry-conflict.ts";
import type { Connection, ConnectionMember, Principal } from "#core/connections/connection.ts";
import {
  piecesOf,
  type RemovalDeps,
  type RemovalPart,
  type RemovalPhase,
  type Taken,
} from "#core/people/removal/removal-phase.ts";
import type { Write } from "#core/ports/change.ts";

const readAtOnce = 200;
/** Three items each: the connection, and a user's two roles. */
const changedAtOnce = 25;

/**
 * Nobody who is gone has a role on a connection. It may be left without an owner: then whoever administers the application
 * makes somebody one.
 */
export const leaveConnections: RemovalPhase = {
  name: "connections",
  async *parts(deps, { principal }, from): AsyncGenerator<RemovalPart> {
    let after = from;
    for (;;) {
      const { items, next } = await deps.store.listConnections(after, readAtOnce);
      for (const some of piecesOf(await concerned(deps, principal, items), changedAtOnce)) {
        const ids = some.map(({ connection }) => connection.id);
        yield { place: ids.at(-1) ?? "", take: () => takeOff(deps, principal, ids) };
      }
      if (next === null) return;
      after = next;
    }
  },
};

interface Concerned {
  readonly connection: Connection;
  readonly roles: readonly ConnectionMember[];
}

/** Of some connections those on which the principal has a role. */
async function concerned(
  { store }: Pick<RemovalDeps, "store">,
  principal: Principal,
  connections: readonly Connection[],
): Promise<readonly Concerned[]> {
  const roles = await store.connectionMemberships([principal], connections);
  return connections
    .map((connection) => ({ connection, roles: roles.get(connection.id) ?? [] }))
    .filter((one) => one.roles.length > 0);
}

async function takeOff(
  deps: Pick<RemovalDeps, "store">,
  principal: Principal,
  connectionIds: readonly string[],
): Promise<Taken> {
  const connections = await deps.store.connections(connectionIds);
  const found = await concerned(deps, principal, [...connections.values()]);
  return {
    writes: found.flatMap(({ connection, roles }) => [
      withoutMember(connection, principal),
      ...roles.filter(({ principal: of }) => of.type === "user").map(removal),
    ]),
    ids: found.map(({ connection }) => connection.id),
  };
}

/** Its version is raised, so that whoever has just counted its owners counts again. */
const withoutMember = (before: Connection, principal: Principal): Write => ({
  write: "replace",
  kind: "connection",
  record: {
    ...before,
    groupMembers: before.groupMembers.filter((member) => !isSamePrincipal(member.principal, principal)),
    version: before.version + 1,
  },
  expected: before.version,
  otherwise: staleRead(),
});

const removal = (record: ConnectionMember): Write => ({ write: "remove", kind: "connection-member", record });
