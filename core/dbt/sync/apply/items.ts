import { staleRead } from "#core/call/retry-conflict.ts";
import type { Binding } from "#core/dbt/binding.ts";
import type { Basis } from "#core/dbt/sync/run/basis.ts";
import { guardIn } from "#core/dbt/sync/run/basis.ts";
import type { Relaid } from "#core/dbt/sync/plan/decisions.ts";
import type { Made, Relayered } from "#core/dbt/sync/apply/prepare.ts";
import { tombstoneOf } from "#core/deletion/tombstone.ts";
import { replaceHealth } from "#core/health/replace-health.ts";
import { forgottenChecks } from "#core/health/unfinished-checks.ts";
import type { CatalogChange } from "#core/ports/catalog-index.ts";
import type { Write } from "#core/ports/change.ts";
import {
  columnsDocument,
  columnTagsDocument,
  headerDocument,
  healthDocument,
} from "#core/sources/catalog-documents.ts";
import type { AuditedIn, ColumnEdit, DataSource } from "#core/sources/data-source.ts";
import { dataSourceExists, dataSourceNameGuard, dataSourceNameTaken } from "#core/sources/guards.ts";
import { creationChange, recordWrites, type NewRecords } from "#core/sources/new-data-source.ts";
import type { TagTree } from "#core/tags/tag-tree.ts";
import { firstMembers } from "#core/sources/catalog-documents.ts";

/** What one data source takes of a transaction, and what the index must know of it. */
export interface Item {
  readonly dataSourceId: string;
  readonly writes: readonly Write[];
  readonly change: CatalogChange | null;
}

/** So many records of bulk work are remembered in a header. */
const auditsKept = 10;

/** A header that remembers where it was recorded, beside the records before. */
export const auditedHeader = (record: DataSource, audit: AuditedIn): DataSource => ({
  ...record,
  auditedIn: [audit, ...record.auditedIn].slice(0, auditsKept),
});

/** The write that says which data source a relation is. */
export const bind = (
  integrationId: string,
  relation: string,
  of: Pick<Binding, "dataSourceId" | "owned" | "deleted" | "digest">,
): Write => ({ write: "put", kind: "dbt-binding", record: { integrationId, relation, ...of } });

/** A data source comes into being. */
export function madeItem(
  { integration }: Basis,
  { decision: { relation, word }, records, columns }: Made,
  audit: AuditedIn,
): Item {
  const audited: NewRecords = { ...records, dataSource: auditedHeader(records.dataSource, audit) };
  const { id } = audited.dataSource;
  return {
    dataSourceId: id,
    writes: [
      ...recordWrites(audited),
      bind(integration.id, relation.key, {
        dataSourceId: id,
        owned: true,
        deleted: false,
        digest: relation.digest,
      }),
    ],
    change: {
      ...creationChange(audited),
      columnTags: columnTagsDocument(columns, new Map(), audited.dataSource, word.facts),
    },
  };
}

/** At most so many edits of one data source are written in one transaction; where there are more, the first go before. */
export const editsAtOnce = 60;

/** The header as a sync leaves it, in its next version. */
function nextHeader({ decision, dbt, dictionary }: Relayered, at: string, audit: AuditedIn): DataSource {
  const { under, view } = decision;
  const after: DataSource = {
    ...under.dataSource,
    dbt,
    dictionary,
    updatedAt: at,
    version: view.dataSource.version + 1,
  };
  return auditedHeader(after, audit);
}

/** A data source gets dbt's word. */
export function changedItem(
  basis: Basis,
  relayered: Relayered,
  audit: AuditedIn,
  { at, tree }: { readonly at: string; readonly tree: TagTree },
): Item {
  const { decision } = relayered;
  const header = nextHeader(relayered, at, audit);
  const after = decision.does === "restore" ? standingHeader(header, decision.comparison, tree) : header;
  const { relation, view, under } = decision;
  const { edits } = under;
  const isOurs = after.origin.type === "dbt" && after.origin.integrationId === basis.integration.id;
  return {
    dataSourceId: after.id,
    writes: [
      {
        write: "replace",
        kind: "data-source",
        record: after,
        expected: view.dataSource.version,
        otherwise: staleRead(),
      },
      ...retirements(relayered, at),
      ...edits.map((record): Write => ({ write: "put", kind: "column-edit", record })),
      ...(decision.does === "restore" ? restoreWrites(basis, relayered, after) : []),
      bind(basis.integration.id, relation.key, {
        dataSourceId: after.id,
        owned: isOurs,
        deleted: false,
        digest: relation.digest,
      }),
    ],
    change: changeOf(relayered, after, new Map(edits.map((edit) => [edit.columnId, edit])), tree),
  };
}

