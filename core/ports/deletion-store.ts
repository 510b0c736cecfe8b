import type { Tombstone } from "#core/deletion/tombstone.ts";
import type { DataSourceView, DictionaryView } from "#core/ports/store.ts";
import type { DataSourceMember } from "#core/sources/data-source.ts";

/** Where one tombstone stands among all. */
export type TombstonePlace = Pick<Tombstone, "deletedAt" | "dataSourceId">;

/** Deleted data sources, until nothing is left of them. */
export interface DeletionStore {
  /** Every member of a data source, deleted or not. */
  dataSourceMembers(dataSourceId: string): Promise<readonly DataSourceMember[]>;
  /** One read: header, health and the caller's role of a data source that is deleted; others are null. */
  deletedDataSource(dataSourceId: string, userId: string): Promise<DataSourceView | null>;
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
