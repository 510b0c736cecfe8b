import * as z from "zod";
import type { Routes } from "#contracts/http/routes.ts";
import { maxSavedQueries, type savedQuery } from "#contracts/resources/saved-query.ts";
import { audited } from "#core/audit/record.ts";
import { keptReply, type Call, type UseCase } from "#core/call/call.ts";
import { fillPage } from "#core/call/fill-page.ts";
import { demandVersion, retryConflict, staleRead } from "#core/call/retry-conflict.ts";
import { DomainError } from "#core/errors/domain-error.ts";
import { foldName } from "#core/names/fold.ts";
import type { Write } from "#core/ports/change.ts";
import type { SavedQuery, SavedQueryNames } from "#core/queries/saved-query.ts";
import { readDataSource } from "#core/sources/read-data-source.ts";
import type { SourceDeps } from "#core/sources/source-deps.ts";

const show = (query: SavedQuery): z.output<typeof savedQuery> => ({
  id: query.id,
  name: query.name,
  description: query.description,
  sql: query.sql,
  createdBy: query.createdBy,
  createdAt: query.createdAt,
  updatedAt: query.updatedAt,
  version: query.version,
});

/** The saved queries of a data source, oldest first. */
export const listQueries =
  ({ store, cursors }: SourceDeps): UseCase<Routes["listQueries"]> =>
  async ({ params, query }, call) => {
    const { dataSource } = await readDataSource(store, call.user, params.dataSourceId, "data-source:read");
    const list = `queries/${dataSource.id}`;
    return await fillPage(cursors, list, query, z.string(), {
      read: (after, limit) => store.savedQueries(dataSource.id, after, limit),
      positionOf: ({ id }) => id,
      show,
    });
  };

/** One of them. */
export const getQuery =
  ({ store }: SourceDeps): UseCase<Routes["getQuery"]> =>
  async ({ params: { dataSourceId, queryId } }, call) => {
    await readDataSource(store, call.user, dataSourceId, "data-source:read");
    return show(await readQuery(store, dataSourceId, queryId));
  };

async function readQuery(
  store: SourceDeps["store"],
  dataSourceId: string,
  queryId: string,
): Promise<SavedQuery> {
  const found = await store.savedQuery(dataSourceId, queryId);
  if (found === null) throw new DomainError("not-found");
  return found;
}

/** Saves a query under a name that no other of the data source has. */
export const createQuery =
  (deps: SourceDeps): UseCase<Routes["createQuery"]> =>
  ({ params, body }, call) =>
    retryConflict(call, async () => {
      const { store, ids, clock } = deps;
      const { dataSource } = await readDataSource(
        store,
        call.user,
        params.dataSourceId,
        "data-source:save-queries",
      );
      const names = await store.savedQueryNames(dataSource.id);
      if (names.names.length >= maxSavedQueries) throw new DomainError("too-many-queries");
      const at = clock.now();
      const now = at.toISOString();
      const made: SavedQuery = {
        id: ids.next("savedQuery"),
        dataSourceId: dataSource.id,
        name: body.name,
        description: body.description ?? "",
        sql: body.sql,
        createdBy: call.user.id,
        createdAt: now,
        updatedAt: now,
        version: 1,
      };
      const result = show(made);
      await store.commit(
        [
          namesWrite(call, names, withName(names, made)),
          { write: "create", kind: "saved-query", record: made },
          auditedQuery(deps, call, at, "data-source:save-query", made),
        ],
        keptReply(call, 201, result, at),
      );
      return result;
    });

/** Changes what is given of a query. */
export const updateQuery =
  (deps: SourceDeps): UseCase<Routes["updateQuery"]> =>
  ({ params: { dataSourceId, queryId }, body }, call) =>
    retryConflict(call, async () => {
      const { store, clock } = deps;
      const { before, names } = await changeable(store, call, dataSourceId, queryId);
      const at = clock.now();
      const after: SavedQuery = {
        ...before,
        name: body.name ?? before.name,
        description: body.description ?? before.description,
        sql: body.sql ?? before.sql,
        updatedAt: at.toISOString(),
        version: before.version + 1,
      };
      const renamed = after.name === before.name ? [] : [namesWrite(call, names, withName(names, after))];
      await store.commit([
        {
          write: "replace",
          kind: "saved-query",
          record: after,
          expected: before.version,
          otherwise: staleRead(),
        },
        ...renamed,
        auditedQuery(deps, call, at, "data-source:change-query", after, before),
      ]);
      return show(after);
    });

/** Deletes a query; its name is free again. */
export const deleteQuery =
  (deps: SourceDeps): UseCase<Routes["deleteQuery"]> =>
  ({ params: { dataSourceId, queryId } }, call) =>
    retryConflict(call, async () => {
      const { store, clock } = deps;
      const { before, names } = await changeable(store, call, dataSourceId, queryId);
      await store.commit([
        { write: "remove", kind: "saved-query", record: before, otherwise: staleRead() },
        namesWrite(call, names, withoutName(names, before)),
        auditedQuery(deps, call, clock.now(), "data-source:delete-query", before),
      ]);
      return undefined;
    });

/** The query that an owner may change, with the names that it must not take. */
async function changeable(
  store: SourceDeps["store"],
  call: Call,
  dataSourceId: string,
  queryId: string,
): Promise<{ readonly before: SavedQuery; readonly names: SavedQueryNames }> {
  await readDataSource(store, call.user, dataSourceId, "data-source:save-queries");
  // In this order: names that were read first could not know a name that the query got meanwhile.
  const before = await readQuery(store, dataSourceId, queryId);
  demandVersion(call, before.version);
  return { before, names: await store.savedQueryNames(dataSourceId) };
}

const withoutName = ({ names }: SavedQueryNames, { id }: SavedQuery): SavedQueryNames["names"] =>
  names.filter((held) => held.id !== id);

function withName(names: SavedQueryNames, query: SavedQuery): SavedQueryNames["names"] {
  const { id, name } = query;
  const others = withoutName(names, query);
  if (others.some((held) => foldName(held.name) === foldName(name))) {
    throw new DomainError("query-name-taken", `A query is named ${JSON.stringify(name)} already.`, {
      errors: [{ in: "body", pointer: "/name", detail: "is taken, upper and lower case being the same" }],
    });
  }
  return [...others, { id, name }];
}

/** Whoever named the version of one query has said nothing of the others, which change the names as well. */
const namesWrite = (call: Call, before: SavedQueryNames, names: SavedQueryNames["names"]): Write => ({
  write: "replace",
  kind: "saved-query-names",
  record: { ...before, names, version: before.version + 1 },
  expected: before.version,
  otherwise: call.ifMatch === null ? staleRead() : new DomainError("contention"),
});

/** What the record says of a query: SQL may hold values, and is told by its length. */
const toldQuery = ({ name, description, sql }: SavedQuery) => ({
  name,
  descriptionLength: description.length,
  sqlLength: sql.length,
});

const auditedQuery = (
  { ids }: SourceDeps,
  call: Call,
  at: Date,
  action: string,
  query: SavedQuery,
  before?: SavedQuery,
): Write =>
  audited(ids, at, call, {
    action,
    resource: { type: "data-source", id: query.dataSourceId },
    details: {
      queryId: query.id,
      ...(before === undefined ? {} : { before: toldQuery(before) }),
      ...(action === "data-source:delete-query" ? { before: toldQuery(query) } : { after: toldQuery(query) }),
    },
  });
