import { describe, expect, it } from "vitest";
import type { Store } from "#core/ports/store.ts";
import type { DataSource, DbtFacts, DbtLayer } from "#core/sources/data-source.ts";
import { aDataSource } from "#test/support/catalog-records.ts";
import { dbtFacts } from "#test/support/dbt-records.ts";
import { aColumn, unique } from "#test/support/records.ts";
import { aStore } from "#test/support/store.ts";

const minute = 60_000;
const saying = (description: string): DbtFacts => dbtFacts([{ name: "id", description, tagIds: ["tag_1"] }]);
const layer = (generation: string, chunks: number): DbtLayer => ({
  integrationId: "int_1",
  relation: "orders",
  runId: "1",
  generation,
  chunks,
  takenAt: "2026-01-01T00:00:00.000Z",
});

/** A data source of one column with a layer of dbt's, in its next version. */
async function laid(store: Store, id: string, generation: string, facts: DbtFacts): Promise<DataSource> {
  const [chunks = 0] = await store.stageDbtFacts(generation, [{ dataSourceId: id, facts }]);
  const before = (await store.dictionary(id))?.dataSource ?? (await bare(store, id));
  const record = { ...before, dbt: layer(generation, chunks) };
  await store.commit([{ write: "put", kind: "data-source", record }]);
  return record;
}

async function bare(store: Store, id: string): Promise<DataSource> {
  const generation = unique("gen_");
  const chunks = await store.stageDictionary(id, generation, [aColumn()]);
  const { dictionary, ...record } = aDataSource({ id });
  return { ...record, dictionary: { ...dictionary, generation, chunks } };
}

describe("dbt's layer of a dictionary", () => {
  it("is read with the schema layer, whole, however large it is", async () => {
    const { store } = await aStore();
    const id = unique("ds_");
    const facts = dbtFacts(
      Array.from({ length: 1600 }, (_, index) => ({
        name: `c${index}`,
        description: "Größe 📏 ".repeat(40),
        tagIds: ["tag_1", "tag_2"],
      })),
    );
    const { dbt } = await laid(store, id, unique("gen_"), facts);
    expect(dbt?.chunks).toBeGreaterThan(1);
    const view = await store.dictionary(id);
    expect(view?.dbt).toEqual(facts);
    expect(view?.columns).toHaveLength(1);
  });

  it("is dropped by its own name, and the schema layer of the same generation stays", async () => {
    const { store } = await aStore();
    const id = unique("ds_");
    const record = await laid(store, id, unique("gen_"), saying("one"));
    const { generation } = record.dictionary;
    const [chunks = 0] = await store.stageDbtFacts(generation, [{ dataSourceId: id, facts: saying("x") }]);
    await store.dropGeneration(id, "dbt", { generation, chunks });
    expect(await store.dictionary(id)).toMatchObject({
      dbt: saying("one"),
      columns: [{ name: aColumn().name }],
    });
  });
});

describe("a generation of dbt's layer", () => {
  it("that no header came to point at is swept an hour later, and what stands stays", async () => {
    const { store, clock } = await aStore();
    const [one, other] = [unique("ds_"), unique("ds_")];
    await laid(store, one, unique("gen_"), saying("one"));
    await laid(store, other, unique("gen_"), saying("other"));
    const lost = await store.stageDbtFacts(unique("gen_"), [
      { dataSourceId: one, facts: saying("lost") },
      { dataSourceId: other, facts: saying("lost") },
    ]);
    expect(lost).toEqual([1, 1]);
    clock.advance(59 * minute);
    expect(await store.sweepGenerations(clock.now())).toBe(0);
    clock.advance(2 * minute);
    expect(await store.sweepGenerations(clock.now())).toBe(2);
    expect(await store.sweepGenerations(clock.now())).toBe(0);
    expect((await store.dictionary(one))?.dbt).toEqual(saying("one"));
    expect((await store.dictionary(other))?.dbt).toEqual(saying("other"));
  });

  it("that was replaced is swept once it is retired, though its marker was settled long ago", async () => {
    const { store, clock } = await aStore();
    const id = unique("ds_");
    const before = await laid(store, id, unique("gen_"), saying("before"));
    clock.advance(61 * minute);
    expect(await store.sweepGenerations(clock.now())).toBe(0);
    await laid(store, id, unique("gen_"), saying("after"));
    await store.commit([
      {
        write: "retire-generation",
        dataSourceId: id,
        layer: "dbt",
        dictionary: before.dbt ?? layer("", 0),
        retiredAt: clock.now().toISOString(),
      },
    ]);
    clock.advance(61 * minute);
    expect(await store.sweepGenerations(clock.now())).toBe(1);
    expect((await store.dictionary(id))?.dbt).toEqual(saying("after"));
  });

  it("is swept where the layer was taken off, while the schema layer stays", async () => {
    const { store, clock } = await aStore();
    const id = unique("ds_");
    const before = await laid(store, id, unique("gen_"), saying("before"));
    await store.commit([{ write: "put", kind: "data-source", record: { ...before, dbt: null } }]);
    clock.advance(61 * minute);
    expect(await store.sweepGenerations(clock.now())).toBe(1);
    expect(await store.dictionary(id)).toMatchObject({ dbt: null, columns: [{ name: aColumn().name }] });
  });
});
