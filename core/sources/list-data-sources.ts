import * as z from "zod";
import type { Routes } from "#contracts/http/routes.ts";
import { can } from "#core/access/can.ts";
import type { Call, UseCase } from "#core/call/call.ts";
import { fillPage } from "#core/call/fill-page.ts";
import { foldName } from "#core/names/fold.ts";
import { searchWords } from "#core/names/words.ts";
import type { CatalogEntry } from "#core/ports/catalog-index.ts";
import { readDataSource } from "#core/sources/read-data-source.ts";
import { showDataSource, showSummary } from "#core/sources/show-data-source.ts";
import type { SourceDeps } from "#core/sources/source-deps.ts";

type Query = Parameters<UseCase<Routes["listDataSources"]>>[0]["query"];

const position = z.strictObject({ key: z.string(), id: z.string() });

/** The data sources that the caller may see and that pass every filter. */
export const listDataSources =
  (deps: SourceDeps): UseCase<Routes["listDataSources"]> =>
  async ({ query }, call) => {
    const { limit, cursor, role: roles, ...filters } = query;
    const passes = await filterOf(deps, filters);
    const roleIn = ({ owners }: CatalogEntry) => (owners.includes(`user:${call.user.id}`) ? "owner" : null);
    const mayRead = (entry: CatalogEntry): boolean =>
      can(call.user, "data-source:read", {
        type: "data-source",
        role: roleIn(entry),
        status: entry.header.status,
      });
    const inRole = (entry: CatalogEntry): boolean => {
      const role = roleIn(entry);
      return roles === undefined || (role !== null && roles.includes(role));
    };
    const list = `data-sources/${JSON.stringify({ roles, ...filters })}`;
    const page = await fillPage(deps.cursors, list, { limit, cursor }, position, {
      read: async (after, wanted) => {
        const found = await deps.index.page({
          sort: filters.sort,
          limit: wanted,
          after,
          accepts: (entry) => mayRead(entry) && inRole(entry) && passes(entry),
        });
        return { items: found.entries, next: found.next };
      },
      positionOf: ({ position: end }) => end,
      show: (entry) => entry,
    });
    const tags = await deps.store.tagTree();
    return { ...page, items: page.items.map((entry) => showSummary(entry, roleIn(entry), tags)) };
  };

const admits = <T>(filter: readonly T[] | undefined, value: T): boolean =>
  filter === undefined || filter.includes(value);

/** All filters together as one predicate. A tag that does not exist lets nothing through. */
async function filterOf(
  { store }: SourceDeps,
  filters: Omit<Query, "limit" | "cursor" | "role">,
): Promise<(entry: CatalogEntry) => boolean> {
  const tags = filters.tag === undefined ? null : await store.tagTree();
  const tagIds = tags === null ? null : new Set(filters.tag?.map((name) => tags.find(name)?.id));
  const terms = searchWords(filters.search ?? "");
  return ({ header, health }) =>
    admits(filters.connectionId, header.connectionId) &&
    admits(filters.technology, header.technology) &&
    admits(filters.health, health.status) &&
    admits(filters.status, header.status) &&
    admits(filters.origin, header.origin.type) &&
    (tagIds === null || header.tagIds.some((id) => tagIds.has(id))) &&
    matchesAll(terms, header);
}

/** What a search of a data source may begin with; made once for each version of each. */
const beginnings = new WeakMap<CatalogEntry["header"], readonly string[]>();

function beginningsOf(header: CatalogEntry["header"]): readonly string[] {
  const known = beginnings.get(header);
  if (known !== undefined) return known;
  const names = [header.name, header.remote.schema, header.remote.table];
  const made = [...new Set([...names.map(foldName), ...names.flatMap(searchWords)])];
  beginnings.set(header, made);
  return made;
}

/** Every term must begin name, schema or table, or a word of them. */
function matchesAll(terms: readonly string[], header: CatalogEntry["header"]): boolean {
  if (terms.length === 0) return true;
  const known = beginningsOf(header);
  return terms.every((term) => known.some((beginning) => beginning.startsWith(term)));
}

/** One data source. */
export const getDataSource =
  ({ store }: SourceDeps): UseCase<Routes["getDataSource"]> =>
  async ({ params }, call: Call) =>
    await showDataSource(
      store,
      await readDataSource(store, call.user, params.dataSourceId, "data-source:read"),
    );
