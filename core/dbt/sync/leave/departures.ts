import { nobody } from "#core/connections/connection.ts";
import { systemActor } from "#core/audit/record.ts";
import { staleRead } from "#core/call/retry-conflict.ts";
import type { IntegrationKey } from "#core/dbt/integration.ts";
import { asManual, layerRetired, withoutLayer } from "#core/dbt/layer.ts";
import { auditedHeader, bind, editsAtOnce, type Item } from "#core/dbt/sync/apply/items.ts";
import { isSameEdit } from "#core/dictionary/column-edit.ts";
import { tombstoneOf } from "#core/deletion/tombstone.ts";
import { domainRemovalOf } from "#core/health/remove-domains.ts";
import type { Write } from "#core/ports/change.ts";
import type { Ids } from "#core/ports/clock.ts";
import type { DataSourceView, DictionaryView, Store } from "#core/ports/store.ts";
import { columnTagsDocument, headerDocument } from "#core/sources/catalog-documents.ts";
import {
  relationPlace,
  type AuditedIn,
  type ColumnEdit,
  type DataSource,
  type DataSourceMember,
} from "#core/sources/data-source.ts";
import { dataSourceNameGuard, relationGuard } from "#core/sources/guards.ts";

/** What the departures of data sources have in common. */
export interface Departure {
  readonly store: Store;
  readonly ids: Ids;
  readonly at: Date;
  readonly correlationId: string;
  readonly integration: IntegrationKey & { readonly id: string };
}

/** A data source and its relation. */
interface Departing {
  readonly relation: string;
  readonly view: DictionaryView;
}

const replaced = (before: DataSource, record: DataSource): Write => ({
  write: "replace",
  kind: "data-source",
  record,
  expected: before.version,
  otherwise: staleRead(),
});

/** The write after which a relation of an integration is no data source any more. */
export const unbind = (integrationId: string, relation: string, dataSourceId: string): Write => ({
  write: "remove",
  kind: "dbt-binding",
  record: { integrationId, relation, dataSourceId, owned: false, deleted: false, digest: null },
});

/** What a deletion needs beside the data source itself. */
export interface Deletable {
  readonly health: DataSourceView["health"];
  readonly members: readonly DataSourceMember[];
}

/** Reads what a deletion needs; null where the data source is gone already. */
export async function readDeletable(store: Store, dataSourceId: string): Promise<Deletable | null> {
  const [view, members] = await Promise.all([
    store.dataSource(dataSourceId, nobody),
    store.dataSourceMembers(dataSourceId),
  ]);
  return view === null ? null : { health: view.health, members: members.members };
}

/** The writes by which a data source is deleted softly, its header's aside. */
async function deletionWrites(
  { store, ids, at, correlationId }: Departure,
  dataSource: DataSource,
  { health, members }: Deletable,
): Promise<readonly Write[]> {
  const asked = { by: systemActor, at, correlationId };
  const { writes } = await domainRemovalOf(store, ids, { dataSource, health }, asked);
  const { id: owner, name, remote } = dataSource;
  return [
    ...writes,
    { write: "release", guard: dataSourceNameGuard(name), owner },
    { write: "release", guard: relationGuard(relationPlace(dataSource), remote), owner },
    {
      write: "create",
      kind: "tombstone",
      record: tombstoneOf(dataSource, members, at.toISOString(), systemActor),
    },
  ];
}

const deletedHeader = (before: DataSource, at: string, audit: AuditedIn): DataSource =>
  auditedHeader({ ...before, deletedAt: at, updatedAt: at, version: before.version + 1 }, audit);

/** A data source that the integration made is deleted softly; its binding stays, so that it can come back. */
export async function deletedItem(
  departure: Departure,
  { relation, view: { dataSource: before } }: Departing,
  deletable: Deletable,
  audit: AuditedIn,
): Promise<Item> {
  const after = deletedHeader(before, departure.at.toISOString(), audit);
  return {
    dataSourceId: before.id,
    writes: [
      replaced(before, after),
      ...(await deletionWrites(departure, before, deletable)),
      bind(departure.integration.id, relation, {
        dataSourceId: before.id,
        owned: true,
        deleted: true,
        digest: null,
      }),
    ],
    change: { dataSourceId: before.id, deleted: { version: after.version } },
  };
}

