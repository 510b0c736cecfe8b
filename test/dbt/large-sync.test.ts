import { describe, expect, it } from "vitest";
import { aDbtApp } from "#test/support/dbt-app.ts";
import { catalogOf, modelsOf, ranAndSynced } from "#test/support/dbt-sync.ts";
import { expectSound } from "#test/support/invariants.ts";
import { unique } from "#test/support/records.ts";

const dbt = await aDbtApp();
const { api } = dbt.admin;

/** An integration of its own with what a first run made. */
async function aSyncedOne(models: Parameters<typeof modelsOf>[1]) {
  const key = await dbt.integrate();
  const schema = unique("marts");
  const first = await ranAndSynced(dbt, key, modelsOf(schema, models), { docs: true });
  return { key, schema, first, sources: await catalogOf(dbt, key) };
}

describe("a sync of what is large or odd", () => {
  it("tells relations of the same name in two databases apart", async () => {
    const key = await dbt.integrate({ nameTemplate: "<database>.<schema>.<tablename>" });
    const schema = unique("marts");
    const models = [
      { name: "orders", database: "raw#1", description: "Raw." },
      { name: "orders_2", alias: "orders", database: "analytics", description: "Clean." },
    ];
    const job = await ranAndSynced(dbt, key, modelsOf(schema, models), { adapter: "snowflake" });
    expect(job.result).toMatchObject({ created: 2, skippedCounts: {} });
    const { items } = await api.listDataSources({ query: { search: schema } });
    expect(items.map(({ remote, description }) => [remote.database, description]).toSorted()).toEqual([
      ["ANALYTICS", "Clean."],
      ["RAW#1", "Raw."],
    ]);
    await expectSound(dbt.app);
  });

  it("puts back more of what people took away than fits into one transaction", async () => {
    const columns = Array.from({ length: 150 }, (_, index) => ({
      name: `c${index}`,
      type: "integer" as const,
      tags: ["pii"],
    }));
    const { key, schema, sources } = await aSyncedOne([{ name: "wide", columns }]);
    const dataSourceId = sources["wide"]?.id ?? "";
    for (const half of [columns.slice(0, 75), columns.slice(75)]) {
      const changes = half.map(({ name }) => ({ column: name, removeTags: ["pii"] }));
      await api.updateDictionary({ params: { dataSourceId }, body: { changes } });
    }
    const project = modelsOf(schema, [{ name: "wide", columns }]);
    const job = await ranAndSynced(dbt, key, project, { docs: true });
    expect(job).toMatchObject({ state: "succeeded", attempts: 1 });
    const { items } = await api.getDictionary({ params: { dataSourceId }, query: { limit: 200 } });
    expect(items.filter(({ tags }) => tags.length === 1)).toHaveLength(150);
    const again = await ranAndSynced(dbt, key, project, { docs: true });
    expect(again.result).toMatchObject({ outcome: "unchanged" });
    await expectSound(dbt.app);
  });

  it("takes more than fit into one transaction", async () => {
    const models = Array.from({ length: 45 }, (_, index) => ({
      name: `model_${index}`,
      columns: [{ name: "id", type: "integer" as const, tags: ["key"] }],
    }));
    const { key, schema, first } = await aSyncedOne(models);
    expect(first.result).toMatchObject({ created: 45 });
    expect(first.progress).toEqual({ done: 45, total: 45 });
    const described = models.map((model) => ({ ...model, description: "Now described." }));
    const job = await ranAndSynced(dbt, key, modelsOf(schema, described), { docs: true });
    expect(job.result).toMatchObject({ updated: 45 });
    const { items } = await api.getJobReport({
      params: { jobId: job.id },
      query: { kind: "updated", limit: 100 },
    });
    expect(items).toHaveLength(45);
    await expectSound(dbt.app);
  });

  it("warns of what can be no tag and of too many, and takes the rest", async () => {
    const many = Array.from({ length: 105 }, (_, index) => `many.t${index}`);
    const { first, sources } = await aSyncedOne([
      { name: "orders", tags: ["two..dots", "fine"] },
      { name: "customers", tags: many },
    ]);
    expect(sources["orders"]?.tags.map(({ name }) => name)).toEqual(["fine"]);
    expect(sources["customers"]?.tags).toHaveLength(100);
    expect(first.result).toMatchObject({ warningCount: 2 });
    await expectSound(dbt.app);
  });
});
