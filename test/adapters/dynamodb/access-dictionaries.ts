import { auditedSystem } from "#core/audit/record.ts";
import type { Write } from "#core/ports/change.ts";
import {
  columnsDocument,
  columnTagsDocument,
  deltaWrite,
  headerDocument,
} from "#core/sources/catalog-documents.ts";
import type { DataSource } from "#core/sources/data-source.ts";
import { aCreatedDataSource, conflict, type Prepared, type Trial } from "./access-fixtures.ts";

const minute = 60_000;

/** The writes of a dictionary's new generation, and the old one left to the sweep. */
async function refreshed(given: Prepared, before: DataSource): Promise<readonly Write[]> {
  const at = given.clock.now();
  const generation = given.id("generation");
  const chunks = await given.store.stageDictionary(before.id, generation, given.columns);
  const dictionary = { ...before.dictionary, generation, chunks };
  const after: DataSource = { ...before, dictionary, version: before.version + 1 };
  const change = {
    dataSourceId: before.id,
    header: headerDocument(after),
    columns: columnsDocument(given.columns, after),
    columnTags: columnTagsDocument(given.columns, new Map(), after, null),
  };
  return [
    { write: "replace", kind: "data-source", record: after, expected: before.version, otherwise: conflict },
    deltaWrite(given.ids, at, [change]),
    {
      write: "retire-generation",
      dataSourceId: before.id,
      layer: "schema",
      dictionary: before.dictionary,
      retiredAt: at.toISOString(),
    },
    auditedSystem(given.ids, at, "correlation", {
      action: "data-source:refresh-dictionary",
      resource: { type: "data-source", id: before.id },
      details: { jobId: given.id("job"), added: { count: 1, first: ["amount_in_euro"] } },
    }),
  ];
}

/** Every change of a dictionary, by the function cell of its row. */
export const dictionaryChanges: Readonly<Record<string, Trial>> = {
  "`commit` of a refreshed dictionary": async (given) => {
    const { dataSource } = await aCreatedDataSource(given);
    const writes = await refreshed(given, dataSource);
    return (store) => store.commit(writes);
  },
  "`stageDictionary` of 50 columns": async ({ id, columns }) => {
    const [dataSourceId, generation] = [id("dataSource"), id("generation")];
    return (store) => store.stageDictionary(dataSourceId, generation, columns);
  },
  "`dropGeneration` of 50 columns": async ({ store, id, columns }) => {
    const [dataSourceId, generation] = [id("dataSource"), id("generation")];
    const chunks = await store.stageDictionary(dataSourceId, generation, columns);
    return (used) => used.dropGeneration(dataSourceId, "schema", { generation, chunks });
  },
  "`sweepGenerations`, nothing staged": async ({ clock }) => {
    const at = clock.now();
    return (store) => store.sweepGenerations(at);
  },
  "`sweepGenerations`, 1 settled": async (given) => {
    await aCreatedDataSource(given);
    given.clock.advance(61 * minute);
    return (store) => store.sweepGenerations(given.clock.now());
  },
  "`sweepGenerations`, 1 lost": async (given) => {
    await given.store.stageDictionary(given.id("dataSource"), given.id("generation"), given.columns);
    given.clock.advance(61 * minute);
    return (store) => store.sweepGenerations(given.clock.now());
  },

  "`sweepGenerations`, 1 settled and the one before it retired": async (given) => {
    const { dataSource } = await aCreatedDataSource(given);
    given.clock.advance(61 * minute);
    await given.store.sweepGenerations(given.clock.now());
    await given.store.commit(await refreshed(given, dataSource));
    given.clock.advance(61 * minute);
    return (store) => store.sweepGenerations(given.clock.now());
  },
};
