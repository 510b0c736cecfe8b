import { technologyContracts } from "#contracts/technologies/technology.ts";
import { audited } from "#core/audit/record.ts";
import type { Call } from "#core/call/call.ts";
import type { Connection } from "#core/connections/connection.ts";
import { documentationWrite } from "#core/documentation/documentation-version.ts";
import { DomainError } from "#core/errors/domain-error.ts";
import { initialHealth } from "#core/health/assess-health.ts";
import { automaticChecks, healthJob } from "#core/health/health-job.ts";
import type { DataSourceHealth } from "#core/health/health.ts";
import type { Job } from "#core/jobs/job.ts";
import type { CatalogChange } from "#core/ports/catalog-index.ts";
import type { Write } from "#core/ports/change.ts";
import type { Ids } from "#core/ports/clock.ts";
import type { RelationDescription } from "#core/ports/remote.ts";
import {
  columnsDocument,
  deltaWrite,
  firstMembers,
  headerDocument,
  healthDocument,
} from "#core/sources/catalog-documents.ts";
import {
  relationPlace,
  type AuditedIn,
  type DataSource,
  type DataSourceMember,
  type SchemaColumn,
} from "#core/sources/data-source.ts";
import {
  dataSourceExists,
  dataSourceNameGuard,
  dataSourceNameTaken,
  relationGuard,
} from "#core/sources/guards.ts";
import { keptColumns, schemaColumn, schemaDescription } from "#core/dictionary/schema-column.ts";
import type { OwnSubscription } from "#core/subscriptions/subscription-policy.ts";
import { firstMemberWrites } from "#core/members/member-writes.ts";

/** What a creation has found out before anything is stored. */
export interface Findings {
  readonly connection: Connection;
  readonly relation: RelationDescription;
  readonly name: string;
  readonly description: string | null;
  readonly documentation: string;
  readonly tagIds: readonly string[];
  readonly statisticsPrevented: boolean;
  /** Who may subscribe, at first. */
  readonly subscription: OwnSubscription;
  /** Where it is recorded, if bulk work makes it; such work measures many at once. */
  readonly bulk?: AuditedIn;
}

/** Who makes a data source, and in which request. */
export type Maker = Pick<Call, "user" | "requestId">;

/** The records of a data source that comes into being. */
export interface NewRecords {
  readonly dataSource: DataSource;
  readonly health: DataSourceHealth;
  /** One at least. */
  readonly owners: readonly DataSourceMember[];
  readonly columns: readonly Pick<SchemaColumn, "name">[];
}

/** Everything that comes into being with a data source. */
export interface NewDataSource extends NewRecords {
  /** Null where statistics are prevented, or measured with those of others. */
  readonly job: Job | null;
  /** The connection and the credentials that the remote database was asked with. */
  readonly reachedThrough: {
    readonly connectionId: string;
    readonly secretRef: string;
    readonly version?: number | undefined;
  };
}

/** The schema layer, each column with an id of its own. */
export const schemaColumns = (ids: Ids, relation: RelationDescription): readonly SchemaColumn[] =>
  keptColumns(relation).map((column) => schemaColumn(ids.next("column"), column));

/** Makes the records of a new data source; its dictionary lies in `chunks` chunks under `generation`. */
export function newDataSource(
  ids: Ids,
  at: Date,
  call: Maker,
  dataSourceId: string,
  findings: Findings,
  dictionary: { readonly generation: string; readonly chunks: number },
): NewDataSource {
  const { statisticsPrevented } = findings;
  const dataSource = header(at, call, dataSourceId, findings, dictionary);
  const owner = newOwner(ids, at, dataSourceId, { type: "user", id: call.user.id }, call.user.id);
  const asked = { by: call.user.id, at, correlationId: call.requestId };
  return {
    dataSource,
    health: {
      ...initialHealth(dataSourceId, statisticsPrevented, at),
      relationIdentity: findings.relation.identity ?? null,
    },
    owners: [owner],
    columns: findings.relation.columns,
    reachedThrough: { connectionId: findings.connection.id, secretRef: findings.connection.secretRef },
    job:
      statisticsPrevented || findings.bulk !== undefined
        ? null
        : healthJob(ids, dataSource, automaticChecks, asked),
  };
}

