import * as z from "zod";
import type { Routes } from "#contracts/http/routes.ts";
import { can } from "#core/access/can.ts";
import type { Call, UseCase } from "#core/call/call.ts";
import { fillPage } from "#core/call/fill-page.ts";
import type { ConnectionDeps } from "#core/connections/connection-deps.ts";
import { readConnection } from "#core/connections/read-connection.ts";
import { showConnection, showConnectionMember } from "#core/connections/show-connection.ts";
import type { Page } from "#core/ports/store.ts";
import type { Connection } from "#core/connections/connection.ts";

/** Connections that the caller may see, oldest first. */
export const listConnections =
  (deps: ConnectionDeps): UseCase<Routes["listConnections"]> =>
  ({ query }, call) =>
    fillPage(deps.cursors, "connections", query, z.string(), {
      read: (after, limit) => visibleConnections(deps, call, after, limit),
      positionOf: ({ id }) => id,
      show: showConnection,
    });

async function visibleConnections(
  { store }: ConnectionDeps,
  { user }: Call,
  after: string | null,
  limit: number,
): Promise<Page<Connection>> {
  const page = await store.listConnections(after, limit);
  const memberships = await store.connectionMemberships(user.principals, page.items);
  const items = page.items.filter(({ id }) =>
    can(user, "connection:read", { type: "connection", memberships: memberships.get(id) ?? [] }),
  );
  return { items, next: page.next };
}

/** One connection. */
export const getConnection =
  ({ store }: ConnectionDeps): UseCase<Routes["getConnection"]> =>
  async ({ params }, call) =>
    showConnection(
      (await readConnection(store, call.user, params.connectionId, "connection:read")).connection,
    );

/** Who may use a connection; there are few, so that a page is cut from all of them. */
export const listConnectionMembers =
  (deps: ConnectionDeps): UseCase<Routes["listConnectionMembers"]> =>
  async ({ params, query }, call) => {
    await readConnection(deps.store, call.user, params.connectionId, "connection:read");
    const members = [...(await deps.store.connectionMembers(params.connectionId))].sort((a, b) =>
      a.id < b.id ? -1 : 1,
    );
    return await fillPage(deps.cursors, `connections/${params.connectionId}/members`, query, z.string(), {
      read: (after) =>
        Promise.resolve({ items: members.filter(({ id }) => after === null || id > after), next: null }),
      positionOf: ({ id }) => id,
      show: showConnectionMember,
    });
  };
