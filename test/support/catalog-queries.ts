import type {
  CatalogFilters,
  CatalogIndex,
  CatalogPosition,
  CatalogQuery,
} from "#core/ports/catalog-index.ts";
import { askedAt } from "./catalog-model.ts";

/** A query for everything, as one who sees everything asks; `given` narrows it. */
export const aQuery = (given: Partial<CatalogQuery> = {}): CatalogQuery => ({
  ...theFilters(given),
  sort: "name",
  wholeWordsFirst: true,
  limit: 100,
  after: null,
  ...given,
});

/** Filters that let everything through. */
export const theFilters = (given: Partial<CatalogFilters> = {}): CatalogFilters => ({
  visibility: { principals: [], now: askedAt, scopes: [], sight: () => "read" },
  terms: [],
  tagIds: null,
  connectionIds: null,
  technologies: null,
  healths: null,
  statuses: null,
  origins: null,
  roles: null,
  ...given,
});

/** A term that finds no tag. */
export const aTerm = (text: string) => [[{ text, tagIds: [], exactTagIds: [] }]];

/** The ids on every page, one page after the other. */
export async function everyPage(
  index: CatalogIndex,
  query: CatalogQuery,
  between: () => Promise<void> = () => Promise.resolve(),
): Promise<readonly string[]> {
  const ids: string[] = [];
  let after: CatalogPosition | null = null;
  do {
    const page: Awaited<ReturnType<CatalogIndex["page"]>> = await index.page({ ...query, after });
    ids.push(...page.entries.map(({ header }) => header.id));
    after = page.next;
    await between();
  } while (after !== null);
  return ids;
}
