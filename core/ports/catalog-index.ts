import type { DataSourceRole, HealthStatus } from "#contracts/resources/data-source.ts";
import type { HighCardinalityColumn, RowCount } from "#core/health/health.ts";
import type { DataSource } from "#core/sources/data-source.ts";

/** What lists show and filter of a data source's header. */
export interface HeaderDocument extends Pick<
  DataSource,
  | "id"
  | "name"
  | "technology"
  | "connectionId"
  | "remote"
  | "status"
  | "origin"
  | "createdBy"
  | "createdAt"
  | "updatedAt"
  | "version"
> {
  readonly description: string;
  readonly tagIds: readonly string[];
  readonly columnCount: number;
}

/** What lists show and filter of a data source's health. */
export interface HealthDocument {
  readonly status: HealthStatus;
  readonly rowCount: RowCount | null;
  readonly highCardinalityColumn: HighCardinalityColumn | null;
  readonly fingerprintAt: string | null;
  readonly version: number;
}

/**
 * What one change of a data source means to the index: whole documents for the parts that changed, each with
 * a version that only grows. Applying changes twice or out of order comes to the same end.
 */
export interface CatalogChange {
  readonly dataSourceId: string;
  readonly header?: HeaderDocument;
  readonly health?: HealthDocument;
  /** Principals (`user:<id>`, `group:<id>`) that own it, with a version of their own. */
  readonly owners?: { readonly principals: readonly string[]; readonly version: number };
  /** The names of its columns, as of this header version: set when it is created and when a refresh finds others. */
  readonly columns?: { readonly names: readonly string[]; readonly version: number };
  /** The distinct tags of all its columns together, as of this header version: set when a column's tags change. */
  readonly columnTags?: { readonly tagIds: readonly string[]; readonly version: number };
  /** It was deleted at this header version. */
  readonly deleted?: { readonly version: number };
}

/** What one commit tells the index, about one data source or many; at most 300 KB of text. */
export interface CatalogDelta {
  /** Sorts by time; made before the commit, so that an older one can turn up later. */
  readonly id: string;
  readonly at: string;
  readonly changes: readonly CatalogChange[];
}

/** What a decision about a data source rests on where the caller has no role: alike for everything in one class. */
export interface CatalogClass {
  readonly status: DataSource["status"];
}

/** A data source as the index knows it. */
export interface CatalogEntry {
  readonly header: HeaderDocument;
  readonly health: HealthDocument;
  readonly owners: readonly string[];
  /** Where it stands in the order that was asked for. */
  readonly position: CatalogPosition;
}

/** Orders of a listing; a name orders by its folded form, then id. */
export type CatalogSort = "name" | "-createdAt";

/** The last entry of the page before. */
export interface CatalogPosition {
  /** 1 where whole words come first and a term is only the beginning of a word, else 0. */
  readonly rank: number;
  readonly key: string;
  readonly id: string;
}

/** One term of a search, with the ways in which it is met: by all words of one of them. */
export type SearchTerm = readonly (readonly SearchWord[])[];

/** The beginning of a word of a name, a schema, a table or a column, or of a tag. */
export interface SearchWord {
  /** Folded, without white space or separators. */
  readonly text: string;
  /** Tags that have a word which begins so: names of tags are known at the time of the search alone. */
  readonly tagIds: readonly string[];
  /** Those of them that have it as a whole word. */
  readonly exactTagIds: readonly string[];
}

/** What a caller may see. */
export interface CatalogVisibility {
  /** The caller, as owners are named. */
  readonly principals: readonly string[];
  /** Whether they see what they have no role on; asked once for each class. */
  readonly sees: (of: CatalogClass) => boolean;
  /** Whether they see what they own; asked once for each class. */
  readonly seesOwned: (of: CatalogClass) => boolean;
}

/** Which data sources: those that pass every filter. A filter that is null lets everything through, an empty one nothing. */
export interface CatalogFilters {
  readonly visibility: CatalogVisibility;
  readonly terms: readonly SearchTerm[];
  readonly tagIds: readonly string[] | null;
  readonly connectionIds: readonly string[] | null;
  readonly technologies: readonly string[] | null;
  readonly healths: readonly string[] | null;
  readonly statuses: readonly string[] | null;
  readonly origins: readonly string[] | null;
  readonly roles: readonly DataSourceRole[] | null;
}

export interface CatalogQuery extends CatalogFilters {
  readonly sort: CatalogSort;
  /** Whether what meets every term with whole words comes before all else, and the order holds within each. */
  readonly wholeWordsFirst: boolean;
  readonly limit: number;
  readonly after: CatalogPosition | null;
}

/** How many there are of each value; most first, then by value. */
export type Counts = readonly (readonly [value: string, count: number])[];

/** Counts over everything that passes every filter; of tags (by id) and connections the 200 that count most. */
export interface CatalogFacets {
  readonly technology: Counts;
  readonly health: Counts;
  readonly origin: Counts;
  readonly connectionId: Counts;
  readonly tagId: Counts;
}

/** Lists and counts data sources, and has seen every change that was committed before it was asked. */
export interface CatalogIndex {
  /** Whether any data source that is not deleted, or any column of one, carries one of these tags. */
  carriesAny(tagIds: ReadonlySet<string>): Promise<boolean>;
  page(
    query: CatalogQuery,
  ): Promise<{ readonly entries: readonly CatalogEntry[]; readonly next: CatalogPosition | null }>;
  facets(filters: CatalogFilters): Promise<CatalogFacets>;
}

/** Where a replica gets its deltas. */
export interface CatalogDeltas {
  /** Every delta that was committed before it was asked and has an id above `after`, in the order of their ids; strongly consistent. */
  since(after: string | null): Promise<readonly CatalogDelta[]>;
}
