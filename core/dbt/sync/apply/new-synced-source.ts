import type { KnownTechnology, RelationKind } from "#contracts/resources/remote.ts";
import { technologyContracts } from "#contracts/technologies/technology.ts";
import { systemActor } from "#core/audit/record.ts";
import type { Connection } from "#core/connections/connection.ts";
import type { Integration } from "#core/dbt/integration.ts";
import type { DbtWord } from "#core/dbt/sync/plan/dbt-word.ts";
import { warehouseColumns } from "#core/dbt/sync/plan/warehouse-columns.ts";
import type { SnapshotRelation } from "#core/dbt/snapshot.ts";
import { schemaDescription } from "#core/dictionary/schema-column.ts";
import { initialHealth, unknownHealth } from "#core/health/assess-health.ts";
import type { Ids } from "#core/ports/clock.ts";
import type { RelationDescription } from "#core/ports/remote.ts";
import type { DataSource, DbtLayer, DictionaryGeneration, SchemaColumn } from "#core/sources/data-source.ts";
import { newOwner, schemaColumns, type NewRecords } from "#core/sources/new-data-source.ts";
import type { OwnSubscription } from "#core/subscriptions/subscription-policy.ts";

/** What a data source of dbt's is made from. */
export interface SyncedCreation {
  readonly relation: SnapshotRelation;
  readonly name: string;
  readonly word: DbtWord;
  /** What the remote says of it; null where there is none to ask. */
  readonly found: RelationDescription | null;
  readonly statisticsPrevented: boolean;
  readonly subscription: OwnSubscription;
}

/** For whom it is made, and through what it is reached. */
export interface SyncedPlace {
  readonly integration: Integration;
  readonly connection: Connection | null;
  readonly technology: KnownTechnology;
}

/** Where its dictionary and dbt's layer lie staged. */
export interface StagedLayers {
  readonly id: string;
  readonly columns: readonly SchemaColumn[];
  readonly dictionary: Pick<DictionaryGeneration, "generation" | "chunks">;
  readonly dbt: DbtLayer;
}

/** The kinds of dbt's materializations that make no table. */
const kinds: ReadonlyMap<string, RelationKind> = new Map([
  ["view", "view"],
  ["materialized_view", "materialized-view"],
  ["dynamic_table", "materialized-view"],
]);

/** What a relation is by dbt's word alone. */
export const kindOf = ({ facts: { materialized } }: Pick<SnapshotRelation, "facts">): RelationKind =>
  kinds.get(materialized ?? "") ?? "table";

/** The schema layer of a data source that is made: as the remote tells it, or else as dbt does. */
export const firstColumns = (ids: Ids, { relation, found }: SyncedCreation): readonly SchemaColumn[] =>
  found === null
    ? warehouseColumns(relation, []).map((column) => ({ id: ids.next("column"), ...column }))
    : schemaColumns(ids, found);

/** Makes the records of a data source that dbt tells of; its layers lie staged. */
export function newSyncedSource(
  ids: Ids,
  at: Date,
  place: SyncedPlace,
  creation: SyncedCreation,
  staged: StagedLayers,
): NewRecords {
  const { found, statisticsPrevented } = creation;
  const { id, columns } = staged;
  return {
    dataSource: header(at, place, creation, staged),
    health:
      found === null
        ? unknownHealth(id, at)
        : { ...initialHealth(id, statisticsPrevented, at), relationIdentity: found.identity ?? null },
    owners: place.integration.owners.map((principal) => newOwner(ids, at, id, principal, systemActor)),
    columns,
  };
}

function header(
  at: Date,
  { integration, connection, technology }: SyncedPlace,
  { relation, name, word, found, statisticsPrevented, subscription }: SyncedCreation,
  { id, columns, dictionary, dbt }: StagedLayers,
): DataSource {
  const now = at.toISOString();
  const { id: integrationId, accountId, projectId, environmentId } = integration;
  return {
    id,
    name,
    technology: connection?.technology ?? technology,
    connectionId: connection?.id ?? null,
    remote: remoteOf(connection, relation, found),
    remoteOwner: found?.owner ?? null,
    description: {
      manual: null,
      dbt: word.description,
      schema: found === null ? null : schemaDescription(found),
    },
    documentation: "",
    documentationVersion: 0,
    tags: word.tagIds.map((tagId) => ({
      tagId,
      provenance: "dbt",
      appliedBy: systemActor,
      appliedAt: now,
    })),
    keptAway: [],
    status: "enabled",
    subscription,
    statisticsPrevented,
    dictionary: {
      ...dictionary,
      source: sourceOf(connection),
      columnCount: columns.length,
      takenAt: now,
    },
    dbt,
    origin: { type: "dbt", integrationId, accountId, projectId, environmentId },
    auditedIn: [],
    createdBy: systemActor,
    createdAt: now,
    updatedAt: now,
    version: 1,
    restoredVersion: 0,
    deletedAt: null,
  };
}

function sourceOf(connection: Connection | null): DictionaryGeneration["source"] {
  if (connection === null) return "dbt";
  return technologyContracts[connection.technology].givesDictionary ? "remote" : "manual";
}

function remoteOf(
  connection: Connection | null,
  relation: SnapshotRelation,
  found: RelationDescription | null,
): DataSource["remote"] {
  if (connection === null || found === null) {
    const { database, schema, table } = relation;
    return { database: database ?? "", schema, table, kind: kindOf(relation) };
  }
  return {
    database: technologyContracts[connection.technology].databaseOf(connection.config),
    schema: found.schema,
    table: found.name,
    kind: found.kind,
  };
}
