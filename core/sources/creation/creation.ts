import { maxColumns } from "#contracts/resources/remote.ts";
import { rightsAtCommit, versionForRole } from "#core/access/rights-at-commit.ts";
import type { Connection, ConnectionMember } from "#core/connections/connection.ts";
import { DomainError } from "#core/errors/domain-error.ts";
import type { Caller } from "#core/people/caller.ts";
import type { Write } from "#core/ports/change.ts";
import type { Clock, Ids } from "#core/ports/clock.ts";
import type { RelationDescription } from "#core/ports/remote.ts";
import type { DataSourceStore, DictionaryStore } from "#core/ports/store.ts";
import type { Creation } from "#core/sources/creation/creation-input.ts";
import {
  dataSourceExists,
  dataSourceNameGuard,
  dataSourceNameTaken,
  relationGuard,
} from "#core/sources/guards.ts";
import {
  creationWrites,
  newDataSource,
  schemaColumns,
  type NewDataSource,
} from "#core/sources/new-data-source.ts";
import { tagsStand } from "#core/tags/resolve-tags.ts";
import type { TagTree } from "#core/tags/tag-tree.ts";
import type { Tag } from "#core/tags/tag.ts";
import type { OwnSubscription } from "#core/subscriptions/subscription-policy.ts";

/** What a creation rests on: who asks, by which role, and what its tags mean. */
export interface CreationBasis {
  readonly user: Caller;
  readonly registrar: ConnectionMember;
  readonly tree: TagTree;
  readonly tags: readonly Tag[];
  readonly statisticsPrevented: boolean;
  readonly subscription: OwnSubscription;
}

/** What the remote database said, with the connection that it was asked through. */
export interface Inspection {
  readonly connection: Connection;
  readonly relation: RelationDescription;
}

/** What it takes to make a data source. */
export interface CreationDeps {
  readonly store: DataSourceStore & DictionaryStore;
  readonly ids: Ids;
  readonly clock: Clock;
}

/** Looks before the remote database is asked; the guards in the commit decide. */
export async function demandFree(
  { store }: Pick<CreationDeps, "store">,
  wanted: Pick<Creation, "connectionId" | "schema" | "table" | "name">,
): Promise<void> {
  const [byRelation, byName] = await Promise.all([
    store.guardOwner(relationGuard(wanted.connectionId, wanted)),
    store.guardOwner(dataSourceNameGuard(wanted.name)),
  ]);
  if (byRelation !== null) throw dataSourceExists(wanted);
  if (byName !== null) throw dataSourceNameTaken(wanted.name);
}

/** A data source whose dictionary lies staged: what is left to do is one commit. */
export interface StagedCreation {
  readonly id: string;
  readonly inspection: Inspection;
  readonly dictionary: { readonly generation: string; readonly chunks: number };
}

/** Stages the dictionary of a data source that is to be; refuses a table with more columns than one may have. */
export async function stageCreation(
  { store, ids }: CreationDeps,
  inspection: Inspection,
): Promise<StagedCreation> {
  const { relation } = inspection;
  if (relation.columns.length > maxColumns) throw new DomainError("too-many-columns");
  const id = ids.next("dataSource");
  const generation = ids.next("generation");
  const chunks = await store.stageDictionary(id, generation, schemaColumns(ids, relation));
  return { id, inspection, dictionary: { generation, chunks } };
}

/** How a creation comes about: who is recorded, and what is thrown where its basis is not so any more. */
export interface CreationCommit {
  readonly at: Date;
  readonly requestId: string;
  readonly otherwise?: { readonly rights: DomainError; readonly tags: DomainError };
}

/** The new data source, and the writes that bring it into being: the same for a request and for a job. */
export function completeCreation(
  { ids }: Pick<CreationDeps, "ids">,
  { at, requestId, otherwise }: CreationCommit,
  wanted: Creation,
  basis: CreationBasis,
  { id, inspection, dictionary }: StagedCreation,
): { readonly made: NewDataSource; readonly writes: readonly Write[] } {
  const maker = { user: basis.user, requestId };
  const { name, description, documentation } = wanted;
  const { statisticsPrevented, subscription } = basis;
  const tagIds = basis.tags.map((tag) => tag.id);
  const findings = {
    ...inspection,
    name,
    description,
    documentation,
    tagIds,
    statisticsPrevented,
    subscription,
  };
  const drafted = newDataSource(ids, at, maker, id, findings, dictionary);
  const version = versionForRole(inspection.connection, [basis.registrar]);
  const made = { ...drafted, reachedThrough: { ...drafted.reachedThrough, version } };
  const tagsGone = otherwise?.tags ?? new DomainError("contention", "A tag was deleted meanwhile.");
  return {
    made,
    writes: [
      ...rightsAtCommit(basis.user, basis.registrar, otherwise?.rights),
      ...tagsStand(basis.tree, basis.tags, tagsGone),
      ...creationWrites(ids, at, maker, made),
    ],
  };
}
