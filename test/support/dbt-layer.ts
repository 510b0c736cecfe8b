import { unknownHealth } from "#core/health/assess-health.ts";
import type { Binding } from "#core/dbt/binding.ts";
import type { Integration } from "#core/dbt/integration.ts";
import type { Write } from "#core/ports/change.ts";
import { headerChange } from "#core/sources/update-data-source.ts";
import {
  columnsDocument,
  columnTagsDocument,
  deltaWrite,
  headerDocument,
  healthDocument,
} from "#core/sources/catalog-documents.ts";
import { relationPlace, type DataSource, type DbtFacts, type DbtLayer } from "#core/sources/data-source.ts";
import { dataSourceNameGuard, relationGuard } from "#core/sources/guards.ts";
import { DomainError } from "#core/errors/domain-error.ts";
import type { App } from "./app.ts";
import { aDataSource } from "./catalog-records.ts";
import { anIntegration, dbtFacts } from "./dbt-records.ts";
import { aPersona, type Persona } from "./personas.ts";
import { unique } from "./records.ts";

/** What dbt says of a data source, by names of tags that there are. */
export interface Word {
  readonly description?: string;
  readonly tags?: readonly string[];
  readonly columns?: readonly {
    readonly name: string;
    readonly description?: string;
    readonly tags?: readonly string[];
  }[];
}

/** An integration that is there, with its owners. */
export async function aKeptIntegration(app: App, given: Partial<Integration> = {}): Promise<Integration> {
  const record = anIntegration({ id: app.ids.next("integration"), ...given });
  for (const { id } of record.owners) {
    if ((await app.store.user(id)) === null) await aPersona(app, { id });
  }
  await app.store.commit([{ write: "create", kind: "integration", record }]);
  return record;
}

async function inIds(app: App, { description, tags = [], columns = [] }: Word) {
  const tree = await app.store.tagTree();
  const idsOf = (names: readonly string[]) =>
    names.map((name) => {
      const tag = tree.find(name);
      if (tag === undefined) throw new Error(`there is no tag ${name}`);
      return tag.id;
    });
  return {
    description: description ?? null,
    tagIds: idsOf(tags),
    facts: dbtFacts(
      columns.map((column) => ({
        name: column.name,
        description: column.description ?? null,
        tagIds: idsOf(column.tags ?? []),
      })),
    ),
  };
}

async function layerOf(
  app: App,
  { id }: Integration,
  dataSourceId: string,
  facts: DbtFacts,
  relation: string,
): Promise<DbtLayer> {
  const generation = app.ids.next("generation");
  const [chunks = 0] = await app.store.stageDbtFacts(generation, [{ dataSourceId, facts }]);
  const takenAt = app.clock.now().toISOString();
  return { integrationId: id, relation, runId: "70403104123456", generation, chunks, takenAt };
}

const bindingWrite = (layer: DbtLayer, dataSourceId: string, owned: boolean): Write => ({
  write: "put",
  kind: "dbt-binding",
  record: {
    integrationId: layer.integrationId,
    relation: layer.relation,
    dataSourceId,
    owned,
    deleted: false,
    digest: "d".repeat(64),
  },
});

const said = (app: App, { description, tagIds }: Awaited<ReturnType<typeof inIds>>) => ({
  description,
  tags: tagIds.map((tagId) => ({
    tagId,
    provenance: "dbt" as const,
    appliedBy: "system",
    appliedAt: app.clock.now().toISOString(),
  })),
});

