import * as z from "zod";
import type { Routes } from "#contracts/http/routes.ts";
import { can } from "#core/access/can.ts";
import type { UseCase } from "#core/call/call.ts";
import { fillPage } from "#core/call/fill-page.ts";
import type { CatalogEntry, Counts } from "#core/ports/catalog-index.ts";
import { filtersOf } from "#core/sources/catalog-filters.ts";
import { readDataSource, sourceResource } from "#core/sources/read-data-source.ts";
import { showDataSourceWith, showSummary } from "#core/sources/show-data-source.ts";
import { showFound, showFoundSummary } from "#core/sources/show-outline.ts";
import type { SourceDeps } from "#core/sources/source-deps.ts";
import { sourceResourceOf, standingOn } from "#core/sources/source-standing.ts";

const position = z.strictObject({ rank: z.int(), key: z.string(), id: z.string() });

/** The data sources that the caller may see and that pass every filter. */
export const listDataSources =
  ({ store, index, cursors, clock }: SourceDeps): UseCase<Routes["listDataSources"]> =>
  async ({ query }, { user }) => {
    const { limit, cursor, ...given } = query;
    const tags = await store.tagTree();
    const filters = filtersOf(tags, user, clock.now(), given);
    const resourceOf = ({ header, memberships }: CatalogEntry) =>
      sourceResourceOf(header, standingOn(user, header, memberships));
    // The index has decided by classes; each row that is shown is decided again, by itself.
    const mayFind = (entry: CatalogEntry): boolean => can(user, "data-source:discover", resourceOf(entry));
    const order = { sort: given.sort ?? "name", wholeWordsFirst: given.sort === undefined } as const;
    const list = `data-sources/${JSON.stringify(given)}`;
    return await fillPage(cursors, list, { limit, cursor }, position, {
      read: async (after, wanted) => {
        const found = await index.page({ ...filters, ...order, limit: wanted, after });
        return { items: found.entries.filter(mayFind), next: found.next };
      },
      positionOf: ({ position: end }) => end,
      show: (entry) => {
        const resource = resourceOf(entry);
        return can(user, "data-source:read", resource)
          ? showSummary(entry, resource.role, tags)
          : showFoundSummary(entry, tags);
      },
    });
  };

const counted = (counts: Counts): Record<string, number> => Object.fromEntries(counts);

/** How many data sources the caller may see that pass every filter, by what they are. */
export const facetsOfDataSources =
  ({ store, index, clock }: SourceDeps): UseCase<Routes["facetsOfDataSources"]> =>
  async ({ query }, { user }) => {
    const tags = await store.tagTree();
    const { technology, health, origin, connectionId, tagId } = await index.facets(
      filtersOf(tags, user, clock.now(), query),
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

/** One data source: all of it to those who may read it, its name, description and tags to those who may only find it. */
export const getDataSource =
  ({ store }: SourceDeps): UseCase<Routes["getDataSource"]> =>
  async ({ params }, { user }) => {
    const view = await readDataSource(store, user, params.dataSourceId, "data-source:discover");
    const tags = await store.tagTree();
    return can(user, "data-source:read", sourceResource(user, view))
      ? showDataSourceWith(tags, user, view)
      : showFound(view, tags);
  };
