import * as z from "zod";
import type { Routes } from "#contracts/http/routes.ts";
import { can } from "#core/access/can.ts";
import type { Call, UseCase } from "#core/call/call.ts";
import { fillPage } from "#core/call/fill-page.ts";
import type { CatalogEntry, Counts } from "#core/ports/catalog-index.ts";
import { filtersOf } from "#core/sources/catalog-filters.ts";
import { readDataSource } from "#core/sources/read-data-source.ts";
import { showDataSource, showSummary } from "#core/sources/show-data-source.ts";
import type { SourceDeps } from "#core/sources/source-deps.ts";

const position = z.strictObject({ rank: z.int(), key: z.string(), id: z.string() });

/** The data sources that the caller may see and that pass every filter. */
export const listDataSources =
  ({ store, index, cursors }: SourceDeps): UseCase<Routes["listDataSources"]> =>
  async ({ query }, { user }) => {
    const { limit, cursor, ...given } = query;
    const tags = await store.tagTree();
    const filters = filtersOf(tags, user, given);
    const roleIn = ({ owners }: CatalogEntry) => (owners.includes(`user:${user.id}`) ? "owner" : null);
    // The index has decided by classes; each row that is shown is decided again, by itself.
    const mayRead = (entry: CatalogEntry): boolean =>
      can(user, "data-source:read", {
        type: "data-source",
        role: roleIn(entry),
        status: entry.header.status,
      });
    const order = { sort: given.sort ?? "name", wholeWordsFirst: given.sort === undefined } as const;
    const list = `data-sources/${JSON.stringify(given)}`;
    return await fillPage(cursors, list, { limit, cursor }, position, {
      read: async (after, wanted) => {
        const found = await index.page({ ...filters, ...order, limit: wanted, after });
        return { items: found.entries.filter(mayRead), next: found.next };
      },
      positionOf: ({ position: end }) => end,
      show: (entry) => showSummary(entry, roleIn(entry), tags),
    });
  };

const counted = (counts: Counts): Record<string, number> => Object.fromEntries(counts);

/** How many data sources the caller may see that pass every filter, by what they are. */
export const facetsOfDataSources =
  ({ store, index }: SourceDeps): UseCase<Routes["facetsOfDataSources"]> =>
  async ({ query }, { user }) => {
    const tags = await store.tagTree();
    const { technology, health, origin, connectionId, tagId } = await index.facets(
      filtersOf(tags, user, query),
    );
    const tag = tagId.flatMap(([id, count]) => {
      const name = tags.get(id)?.name;
      return name === undefined ? [] : [[name, count] as const];
    });
    return {
      technology: counted(technology),
      health: counted(health),
      tag: counted(tag),
      connection: counted(connectionId),
      origin: counted(origin),
    };
  };

/** One data source. */
export const getDataSource =
  ({ store }: SourceDeps): UseCase<Routes["getDataSource"]> =>
  async ({ params }, call: Call) =>
    await showDataSource(
      store,
      await readDataSource(store, call.user, params.dataSourceId, "data-source:read"),
    );
