import type { FactChange } from "#core/jobs/job-report.ts";
import type { SyncedCreation } from "#core/dbt/sync/apply/new-synced-source.ts";
import type { UnderWord } from "#core/dbt/sync/plan/apply-word.ts";
import type { DbtWord } from "#core/dbt/sync/plan/dbt-word.ts";
import type { Verdict } from "#core/dbt/sync/plan/plan.ts";
import type { SnapshotRelation } from "#core/dbt/snapshot.ts";
import type { Comparison } from "#core/deletion/compare-relation.ts";
import type { MergedDictionary } from "#core/dictionary/merge-dictionary.ts";
import type { DataSourceView, DictionaryView } from "#core/ports/store.ts";
import type { Skip } from "#core/sources/bulk/inspect.ts";
import type { TagTree } from "#core/tags/tag-tree.ts";
import type { SourceMembers } from "#core/ports/deletion-store.ts";

/** A relation that is to be settled or told of, and what its binding says of it. */
export interface Entry {
  readonly relation: SnapshotRelation;
  readonly verdict: Verdict;
  /** How many relations there were before it. */
  readonly place: number;
}

/** What a data source comes to under dbt's word. */
export interface Relaid {
  readonly view: DictionaryView;
  readonly word: DbtWord;
  readonly under: UnderWord;
  /** The schema layer where dbt alone tells it and it is another one now; null where it stays. */
  readonly columns: MergedDictionary | null;
}

/** What becomes of one relation, with all that it takes to do and to tell it. */
export type Decision = { readonly relation: SnapshotRelation } & (
  | { readonly does: "skip"; readonly skip: Skip }
  /** Nothing is written of it, but the run built it. */
  | { readonly does: "check"; readonly dataSourceId: string }
  | ({ readonly does: "create" } & SyncedCreation)
  | ({ readonly does: "update"; readonly attaches: boolean } & Relaid)
  | ({
      readonly does: "restore";
      readonly health: DataSourceView["health"];
      readonly members: SourceMembers;
      readonly comparison: Comparison;
    } & Relaid)
);

/** Decisions with the tags that they were made with. */
export interface Decided {
  readonly decisions: readonly Decision[];
  readonly tree: TagTree;
}

/** What of changes a line of a report tells: the first of many, and the first names of each. */
const toldChanges = 10;
const toldNames = 10;

const toldChange = ({ field, column, added, removed }: FactChange): FactChange => ({
  field,
  column,
  added: added.slice(0, toldNames),
  removed: removed.slice(0, toldNames),
});

/** What changed, columns of the schema layer included, as far as a report tells it. */
export function toldFacts({ under, columns }: Pick<Relaid, "under" | "columns">): readonly FactChange[] {
  const { changes } = columns ?? { changes: null };
  const layer: readonly FactChange[] =
    changes === null
      ? []
      : [
          {
            field: "columns",
            column: null,
            added: [...changes.added, ...changes.returned],
            removed: changes.removed,
          },
        ];
  return [...layer, ...under.changes].slice(0, toldChanges).map(toldChange);
}
