import { staleRead } from "#core/call/retry-conflict.ts";
import { columnDescription, columnTags, dbtColumns } from "#core/dictionary/dbt-columns.ts";
import { isSameEdit, unedited } from "#core/dictionary/column-edit.ts";
import type { Write } from "#core/ports/change.ts";
import type { DictionaryView } from "#core/ports/store.ts";
import type { AppliedTag, ColumnEdit, DataSource, DbtColumn } from "#core/sources/data-source.ts";

/**
 * Goes with every change that takes a fact of dbt's away in the catalog, or lets one come back: the next run looks at
 * the data source again, even one that says the same as the last. Nothing where dbt says nothing of it.
 */
export const dbtChanged = ({ dbt }: Pick<DataSource, "dbt">): readonly Write[] =>
  dbt === null
    ? []
    : [
        {
          write: "dbt-changed",
          integrationId: dbt.integrationId,
          relation: dbt.relation,
          // Binding and layer go together: where the one is gone by now, the other was read too early.
          otherwise: staleRead(),
        },
      ];

/** Leaves the chunks of dbt's layer to the sweep, where a change takes the layer off. */
export const layerRetired = ({ id, dbt }: Pick<DataSource, "id" | "dbt">, at: Date): readonly Write[] =>
  dbt === null
    ? []
    : [
        {
          write: "retire-generation",
          dataSourceId: id,
          layer: "dbt",
          dictionary: dbt,
          retiredAt: at.toISOString(),
        },
      ];

/** A data source of which dbt says nothing any more: its own is gone, everything else stays. */
export const withoutLayer = (before: DataSource): DataSource => ({
  ...before,
  description: { ...before.description, dbt: null },
  tags: before.tags.filter(({ provenance }) => provenance !== "dbt"),
  dbt: null,
});

/** What dbt's word becomes where dbt goes and its word stays. */
export interface AsManual {
  /** In the same version: whoever stores it counts on. */
  readonly dataSource: DataSource;
  /** Those that are others than they were. */
  readonly edits: readonly ColumnEdit[];
}

/**
 * A data source with all that dbt says of it and of its columns as if a person had said it, and without dbt's layer.
 * It shows the same as before, but for whose word it is: a person's own word stays above it, and what somebody took
 * away of dbt's tags stays away. Where dbt told the columns, people may state them from now on. `by` is who changes it.
 */
export function asManual(
  view: Pick<DictionaryView, "dataSource" | "columns" | "edits" | "dbt">,
  by: string,
  at: Date,
): AsManual {
  const { dataSource: before, columns, edits } = view;
  const { manual, dbt } = before.description;
  const { source } = before.dictionary;
  const said = dbtColumns(columns, view.dbt);
  return {
    dataSource: {
      ...before,
      description: { ...before.description, manual: manual ?? dbt, dbt: null },
      tags: asOwn(before.tags),
      keptAway: [],
      dictionary: { ...before.dictionary, source: source === "dbt" ? "manual" : source },
      dbt: null,
    },
    edits: columns.flatMap((column) => {
      const edit = edits.get(column.id);
      const own = ownColumn({ schema: column, dbt: said.get(column.id), edit, source }, by, at);
      const after = {
        ...own,
        dataSourceId: before.id,
        columnId: column.id,
        updatedBy: by,
        updatedAt: at.toISOString(),
      };
      return isSameEdit(edit, after) ? [] : [after];
    }),
  };
}

/** Each tag once, and a person's. */
function asOwn(tags: readonly AppliedTag[]): readonly AppliedTag[] {
  const own = new Set(tags.flatMap(({ tagId, provenance }) => (provenance === "dbt" ? [] : [tagId])));
  return tags
    .filter(({ tagId, provenance }) => provenance !== "dbt" || !own.has(tagId))
    .map((tag) => (tag.provenance === "dbt" ? { ...tag, provenance: "manual" } : tag));
}

function ownColumn(
  layers: Parameters<typeof columnDescription>[0] & { readonly dbt: DbtColumn | undefined },
  by: string,
  at: Date,
): Pick<ColumnEdit, "description" | "tags" | "withdrawn"> {
  const { dbt, edit = unedited } = layers;
  const standing = columnDescription(layers);
  const isDbts = standing.provenance === "dbt" && dbt?.description === standing.value;
  const brought = columnTags(layers).filter(({ provenance }) => provenance === "dbt");
  return {
    description: isDbts ? standing.value : edit.description,
    tags: [
      ...edit.tags,
      ...brought.map(({ tagId }): AppliedTag => ({
        tagId,
        provenance: "manual",
        appliedBy: by,
        appliedAt: at.toISOString(),
      })),
    ],
    withdrawn: [],
  };
}
