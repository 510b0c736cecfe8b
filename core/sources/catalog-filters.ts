import type { Routes } from "#contracts/http/routes.ts";
import { can } from "#core/access/can.ts";
import type { UseCase } from "#core/call/call.ts";
import { indexedWords, searchTerms } from "#core/names/words.ts";
import { principalText, type Caller } from "#core/people/caller.ts";
import type { CatalogFilters, CatalogVisibility, SearchWord } from "#core/ports/catalog-index.ts";
import type { TagTree } from "#core/tags/tag-tree.ts";
import type { DataSourceMember } from "#core/sources/data-source.ts";
import { admissionToClass, sourceResourceOf, withRole } from "#core/sources/source-standing.ts";

type Query = Parameters<UseCase<Routes["facetsOfDataSources"]>>[0]["query"];

/** What a user may see of the catalog: each class is decided once for each of the roles that they have within it. */
const visibilityFor = (user: Caller, now: Date): CatalogVisibility => ({
  principals: user.principals.map(principalText),
  now,
  scopes: user.directory.subscriptions,
  sight: (of, roles) => {
    const resource = sourceResourceOf(of, withRole(admissionToClass(user, of), rolesOf(roles)));
    if (can(user, "data-source:read", resource)) return "read";
    return can(user, "data-source:discover", resource) ? "discover" : null;
  },
});

const rolesOf = (roles: readonly DataSourceMember["role"][]) => roles.map((role) => ({ role }));

/** The filters of a query. A tag that does not exist lets nothing through. */
export const filtersOf = (tags: TagTree, user: Caller, now: Date, query: Query): CatalogFilters => ({
  ...valuesOf(query),
  roles: rolesFor(user, query.role),
  visibility: visibilityFor(user, now),
  terms: searchTerms(query.search ?? "").map((ways) =>
    ways.map((words) => words.map((text) => searchWord(text, tags))),
  ),
  tagIds: query.tag === undefined ? null : query.tag.flatMap((name) => tags.find(name)?.id ?? []),
});

const rolesFor = (user: Caller, wanted: Query["role"]): CatalogFilters["roles"] =>
  wanted === undefined
    ? null
    : { wanted, role: (of, roles) => withRole(admissionToClass(user, of), rolesOf(roles)).role };

const valuesOf = (query: Query) => ({
  connectionIds: query.connectionId ?? null,
  technologies: query.technology ?? null,
  healths: query.health ?? null,
  statuses: query.status ?? null,
  origins: query.origin ?? null,
});

/** A word with the tags that it finds, by their names of now: a tag that is renamed is found by its new name at once. */
function searchWord(text: string, tags: TagTree): SearchWord {
  const found = tags.all().flatMap(({ id, name }) => {
    const words = indexedWords(name);
    return words.some((word) => word.startsWith(text)) ? [{ id, exact: words.includes(text) }] : [];
  });
  return {
    text,
    tagIds: found.map(({ id }) => id),
    exactTagIds: found.filter(({ exact }) => exact).map(({ id }) => id),
  };
}
