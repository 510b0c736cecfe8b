import { auditedFor } from "#core/audit/record.ts";
import { staleRead } from "#core/call/retry-conflict.ts";
import type { Connection } from "#core/connections/connection.ts";
import type { Comparison } from "#core/deletion/compare-relation.ts";
import type { LayerBack } from "#core/deletion/restore-layer.ts";
import { tombstoneOf } from "#core/deletion/tombstone.ts";
import { DomainError } from "#core/errors/domain-error.ts";
import { healthJob, runnableChecks } from "#core/health/health-job.ts";
import type { DataSourceHealth } from "#core/health/health.ts";
import { replaceHealth } from "#core/health/replace-health.ts";
import { forgottenChecks } from "#core/health/unfinished-checks.ts";
import type { Job } from "#core/jobs/job.ts";
import type { Asked } from "#core/jobs/new-job.ts";
import type { CatalogChange } from "#core/ports/catalog-index.ts";
import type { Write } from "#core/ports/change.ts";
import type { Ids } from "#core/ports/clock.ts";
import type { DataSourceView, DictionaryView } from "#core/ports/store.ts";
import {
  columnsDocument,
  columnTagsDocument,
  deltaWrite,
  headerDocument,
  healthDocument,
} from "#core/sources/catalog-documents.ts";
import { relationPlace, type AppliedTag, type DataSource } from "#core/sources/data-source.ts";
import { tagsStand } from "#core/tags/resolve-tags.ts";
import { demandStanding, type Tag } from "#core/tags/tag.ts";
import type { TagTree } from "#core/tags/tag-tree.ts";
import { dataSourceExists, dataSourceNameGuard, relationGuard } from "#core/sources/guards.ts";
import type { SourceMembers } from "#core/ports/deletion-store.ts";
import { firstMembers } from "#core/sources/catalog-documents.ts";

/** A data source as it comes back, with the job that runs its checks again; none where statistics are prevented. */
export interface Restored {
  readonly dataSource: DataSource;
  readonly health: DataSourceHealth;
  readonly job: Job | null;
}

/** Makes a deleted data source what it is when it comes back. */
export function restored(
  ids: Ids,
  asked: Asked,
  {
    dataSource: before,
    health,
    tree,
    ...dictionary
  }: DataSourceView & Pick<DictionaryView, "edits" | "dbt"> & { readonly tree: TagTree },
  comparison: Comparison,
  name: string = before.name,
): Restored {
  // What is deleted holds no tag: one that was deleted meanwhile does not come back with it.
  const tags = before.tags.filter(({ tagId }) => tree.get(tagId) !== undefined);
  demandStanding(carried([...tags, ...columnTags(dictionary)], tree), asked.at);
  const dataSource: DataSource = {
    ...before,
    name,
    tags,
    status: comparison === "unchanged" ? before.status : "disabled",
    deletedAt: null,
    updatedAt: asked.at.toISOString(),
    version: before.version + 1,
    restoredVersion: before.version + 1,
  };
  const job =
    before.statisticsPrevented || before.connectionId === null
      ? null
      : healthJob(ids, dataSource, runnableChecks, asked);
  return { dataSource, health: job === null ? forgottenChecks(health) : health, job };
}

/** What a restoration has found out before anything is stored. */
interface Findings {
  readonly before: DataSourceView;
  /** What becomes of dbt's layer on it. */
  readonly layer: LayerBack;
  readonly after: Restored;
  /** Null for what has none. */
  readonly connection: Connection | null;
  readonly members: SourceMembers;
  readonly tree: TagTree;
  readonly comparison: Comparison;
}

type Carried = Pick<AppliedTag, "tagId">;

const carried = (tags: readonly Carried[], tree: TagTree): readonly Tag[] =>
  tags.flatMap(({ tagId }) => tree.get(tagId) ?? []);

/** The tags of its columns come back with it, too, those of columns that are gone included. */
const columnTags = ({ edits, dbt }: Pick<DictionaryView, "edits" | "dbt">): readonly Carried[] => [
  ...[...edits.values()].flatMap(({ tags }) => tags),
  ...(dbt?.columns ?? []).flatMap(({ tagIds }) => tagIds.map((tagId) => ({ tagId }))),
];

/** The writes that bring a data source back, all in one transaction. */
export function restoreWrites(ids: Ids, asked: Asked, findings: Findings): readonly Write[] {
  const { layer, before, after, connection, tree } = findings;
  const { dataSource, job } = after;
  const { id, name, remote } = dataSource;
  return [
    ...connectionStands(connection),
    ...tagsStand(tree, carried([...dataSource.tags, ...columnTags(layer.dictionary)], tree)),
    { write: "claim", guard: dataSourceNameGuard(name), owner: id, otherwise: nameTaken(name) },
    {
      write: "claim",
      guard: relationGuard(relationPlace(dataSource), remote),
      owner: id,
      otherwise: dataSourceExists(remote),
    },
    {
      write: "replace",
      kind: "data-source",
      record: dataSource,
      expected: layer.dataSource.version,
      otherwise: staleRead(),
    },
    ...layer.writes,
    ...(before.health === after.health ? [] : [replaceHealth(before.health, after.health)]),
    {
      write: "remove",
      kind: "tombstone",
      record: tombstoneOf(before.dataSource, [], before.dataSource.deletedAt ?? "", ""),
    },
    ...(job === null ? [] : [{ write: "enqueue", job } as const]),
    deltaWrite(ids, asked.at, [changeOf(findings)]),
    auditedRestore(ids, asked, findings),
  ];
}

const connectionStands = (connection: Connection | null): readonly Write[] =>
  connection === null
    ? []
    : [
        {
          write: "require-connection",
          connectionId: connection.id,
          secretRef: connection.secretRef,
          otherwise: staleRead(),
        },
      ];

const nameTaken = (name: string): DomainError =>
  new DomainError(
    "data-source-name-taken",
    `A data source is named ${JSON.stringify(name)} by now; restore this one under another \`name\`.`,
  );

/** All that the index knows of a data source, because it may have forgotten what was deleted. */
function changeOf({ after: { dataSource, health }, members, layer, tree }: Findings): CatalogChange {
  const { columns, edits, dbt } = layer.dictionary;
  return {
    dataSourceId: dataSource.id,
    header: headerDocument(dataSource),
    health: healthDocument(health),
    members: firstMembers(members.members, members.groups.version),
    columns: columnsDocument(columns, dataSource),
    columnTags: standingColumnTags(columnTagsDocument(columns, edits, dataSource, dbt), tree),
  };
}

/** Without those that were deleted meanwhile: their deletion did not look at what was deleted itself. */
const standingColumnTags = (
  { tagIds, version }: ReturnType<typeof columnTagsDocument>,
  tree: TagTree,
): ReturnType<typeof columnTagsDocument> => ({
  tagIds: tagIds.filter((id) => tree.get(id) !== undefined),
  version,
});

const auditedRestore = (ids: Ids, asked: Asked, findings: Findings): Write => {
  const { before, after, comparison } = findings;
  const losesDbt = before.dataSource.dbt !== null && after.dataSource.dbt === null;
  return auditedFor(ids, asked, {
    action: "data-source:restore",
    resource: { type: "data-source", id: after.dataSource.id },
    details: {
      before: { name: before.dataSource.name, deletedAt: before.dataSource.deletedAt },
      after: { name: after.dataSource.name, status: after.dataSource.status },
      table: comparison,
      ...(losesDbt ? { dbtWordBecame: "manual" } : {}),
    },
  });
};
