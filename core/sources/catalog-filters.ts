import type { Routes } from "#contracts/http/routes.ts";
import { can } from "#core/access/can.ts";
import type { UseCase } from "#core/call/call.ts";
import { indexedWords, searchTerms } from "#core/names/words.ts";
import type { User } from "#core/people/user.ts";
import type { CatalogFilters, CatalogVisibility, SearchWord } from "#core/ports/catalog-index.ts";
import type { TagTree } from "#core/tags/tag-tree.ts";

type Query = Parameters<UseCase<Routes["facetsOfDataSources"]>>[0]["query"];

/** What a user may see of the catalog: each class is decided once, and what they own beside it. */
const visibilityFor = (user: User): CatalogVisibility => ({
  principals: [`user:${user.id}`],
  sees: ({ status }) => can(user, "data-source:read", { type: "data-source", role: null, status }),
  seesOwned: ({ status }) => can(user, "data-source:read", { type: "data-source", role: "owner", status }),
});

/** The filters of a query. A tag that does not exist lets nothing through. */
export const filtersOf = (tags: TagTree, user: User, query: Query): CatalogFilters => ({
  ...valuesOf(query),
  visibility: visibilityFor(user),
  terms: searchTerms(query.search ?? "").map((ways) =>
    ways.map((words) => words.map((text) => searchWord(text, tags))),
  ),
  tagIds: query.tag === undefined ? null : query.tag.flatMap((name) => tags.find(name)?.id ?? []),
});

const valuesOf = (query: Query) => ({
  connectionIds: query.connectionId ?? null,
  technologies: query.technology ?? null,
  healths: query.health ?? null,
  statuses: query.status ?? null,
  origins: query.origin ?? null,
  roles: query.role ?? null,
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