/** Makes somebody an owner of a data source. */
export const newOwner = (
  ids: Ids,
  at: Date,
  dataSourceId: string,
  principal: DataSourceMember["principal"],
  addedBy: string,
): DataSourceMember => ({
  id: ids.next("member"),
  dataSourceId,
  principal,
  role: "owner",
  expiresAt: null,
  addedBy,
  addedAt: at.toISOString(),
});

const applied = (
  tagIds: Findings["tagIds"],
  user: Pick<Maker["user"], "id">,
  appliedAt: string,
): DataSource["tags"] =>
  tagIds.map((tagId) => ({ tagId, provenance: "manual", appliedBy: user.id, appliedAt }));

function header(
  at: Date,
  { user }: Maker,
  id: string,
  { connection, relation, ...findings }: Findings,
  dictionary: { readonly generation: string; readonly chunks: number },
): DataSource {
  const now = at.toISOString();
  const { databaseOf, givesDictionary } = technologyContracts[connection.technology];
  return {
    id,
    name: findings.name,
    technology: connection.technology,
    connectionId: connection.id,
    remote: {
      database: databaseOf(connection.config),
      schema: relation.schema,
      table: relation.name,
      kind: relation.kind,
    },
    remoteOwner: relation.owner ?? null,
    description: {
      manual: findings.description,
      dbt: null,
      schema: schemaDescription(relation),
    },
    documentation: findings.documentation,
    documentationVersion: findings.documentation === "" ? 0 : 1,
    tags: applied(findings.tagIds, user, now),
    keptAway: [],
    status: "enabled",
    subscription: findings.subscription,
    statisticsPrevented: findings.statisticsPrevented,
    dictionary: {
      ...dictionary,
      source: givesDictionary ? "remote" : "manual",
      columnCount: relation.columns.length,
      takenAt: now,
    },
    dbt: null,
    origin: { type: findings.bulk === undefined ? "manual" : "bulk" },
    auditedIn: findings.bulk === undefined ? [] : [findings.bulk],
    createdBy: user.id,
    createdAt: now,
    updatedAt: now,
    version: 1,
    restoredVersion: 0,
    deletedAt: null,
  };
}

/** The records of a new data source and its guards; each must commit with the others. */
export function recordWrites({ dataSource, health, owners }: NewRecords): readonly Write[] {
  const { id, name, remote } = dataSource;
  return [
    {
      write: "claim",
      guard: relationGuard(relationPlace(dataSource), remote),
      owner: id,
      otherwise: dataSourceExists(remote),
    },
    { write: "claim", guard: dataSourceNameGuard(name), owner: id, otherwise: dataSourceNameTaken(name) },
    { write: "create", kind: "data-source", record: dataSource },
    { write: "create", kind: "data-source-health", record: health },
    ...firstMemberWrites(id, owners),
  ];
}

/** What the index must know of a new data source. */
export const creationChange = ({ dataSource, health, owners, columns }: NewRecords): CatalogChange => ({
  dataSourceId: dataSource.id,
  header: headerDocument(dataSource),
  health: healthDocument(health),
  members: firstMembers(owners),
  columns: columnsDocument(columns, dataSource),
});

/** The writes that bring a data source into being, all in one transaction. */
export function creationWrites(ids: Ids, at: Date, call: Maker, made: NewDataSource): readonly Write[] {
  const { dataSource, job } = made;
  const { id, name, connectionId, remote } = dataSource;
  return [
    ...recordWrites(made),
    {
      write: "require-connection",
      ...made.reachedThrough,
      otherwise: new DomainError("contention", "The connection was changed while the database was asked."),
    },
    ...(dataSource.documentationVersion === 0
      ? []
      : [documentationWrite(dataSource, dataSource.createdBy, dataSource.createdAt)]),
    ...(job === null ? [] : [{ write: "enqueue", job } as const]),
    deltaWrite(ids, at, [creationChange(made)]),
    audited(ids, at, call, {
      action: "data-source:create",
      resource: { type: "data-source", id },
      details: { after: { name, connectionId, remote, statisticsPrevented: dataSource.statisticsPrevented } },
    }),
  ];
}
