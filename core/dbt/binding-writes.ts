import type { Binding } from "#core/dbt/binding.ts";
import { layerRetired, withoutLayer } from "#core/dbt/layer.ts";
import type { Write } from "#core/ports/change.ts";
import type { DbtStore } from "#core/ports/dbt-store.ts";
import type { DataSource } from "#core/sources/data-source.ts";

/** The binding that dbt's layer on a data source rests on; null where there is none, or another data source has it. */
export async function bindingOf(
  store: Pick<DbtStore, "binding">,
  { id, dbt }: Pick<DataSource, "id" | "dbt">,
): Promise<Binding | null> {
  if (dbt === null) return null;
  const binding = await store.binding(dbt.integrationId, dbt.relation);
  return binding?.dataSourceId === id ? binding : null;
}

/** What a data source's deletion means to dbt's layer on it. */
export interface LayerAtEnd {
  /** The header as it is deleted, in the same version. */
  readonly dataSource: DataSource;
  readonly writes: readonly Write[];
}

/**
 * What an integration made keeps layer and binding while it is deleted, so that both come back with it. From what
 * people made, the layer goes: nobody keeps it in step while it is deleted, its relation may get another data source
 * meanwhile, and once it is back the next run meets it as any other that people made, and says all of it anew.
 */
export function layerAtEnd(before: DataSource, binding: Binding | null, at: Date): LayerAtEnd {
  if (before.dbt === null) return { dataSource: before, writes: [] };
  if (binding?.owned === true) {
    const record: Binding = { ...binding, deleted: true };
    return { dataSource: before, writes: [{ write: "put", kind: "dbt-binding", record }] };
  }
  return {
    dataSource: withoutLayer(before),
    writes: [
      ...(binding === null ? [] : [{ write: "remove", kind: "dbt-binding", record: binding } as const]),
      ...layerRetired(before, at),
    ],
  };
}
