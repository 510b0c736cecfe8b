import { auditedSystem } from "#core/audit/record.ts";
import type { Job } from "#core/jobs/job.ts";
import type { Write } from "#core/ports/change.ts";
import type { Clock, Ids } from "#core/ports/clock.ts";
import type { RelationDescription } from "#core/ports/remote.ts";
import type { DictionaryStore, DictionaryView } from "#core/ports/store.ts";
import { columnsDocument, columnTagsDocument } from "#core/sources/catalog-documents.ts";
import type { DataSource, DictionaryGeneration } from "#core/sources/data-source.ts";
import {
  mergeDictionary,
  type DictionaryChanges,
  type MergedDictionary,
} from "#core/dictionary/merge-dictionary.ts";
import { keptColumns, schemaDescription } from "#core/dictionary/schema-column.ts";
import { headerChange } from "#core/sources/update-data-source.ts";

/** What a refresh needs from outside. */
export interface RefreshDeps {
  readonly store: DictionaryStore;
  readonly clock: Clock;
  readonly ids: Ids;
}

/** What a refresh comes to. */
export interface Refreshed {
  /** To commit all together; none where the remote says what is stored already. */
  readonly writes: readonly Write[];
  readonly renamed: DictionaryChanges["renamed"];
}

/** A dictionary's new generations as they are staged, of which at most one is ever pointed at. */
export class DictionaryRefresh {
  private readonly deps: RefreshDeps;
  private readonly job: Job;
  private staged: DictionaryGeneration | null = null;

  constructor(deps: RefreshDeps, job: Job) {
    this.deps = deps;
    this.job = job;
  }

  /**
   * Merges what the remote says with what is stored, and stages the outcome. To be asked again, with what is
   * stored then, when another change came before the writes.
   */
  async merged(
    { dataSource: before, edits, dbt, ...stored }: DictionaryView,
    relation: RelationDescription,
    sameObject: boolean,
  ): Promise<Refreshed> {
    const { clock, ids } = this.deps;
    const at = clock.now();
    const described = { columns: keptColumns(relation), sameObject, at: at.toISOString() };
    const columns = mergeDictionary(stored, described, () => ids.next("column"));
    const kind = { ...before.remote, kind: relation.kind };
    const description = { ...before.description, schema: schemaDescription(relation) };
    const remoteOwner = relation.owner ?? null;
    const unchanged =
      columns.changes === null &&
      remoteOwner === before.remoteOwner &&
      kind.kind === before.remote.kind &&
      description.schema === before.description.schema;
    await this.dropStaged(before.id, before.dictionary);
    if (unchanged) return { writes: [], renamed: [] };
    const dictionary =
      columns.changes === null ? before.dictionary : await this.stage(before.id, columns, at);
    const after: DataSource = {
      ...before,
      remote: kind,
      remoteOwner,
      description,
      dictionary,
      updatedAt: at.toISOString(),
      version: before.version + 1,
    };
    return {
      writes: this.writes(at, before, after, columns, { edits, dbt }),
      renamed: columns.changes?.renamed ?? [],
    };
  }

  private async stage(
    dataSourceId: string,
    { columns, gone }: MergedDictionary,
    at: Date,
  ): Promise<DictionaryGeneration> {
    const { store, ids } = this.deps;
    const generation = ids.next("generation");
    const chunks = await store.stageDictionary(dataSourceId, generation, columns, gone);
    const takenAt = at.toISOString();
    this.staged = { source: "remote", generation, chunks, columnCount: columns.length, takenAt };
    return this.staged;
  }

  /** What was staged before for a change that was surely refused. After any other error the sweep finds it. */
  private async dropStaged(dataSourceId: string, standing: DictionaryGeneration): Promise<void> {
    const { staged } = this;
    this.staged = null;
    if (staged === null || staged.generation === standing.generation) return;
    await this.deps.store.dropGeneration(dataSourceId, "schema", staged);
  }

  private writes(
    at: Date,
    before: DataSource,
    after: DataSource,
    { columns, changes }: MergedDictionary,
    { edits, dbt }: Pick<DictionaryView, "edits" | "dbt">,
  ): readonly Write[] {
    const { ids } = this.deps;
    const indexed =
      changes === null
        ? {}
        : {
            columns: columnsDocument(columns, after),
            columnTags: columnTagsDocument(columns, edits, after, dbt),
          };
    const retired: readonly Write[] =
      after.dictionary === before.dictionary
        ? []
        : [
            {
              write: "retire-generation",
              dataSourceId: before.id,
              layer: "schema",
              dictionary: before.dictionary,
              retiredAt: at.toISOString(),
            },
          ];
    return [
      ...headerChange(ids, at, before, after, indexed),
      ...retired,
      auditedSystem(ids, at, this.job.correlationId, {
        action: "data-source:refresh-dictionary",
        resource: { type: "data-source", id: before.id },
        details: { jobId: this.job.id, ...toldChanges(changes), ...toldRelation(before, after) },
      }),
    ];
  }
}

/** So many columns of each kind of change are named; the numbers are of all. */
const named = 20;

const told = <T>(list: readonly T[]): { readonly count: number; readonly first: readonly T[] } => ({
  count: list.length,
  first: list.slice(0, named),
});

/** What the audit record says of the columns: bounded, because 1,600 may change at once. */
export function toldChanges(changes: DictionaryChanges | null): Readonly<Record<string, unknown>> {
  const lists: readonly (readonly [string, readonly unknown[]])[] = Object.entries(changes ?? {});
  return Object.fromEntries(
    lists.filter(([, list]) => list.length > 0).map(([name, list]) => [name, told(list)]),
  );
}

const toldRelation = (before: DataSource, after: DataSource): Readonly<Record<string, unknown>> => ({
  ...(before.remote.kind === after.remote.kind
    ? {}
    : { kind: { from: before.remote.kind, to: after.remote.kind } }),
  ...(before.remoteOwner === after.remoteOwner
    ? {}
    : { owner: { from: before.remoteOwner, to: after.remoteOwner } }),
  ...(before.description.schema === after.description.schema ? {} : { commentChanged: true }),
});
