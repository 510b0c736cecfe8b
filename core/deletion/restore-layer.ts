import { staleRead } from "#core/call/retry-conflict.ts";
import type { Binding } from "#core/dbt/binding.ts";
import { bindingOf } from "#core/dbt/binding-writes.ts";
import type { Integration } from "#core/dbt/integration.ts";
import { asManual, layerRetired } from "#core/dbt/layer.ts";
import type { Asked } from "#core/jobs/new-job.ts";
import type { Write } from "#core/ports/change.ts";
import type { DbtStore } from "#core/ports/dbt-store.ts";
import type { Committer, DictionaryView } from "#core/ports/store.ts";
import type { ColumnEdit, DataSource } from "#core/sources/data-source.ts";

/** A deleted data source as it comes back, with or without dbt's layer. */
export interface LayerBack {
  /** In the version that is stored. */
  readonly dataSource: DataSource;
  readonly dictionary: Pick<DictionaryView, "columns" | "edits" | "dbt">;
  /** What goes with its restoration. */
  readonly writes: readonly Write[];
}

/** So many edits go in one transaction, with a header and all that comes with it. */
const editsAtOnce = 60;

type Store = Committer & Pick<DbtStore, "binding" | "integration">;

/**
 * What dbt's word on a deleted data source comes to when that is restored. Where the integration that made it still
 * knows it, the layer comes back, and the next run puts everything into it that it says by then. Where the
 * integration is gone, or its relation is another data source by now, nobody keeps it in step any more: it becomes a
 * person's. Edits that are too many for one transaction are stored before; while it is deleted, nobody sees them.
 */
export async function layerBack(
  store: Store,
  dataSource: DataSource,
  dictionary: Pick<DictionaryView, "columns" | "edits" | "dbt">,
  { by, at }: Asked,
): Promise<LayerBack> {
  if (dataSource.dbt === null) return { dataSource, dictionary, writes: [] };
  const binding = await bindingOf(store, dataSource);
  const integration = await activeIntegration(store, dataSource);
  if (binding !== null && integration !== null) {
    return { dataSource, dictionary, writes: bindingBack(binding, integration) };
  }
  const manual = asManual({ ...dictionary, dataSource }, by, at);
  const { version, left } = await storedAhead(store, dataSource, manual.edits);
  return {
    dataSource: { ...manual.dataSource, version },
    dictionary: { ...dictionary, edits: withEdits(dictionary.edits, manual.edits), dbt: null },
    writes: [
      ...left.map((record): Write => ({ write: "put", kind: "column-edit", record })),
      ...layerRetired(dataSource, at),
      // What is removed with its integration is not this any more.
      ...(binding === null ? [] : [{ write: "remove", kind: "dbt-binding", record: binding } as const]),
    ],
  };
}

/** The integration that made it, unless it is gone or about to go. */
async function activeIntegration(store: Store, { dbt, origin }: DataSource): Promise<Integration | null> {
  const found = origin.type === "dbt" ? await store.integration(origin) : null;
  return found?.id === dbt?.integrationId && found?.state === "active" ? found : null;
}

const bindingBack = (binding: Binding, integration: Integration): readonly Write[] => [
  { write: "require-integration", integration, otherwise: staleRead() },
  { write: "put", kind: "dbt-binding", record: { ...binding, deleted: false, digest: null } },
];

async function storedAhead(
  store: Store,
  before: DataSource,
  edits: readonly ColumnEdit[],
): Promise<{ readonly version: number; readonly left: readonly ColumnEdit[] }> {
  let [version, left] = [before.version, edits];
  while (left.length > editsAtOnce) {
    await store.commit([
      // A purge that has taken the header leaves nothing for them to lie with.
      {
        write: "replace",
        kind: "data-source",
        record: { ...before, version: version + 1 },
        expected: version,
        otherwise: staleRead(),
      },
      ...left.slice(0, editsAtOnce).map((record): Write => ({ write: "put", kind: "column-edit", record })),
    ]);
    version += 1;
    left = left.slice(editsAtOnce);
  }
  return { version, left };
}

const withEdits = (
  before: ReadonlyMap<string, ColumnEdit>,
  changed: readonly ColumnEdit[],
): ReadonlyMap<string, ColumnEdit> =>
  new Map([...before, ...changed.map((edit) => [edit.columnId, edit] as const)]);
