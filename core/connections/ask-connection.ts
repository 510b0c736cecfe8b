import * as z from "zod";
import type { Routes } from "#contracts/http/routes.ts";
import type { Call, UseCase } from "#core/call/call.ts";
import { fillPage } from "#core/call/fill-page.ts";
import type { ConnectionDeps } from "#core/connections/connection-deps.ts";
import { targetOf } from "#core/connections/connection.ts";
import { readConnection } from "#core/connections/read-connection.ts";
import { registrarOf } from "#core/connections/registrar-of.ts";
import { relationKey, type ListedRelation } from "#core/ports/remote.ts";
import type { ConnectionView } from "#core/ports/store.ts";
import { askRemote } from "#core/remote/remote-problem.ts";
import { readableDataSources } from "#core/sources/read-data-source.ts";

/** Connects now, and tells the server's version and how long it took. */
export const testConnection =
  ({ store, remote, clock }: ConnectionDeps): UseCase<Routes["testConnection"]> =>
  async ({ params }, call) => {
    const { connection } = await readConnection(store, call.user, params.connectionId, "connection:test");
    const began = clock.now().getTime();
    const { serverVersion } = await askRemote(() => remote.server(targetOf(connection)));
    return { ok: true, serverVersion, latencyMs: clock.now().getTime() - began };
  };

const position = z.strictObject({ schema: z.string(), name: z.string() });

/** Tables that can become data sources; which ones are is told only to those who may see them. */
export const listTables =
  (deps: ConnectionDeps): UseCase<Routes["listTables"]> =>
  async ({ params, query }, call) => {
    const view = await readConnection(deps.store, call.user, params.connectionId, "connection:list-tables");
    const list = `tables/${JSON.stringify([view.connection.id, query.schema, query.search])}`;
    const page = await fillPage(deps.cursors, list, query, position, {
      read: (after, limit) => registrableTables(deps, view, query, after, limit),
      positionOf: ({ schema, name }) => ({ schema, name }),
      show: (relation) => relation,
    });
    const ids = await visibleDataSources(deps, call, view.connection.id, page.items);
    return {
      ...page,
      items: page.items.map(({ schema, name, kind, columnCount }) => ({
        schema,
        name,
        kind,
        columnCount,
        dataSourceId: ids.get(relationKey({ schema, name })) ?? null,
      })),
    };
  };

async function registrableTables(
  { remote }: ConnectionDeps,
  { connection, memberships }: ConnectionView,
  {
    schema,
    search,
  }: { readonly schema?: readonly string[] | undefined; readonly search?: string | undefined },
  after: { readonly schema: string; readonly name: string } | null,
  limit: number,
) {
  const relations = await askRemote(() =>
    remote.listRelations(targetOf(connection), { schema, search, after: after ?? undefined, limit }),
  );
  const last = relations.at(-1);
  return {
    items: relations.filter((relation) => registrarOf(memberships, relation.schema) !== undefined),
    next: relations.length === limit && last !== undefined ? { schema: last.schema, name: last.name } : null,
  };
}

async function visibleDataSources(
  { store }: ConnectionDeps,
  { user }: Call,
  connectionId: string,
  relations: readonly ListedRelation[],
): Promise<ReadonlyMap<string, string>> {
  const owners = await store.relationOwners(connectionId, relations);
  const readable = await readableDataSources(store, user, [...owners.values()]);
  return new Map([...owners].filter(([, id]) => readable.has(id)));
}
