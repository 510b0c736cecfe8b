import type { Basis } from "#core/dbt/sync/run/basis.ts";
import type { Decision, Relaid } from "#core/dbt/sync/plan/decisions.ts";
import { forEachOf } from "#core/dbt/sync/plan/look-up.ts";
import { firstColumns, newSyncedSource, type StagedLayers } from "#core/dbt/sync/apply/new-synced-source.ts";
import type { Ids } from "#core/ports/clock.ts";
import type { DictionaryStore } from "#core/ports/store.ts";
import type { DbtLayer, DictionaryGeneration, SchemaColumn } from "#core/sources/data-source.ts";
import type { NewRecords } from "#core/sources/new-data-source.ts";

/** What it takes to stage layers. */
export interface StagingDeps {
  readonly store: DictionaryStore;
  readonly ids: Ids;
}

type Of<D extends Decision["does"]> = Extract<Decision, { readonly does: D }>;

/** A data source that is to be made, with its records. */
export interface Made {
  readonly decision: Of<"create">;
  readonly records: NewRecords;
  readonly columns: readonly SchemaColumn[];
}

/** A data source that is changed or comes back, and where its layers will lie. */
export interface Relayered {
  readonly decision: Of<"update" | "restore">;
  readonly dbt: DbtLayer;
  readonly dictionary: DictionaryGeneration;
}

/** What of decisions lies staged; what comes to nothing is swept. */
export interface Prepared {
  readonly made: readonly Made[];
  readonly relayered: readonly Relayered[];
}

/** Stages the layers that decisions need, with few requests, and makes the records that point at them. */
export async function prepare(
  deps: StagingDeps,
  basis: Basis,
  decisions: readonly Decision[],
  { runId, at }: { readonly runId: string; readonly at: Date },
): Promise<Prepared> {
  const creates = decisions
    .filter((decision): decision is Of<"create"> => decision.does === "create")
    .map((decision) => ({
      decision,
      id: deps.ids.next("dataSource"),
      columns: firstColumns(deps.ids, decision),
    }));
  const changes = decisions.filter(
    (decision): decision is Of<"update" | "restore"> =>
      decision.does === "update" || decision.does === "restore",
  );
  const facts = await stageFacts(deps, [
    ...creates.map(({ id, decision: { word } }) => ({ dataSourceId: id, facts: word.facts })),
    ...changes
      .filter(needsFacts)
      .map(({ view, word }) => ({ dataSourceId: view.dataSource.id, facts: word.facts })),
  ]);
  const layer = (relation: string): Pick<DbtLayer, "integrationId" | "relation" | "runId" | "takenAt"> => ({
    integrationId: basis.integration.id,
    relation,
    runId,
    takenAt: at.toISOString(),
  });
  const dictionaries = await stageColumns(deps, creates);
  const made = creates.map(({ decision, id, columns }): Made => {
    const staged: StagedLayers = {
      id,
      columns,
      dictionary: stagedOf(dictionaries, id),
      dbt: { ...layer(decision.relation.key), ...stagedOf(facts, id) },
    };
    return { decision, columns, records: newSyncedSource(deps.ids, at, basis, decision, staged) };
  });
  const relayered = await forEachOf(changes, async (decision): Promise<Relayered> => {
    const { generation, chunks } = factsOf(facts, decision);
    const dictionary = await stageMerged(deps, decision, at);
    return { decision, dbt: { ...layer(decision.relation.key), generation, chunks }, dictionary };
  });
  return { made, relayered };
}

/** Where dbt's layer lies: staged just now, or where it did. */
const factsOf = (facts: Staged, { view: { dataSource } }: Relaid) =>
  facts.get(dataSource.id) ?? dataSource.dbt ?? stagedOf(facts, dataSource.id);

/** Whether dbt's layer must be staged anew: it says something else, or there is none yet. */
const needsFacts = ({ view, under }: Relaid): boolean => under.restaged || view.dataSource.dbt === null;

type Staged = ReadonlyMap<string, Pick<DictionaryGeneration, "generation" | "chunks">>;

function stagedOf(staged: Staged, id: string) {
  const found = staged.get(id);
  if (found === undefined) throw new Error(`nothing is staged for ${id}`);
  return found;
}

async function stageFacts(
  { store, ids }: StagingDeps,
  facts: Parameters<DictionaryStore["stageDbtFacts"]>[1],
): Promise<Staged> {
  if (facts.length === 0) return new Map();
  const generation = ids.next("generation");
  const chunks = await store.stageDbtFacts(generation, facts);
  return new Map(
    facts.map(({ dataSourceId }, index) => [dataSourceId, { generation, chunks: chunks[index] ?? 0 }]),
  );
}

async function stageColumns(
  { store, ids }: StagingDeps,
  creates: readonly Pick<StagedLayers, "id" | "columns">[],
): Promise<Staged> {
  if (creates.length === 0) return new Map();
  const generation = ids.next("generation");
  const chunks = await store.stageDictionaries(
    generation,
    creates.map(({ id, columns }) => ({ dataSourceId: id, columns })),
  );
  return new Map(creates.map(({ id }, index) => [id, { generation, chunks: chunks[index] ?? 0 }]));
}

/** The schema layer of what dbt alone tells the columns of, if it is another one now. */
async function stageMerged(
  { store, ids }: StagingDeps,
  { view: { dataSource }, columns }: Relaid,
  at: Date,
): Promise<DictionaryGeneration> {
  if (columns === null) return dataSource.dictionary;
  const generation = ids.next("generation");
  const chunks = await store.stageDictionary(dataSource.id, generation, columns.columns, columns.gone);
  const takenAt = at.toISOString();
  return { source: "dbt", generation, chunks, columnCount: columns.columns.length, takenAt };
}