/** Lays dbt's word on a data source, as a run does that meets it or, where it has a layer, runs again. */
export async function layOn(
  app: App,
  integration: Integration,
  dataSourceId: string,
  word: Word,
  owned = false,
): Promise<DbtLayer> {
  const view = await app.store.dictionary(dataSourceId);
  if (view === null) throw new Error("it is gone");
  const before = view.dataSource;
  const ids = await inIds(app, word);
  const { description, tags } = said(app, ids);
  const { schema, table } = before.remote;
  const layer = await layerOf(app, integration, dataSourceId, ids.facts, JSON.stringify([schema, table]));
  const kept = new Set(before.keptAway.map(({ tagId }) => tagId));
  const { accountId, projectId, environmentId, id: integrationId } = integration;
  const after: DataSource = {
    ...before,
    description: { ...before.description, dbt: description },
    tags: [
      ...before.tags.filter(({ provenance }) => provenance !== "dbt"),
      ...tags.filter(({ tagId }) => !kept.has(tagId)),
    ],
    dbt: layer,
    origin: owned ? { type: "dbt", integrationId, accountId, projectId, environmentId } : before.origin,
    version: before.version + 1,
  };
  const edits = [...view.edits.values()].map((edit) => ({
    ...edit,
    withdrawn: edit.withdrawn.filter(({ keptAway }) => keptAway),
  }));
  const byColumn = new Map(edits.map((edit) => [edit.columnId, edit]));
  const columnTags = columnTagsDocument(view.columns, byColumn, after, ids.facts);
  await app.store.commit([
    ...headerChange(app.ids, app.clock.now(), before, after, { columnTags }),
    ...edits.map((record): Write => ({ write: "put", kind: "column-edit", record })),
    ...(before.dbt === null
      ? []
      : [
          {
            write: "retire-generation" as const,
            dataSourceId,
            layer: "dbt" as const,
            dictionary: before.dbt,
            retiredAt: app.clock.now().toISOString(),
          },
        ]),
    bindingWrite(layer, dataSourceId, owned),
  ]);
  return layer;
}

/** A data source that an integration without a connection made, with the columns that dbt names. */
export async function aConnectionless(
  app: App,
  integration: Integration,
  owner: Persona,
  word: Word = {},
): Promise<{ readonly id: string; readonly layer: DbtLayer; readonly name: string }> {
  const id = app.ids.next("dataSource");
  const at = app.clock.now();
  const names = (word.columns ?? []).map(({ name }) => name);
  const columns = names.map((name, index) => ({
    id: app.ids.next("column"),
    name,
    ordinal: index + 1,
    dataType: "text" as const,
    remoteType: "text",
    nullable: true,
    comment: "",
    countable: false,
    inPrimaryKey: false,
    unique: false,
  }));
  const generation = app.ids.next("generation");
  const chunks = await app.store.stageDictionary(id, generation, columns);
  const ids = await inIds(app, word);
  const table = unique("orders_");
  const layer = await layerOf(app, integration, id, ids.facts, JSON.stringify(["analytics", table]));
  const { description, tags } = said(app, ids);
  const { accountId, projectId, environmentId, id: integrationId } = integration;
  const record: DataSource = aDataSource({
    id,
    name: table,
    technology: "snowflake",
    connectionId: null,
    remote: { database: "ANALYTICS", schema: "MARTS", table, kind: "table" },
    remoteOwner: null,
    description: { manual: null, dbt: description, schema: null },
    tags,
    dictionary: {
      source: "dbt",
      generation,
      chunks,
      columnCount: columns.length,
      takenAt: at.toISOString(),
    },
    dbt: layer,
    origin: { type: "dbt", integrationId, accountId, projectId, environmentId },
  });
  const health = unknownHealth(id, at);
  const otherwise = new DomainError("contention");
  await app.store.commit([
    { write: "create", kind: "data-source", record },
    { write: "create", kind: "data-source-health", record: health },
    {
      write: "create",
      kind: "data-source-member",
      record: {
        id: app.ids.next("member"),
        dataSourceId: id,
        principal: { type: "user", id: owner.user.id },
        role: "owner",
        expiresAt: null,
        addedBy: "system",
        addedAt: at.toISOString(),
      },
    },
    { write: "claim", guard: dataSourceNameGuard(table), owner: id, otherwise },
    { write: "claim", guard: relationGuard(relationPlace(record), record.remote), owner: id, otherwise },
    bindingWrite(layer, id, true),
    deltaWrite(app.ids, at, [
      {
        dataSourceId: id,
        header: headerDocument(record),
        health: healthDocument(health),
        owners: { principals: [`user:${owner.user.id}`], version: 1 },
        columns: columnsDocument(columns, record),
        columnTags: columnTagsDocument(columns, new Map(), record, ids.facts),
      },
    ]),
  ]);
  return { id, layer, name: table };
}

/** The binding that a layer rests on, as it is now. */
export const bindingNow = (app: App, { integrationId, relation }: DbtLayer): Promise<Binding | null> =>
  app.store.binding(integrationId, relation);