/** The first edits of a data source that has more than fit: its header in another version, and nothing else of it. */
export function firstEdits(
  { view: { dataSource: before }, under: { edits } }: Relaid,
  at: string,
): readonly Write[] {
  const record: DataSource = { ...before, updatedAt: at, version: before.version + 1 };
  return [
    { write: "replace", kind: "data-source", record, expected: before.version, otherwise: staleRead() },
    ...edits
      .slice(0, editsAtOnce)
      .map((edit): Write => ({ write: "put", kind: "column-edit", record: edit })),
  ];
}

/** What comes back holds no tag that was deleted meanwhile; where its table is another one it is disabled. */
const standingHeader = (
  after: DataSource,
  comparison: Extract<Relayered["decision"], { readonly does: "restore" }>["comparison"],
  tree: TagTree,
): DataSource => ({
  ...after,
  tags: after.tags.filter(({ tagId }) => tree.get(tagId) !== undefined),
  status: comparison === "unchanged" ? after.status : "disabled",
  restoredVersion: after.version,
  deletedAt: null,
});

/** Generations that no header names any more. */
function retirements(
  { decision: { view }, dbt, dictionary }: Relayered,
  retiredAt: string,
): readonly Write[] {
  const { id: dataSourceId, dbt: dbtBefore, dictionary: before } = view.dataSource;
  return [
    ...(dbtBefore === null || dbtBefore.generation === dbt.generation
      ? []
      : [
          {
            write: "retire-generation",
            dataSourceId,
            layer: "dbt",
            dictionary: dbtBefore,
            retiredAt,
          } as const,
        ]),
    ...(before.generation === dictionary.generation
      ? []
      : [
          {
            write: "retire-generation",
            dataSourceId,
            layer: "schema",
            dictionary: before,
            retiredAt,
          } as const,
        ]),
  ];
}

function restoreWrites(basis: Basis, { decision }: Relayered, after: DataSource): readonly Write[] {
  if (decision.does !== "restore") return [];
  const { health, view } = decision;
  const forgotten = forgottenChecks(health);
  const { id: owner, name, remote } = after;
  return [
    { write: "claim", guard: dataSourceNameGuard(name), owner, otherwise: dataSourceNameTaken(name) },
    { write: "claim", guard: guardIn(basis, remote), owner, otherwise: dataSourceExists(remote) },
    ...(forgotten === health ? [] : [replaceHealth(health, forgotten)]),
    {
      write: "remove",
      kind: "tombstone",
      record: tombstoneOf(view.dataSource, [], view.dataSource.deletedAt ?? "", ""),
    },
  ];
}

function changeOf(
  { decision }: Relayered,
  after: DataSource,
  changed: ReadonlyMap<string, ColumnEdit>,
  tree: TagTree,
): CatalogChange {
  const { view, columns, word } = decision;
  const known = columns?.columns ?? view.columns;
  const edits = new Map([...view.edits, ...changed]);
  const columnTags = columnTagsDocument(known, edits, after, word.facts);
  const header = { dataSourceId: after.id, header: headerDocument(after), columnTags };
  if (decision.does === "update") {
    return columns === null ? header : { ...header, columns: columnsDocument(known, after) };
  }
  return {
    ...header,
    columnTags: {
      ...columnTags,
      tagIds: columnTags.tagIds.filter((tagId) => tree.get(tagId) !== undefined),
    },
    health: healthDocument(forgottenChecks(decision.health)),
    members: firstMembers(decision.members.members, decision.members.groups.version),
    columns: columnsDocument(known, after),
  };
}
