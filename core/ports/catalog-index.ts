import type { DataSourceRole, HealthStatus } from "#contracts/resources/data-source.ts";
import type { HighCardinalityColumn, RowCount } from "#core/health/health.ts";
import type { DataSource, DataSourceMember } from "#core/sources/data-source.ts";
import type { GlobalSubscription, OwnSubscription } from "#core/subscriptions/subscription-policy.ts";

/** What lists show and filter of a data source's header. */
export interface HeaderDocument extends Pick<
  DataSource,
  | "id"
  | "name"
  | "technology"
  | "connectionId"
  | "remote"
  | "status"
  | "subscription"
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
  /** Members that came, went or became another, as of a version that counts the changes of all members of it. */
  readonly members?: { readonly changes: readonly MemberDocument[]; readonly version: number };
  /** What deltas of before told of members: the principals that own it. */
  readonly owners?: { readonly principals: readonly string[]; readonly version: number };
  /** The names of its columns, as of this header version: set when it is created and when a refresh finds others. */
  readonly columns?: { readonly names: readonly string[]; readonly version: number };
  /** The distinct tags of all its columns together, as of this header version: set when a column's tags change. */
  readonly columnTags?: { readonly tagIds: readonly string[]; readonly version: number };
  /** It was deleted at this header version. */
  readonly deleted?: { readonly version: number };
}

/** What the index keeps of one member; role null where they are none any more. */
export interface MemberDocument {
  /** `user:<id>` or `group:<id>`. */
  readonly principal: string;
  readonly role: DataSourceMember["role"] | null;
  readonly expiresAt: string | null;
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
  readonly subscription: OwnSubscription;
  /** The global subscription policies that apply to it, by id. */
  readonly policyIds: readonly string[];
}

/** A data source as the index knows it. */
export interface CatalogEntry {
  readonly header: HeaderDocument;
  readonly health: HealthDocument;
  /** What is stated about the caller and their groups on it; of those that hold at the time of the question. */
  readonly memberships: readonly Pick<DataSourceMember, "role">[];
  /** What the caller may do with it. */
  readonly sight: CatalogSight;
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

/** All of it, or no more than that it is there, with its name, description and tags. */
export type CatalogSight = "read" | "discover";

/** What a caller may see. */
export interface CatalogVisibility {
  /** The caller and their groups, as members are named. */
  readonly principals: readonly string[];
  readonly now: Date;
  /** Global subscription policies with what they apply to: what carries, of every part, any tag; null is everything. */
  readonly scopes: readonly Pick<GlobalSubscription, "policyId" | "every">[];
  /** What the caller sees of a class where this is stated about them; asked once for each class and combination of roles. */
  readonly sight: (of: CatalogClass, roles: readonly DataSourceMember["role"][]) => CatalogSight | null;
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
  /** Those on which the caller has one of these roles, given or by policy. */
  readonly roles: {
    readonly wanted: readonly DataSourceRole[];
    readonly role: (of: CatalogClass, roles: readonly DataSourceMember["role"][]) => DataSourceRole | null;
  } | null;
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
  /** The data sources on which anything is stated about any of these principals, with all that is stated about members of each; by id. */
  membersOf(...principals: readonly string[]): Promise<ReadonlyMap<string, readonly MemberDocument[]>>;
  /** Whether any of these principals owns a data source at a time. */
  ownsAny(principals: readonly string[], now: Date): Promise<boolean>;
}

/** Where a replica gets its deltas. */
export interface CatalogDeltas {
  /** Every delta that was committed before it was asked and has an id above `after`, in the order of their ids; strongly consistent. */
  since(after: string | null): Promise<readonly CatalogDelta[]>;
}
