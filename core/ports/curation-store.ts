import type { DocumentationVersion } from "#core/documentation/documentation-version.ts";
import type { Page } from "#core/ports/store.ts";
import type { SavedQuery, SavedQueryNames } from "#core/queries/saved-query.ts";

/** What the documentation of data sources was. */
export interface DocumentationStore {
  /** The versions of one data source, newest first, from below `before`. */
  documentationVersions(
    dataSourceId: string,
    before: number | null,
    limit: number,
  ): Promise<readonly DocumentationVersion[]>;
  documentationVersion(dataSourceId: string, number: number): Promise<DocumentationVersion | null>;
}

/** Queries that are kept with data sources. */
export interface QueryStore {
  /** Those of one data source in the order of their ids. */
  savedQueries(dataSourceId: string, after: string | null, limit: number): Promise<Page<SavedQuery>>;
  savedQuery(dataSourceId: string, queryId: string): Promise<SavedQuery | null>;
  /** Who holds which name; at version 0 where there was never a query. */
  savedQueryNames(dataSourceId: string): Promise<SavedQueryNames>;
}
