import { restorableDays } from "#contracts/resources/deleted-data-source.ts";
import type { DataSource, DataSourceMember } from "#core/sources/data-source.ts";

/**
 * Says that a data source was deleted. By it people find what can be restored, and the sweep what is to be removed
 * for good; it is the last of a data source to go.
 */
export interface Tombstone extends Pick<DataSource, "name" | "technology" | "connectionId" | "remote"> {
  readonly dataSourceId: string;
  /** Who owned it (`user:<id>`, `group:<id>`). */
  readonly owners: readonly string[];
  readonly deletedAt: string;
  readonly deletedBy: string;
}

const restorableMs = restorableDays * 86_400_000;

/** When a data source that was deleted at a time can no longer be restored. */
export const restorableUntil = (deletedAt: string): string =>
  new Date(Date.parse(deletedAt) + restorableMs).toISOString();

/** What was deleted at this time or before is gone for good. */
export const purgeableAt = (now: Date): string => new Date(now.getTime() - restorableMs).toISOString();

/** The tombstone of a data source that is deleted now. */
export const tombstoneOf = (
  { id, name, technology, connectionId, remote }: DataSource,
  members: readonly DataSourceMember[],
  deletedAt: string,
  deletedBy: string,
): Tombstone => ({
  dataSourceId: id,
  name,
  technology,
  connectionId,
  remote,
  owners: ownersOf(members),
  deletedAt,
  deletedBy,
});

/** The principals that own a data source, as lists know them. */
export const ownersOf = (members: readonly DataSourceMember[]): readonly string[] =>
  members.filter(({ role }) => role === "owner").map(({ principal: { type, id } }) => `${type}:${id}`);
