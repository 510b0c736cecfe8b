/** A query that owners hand to members. Reeve keeps it, and never runs it. */
export interface SavedQuery {
  readonly id: string;
  readonly dataSourceId: string;
  readonly name: string;
  readonly description: string;
  readonly sql: string;
  readonly createdBy: string;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly version: number;
}

/**
 * The names of a data source's queries, each held by one of them. It changes in the transaction of every query that
 * comes, goes or is renamed: so names stay unique, and there are never more than may be.
 */
export interface SavedQueryNames {
  readonly dataSourceId: string;
  readonly names: readonly { readonly id: string; readonly name: string }[];
  /** 0 where there was never a query. */
  readonly version: number;
}