/** dbt says nothing any more of a data source that others made: its own facts go, and everything else stays. */
export function detachedItem(
  { at, integration }: Departure,
  { relation, view }: Departing,
  audit: AuditedIn,
): Item {
  const { dataSource: before, columns, edits } = view;
  const now = at.toISOString();
  const after = auditedHeader(
    { ...withoutLayer(before), updatedAt: now, version: before.version + 1 },
    audit,
  );
  return {
    dataSourceId: before.id,
    writes: [
      replaced(before, after),
      ...layerRetired(before, at),
      unbind(integration.id, relation, before.id),
    ],
    change: {
      dataSourceId: before.id,
      header: headerDocument(after),
      columnTags: columnTagsDocument(columns, edits, after, null),
    },
  };
}

/** A step of an integration's leave of a data source, and whether another one must follow. */
export interface Leave extends Item {
  readonly goesOn: boolean;
  /** Whether the data source is deleted with it; one that was deleted before is neither that nor kept. */
  readonly isDeleted: boolean;
  readonly isKept: boolean;
}

/**
 * An integration takes its leave of a data source: what dbt said stands as if a person had, and nothing names the
 * integration any more but its origin. One that the integration made, and that is not deleted yet, is deleted with it.
 * Columns that are more than fit into one transaction are dealt with first.
 */
export async function leftItem(
  departure: Departure,
  { relation, view }: Departing,
  deletable: Deletable | null,
  audit: AuditedIn,
): Promise<Leave> {
  const { dataSource: before } = view;
  const now = departure.at.toISOString();
  const manual = asManual(view, systemActor, departure.at);
  const { edits, goesOn } = firstOf(manual.edits, view.edits);
  const version = before.version + 1;
  const next = auditedHeader({ ...(goesOn ? before : manual.dataSource), updatedAt: now, version }, audit);
  const deletes = !goesOn && deletable !== null;
  const after = deletes ? { ...next, deletedAt: now } : next;
  return {
    dataSourceId: before.id,
    goesOn,
    isDeleted: deletes,
    isKept: after.deletedAt === null,
    writes: [
      replaced(before, after),
      ...edits.map((record): Write => ({ write: "put", kind: "column-edit", record })),
      ...(deletes ? await deletionWrites(departure, before, deletable) : []),
      ...(goesOn
        ? []
        : [...layerRetired(before, departure.at), unbind(departure.integration.id, relation, before.id)]),
    ],
    change: leftChange(view, after, new Map(edits.map((edit) => [edit.columnId, edit])), goesOn),
  };
}

/**
 * The edits that one transaction takes, and whether others must follow. While dbt's layer is still there, what somebody
 * took away of its tags has to be remembered; where there is no room for forgetting it at last, it does no harm.
 */
function firstOf(
  edits: readonly ColumnEdit[],
  before: DictionaryView["edits"],
): { readonly edits: readonly ColumnEdit[]; readonly goesOn: boolean } {
  const withdrawnOf = ({ columnId }: ColumnEdit) => before.get(columnId)?.withdrawn ?? [];
  const stating = edits.filter(
    (edit) => !isSameEdit(before.get(edit.columnId), { ...edit, withdrawn: withdrawnOf(edit) }),
  );
  if (stating.length > editsAtOnce) {
    const some = stating.slice(0, editsAtOnce);
    return { edits: some.map((edit) => ({ ...edit, withdrawn: withdrawnOf(edit) })), goesOn: true };
  }
  const forgetting = edits.filter((edit) => !stating.includes(edit));
  return { edits: [...stating, ...forgetting].slice(0, editsAtOnce), goesOn: false };
}

function leftChange(
  { columns, edits, dbt }: DictionaryView,
  after: DataSource,
  changed: ReadonlyMap<string, ColumnEdit>,
  goesOn: boolean,
): Item["change"] {
  if (after.deletedAt !== null) return { dataSourceId: after.id, deleted: { version: after.version } };
  return {
    dataSourceId: after.id,
    header: headerDocument(after),
    columnTags: columnTagsDocument(columns, new Map([...edits, ...changed]), after, goesOn ? dbt : null),
  };
}
