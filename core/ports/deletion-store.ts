import type { Principal } from "#core/connections/connection.ts";
import type { Tombstone } from "#core/deletion/tombstone.ts";
import type { DataSourceView, DictionaryView } from "#core/ports/store.ts";
import type { DataSourceMember, GroupRoles } from "#core/sources/data-source.ts";

/** Where one tombstone stands among all. */
export type TombstonePlace = Pick<Tombstone, "deletedAt" | "dataSourceId">;

/** All that is stated about members of a data source. */
export interface SourceMembers {
  /** Users and groups. */
  readonly members: readonly DataSourceMember[];
  /** Those of them that are groups, as they are kept together, with the count of changes of all. */
  readonly groups: GroupRoles;
}

/** Deleted data sources, until nothing is left of them. */
export interface DeletionStore {
  /** Every member of a data source, users and groups, and who was taken out by hand; deleted or not. */
  dataSourceMembers(dataSourceId: string): Promise<SourceMembers>;
  /** One read: header, health and what is stated about a caller, of a data source that is deleted; others are null. */
  deletedDataSource(dataSourceId: string, principals: readonly Principal[]): Promise<DataSourceView | null>;
  /** The dictionary of a data source that is deleted. */
  deletedDictionary(dataSourceId: string): Promise<DictionaryView | null>;
  /** Tombstones, newest first, from behind a place. */
  tombstones(after: TombstonePlace | null, limit: number): Promise<readonly Tombstone[]>;
  /** The oldest tombstones of what was deleted until a time, oldest first. */
  tombstonesUntil(deletedAt: string, limit: number): Promise<readonly Tombstone[]>;
  /**
   * Removes all that lies with a data source whose header is gone; returns how much. It may break off and be
   * done again.
   */
  removeParts(dataSourceId: string): Promise<number>;
}
