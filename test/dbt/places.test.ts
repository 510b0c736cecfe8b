import { describe, expect, it } from "vitest";
import { aDbtApp } from "#test/support/dbt-app.ts";
import { expectSound } from "#test/support/invariants.ts";
import { catalogOf, modelsOf, ranAndSynced } from "#test/support/dbt-sync.ts";
import { unique } from "#test/support/records.ts";

const dbt = await aDbtApp();

describe("tables of one name in two databases, without a connection", () => {
  const nameTemplate = "<database>.<schema>.<tablename>";
  const twoDatabases = (schema: string, described = "") =>
    modelsOf(schema, [
      { name: "orders", database: "analytics", description: "What we sell." },
      { name: "raw_orders", alias: "orders", database: "raw", description: `As they came in. ${described}` },
    ]);
  const words = async (id: string) => {
    const found: string[] = [];
    for await (const page of dbt.app.store.bindings(id)) {
      for (const { dataSourceId, deleted } of page) {
        if (deleted) continue;
        const source = await dbt.admin.api.getDataSource({ params: { dataSourceId } });
        found.push(`${source.remote.database}: ${source.description}`.trim());
      }
    }
    return found.toSorted();
  };

  it("are two data sources, of which one stays when the other goes", async () => {
    const key = await dbt.integrate({ nameTemplate });
    const { id } = await dbt.record(key);
    const schema = unique("sales");
    const first = await ranAndSynced(dbt, key, twoDatabases(schema));
    expect(first).toMatchObject({ state: "succeeded", result: { created: 2 } });
    expect(await words(id)).toEqual(["analytics: What we sell.", "raw: As they came in."]);
    const again = await ranAndSynced(dbt, key, twoDatabases(schema, "At night."));
    expect(again).toMatchObject({ state: "succeeded", result: { created: 0, updated: 1 } });
    const rest = modelsOf(schema, [{ name: "orders", database: "analytics", description: "What we sell." }]);
    const last = await ranAndSynced(dbt, key, rest);
    expect(last).toMatchObject({ state: "succeeded", result: { deleted: 1 } });
    expect(await words(id)).toEqual(["analytics: What we sell."]);
    await expectSound(dbt.app);
  });

  it("are not taken for one another where only the first has room for its name", async () => {
    const key = await dbt.integrate();
    const schema = unique("sales");
    for (const described of ["", "At night."]) {
      const job = await ranAndSynced(dbt, key, twoDatabases(schema, described));
      expect(job).toMatchObject({
        state: "succeeded",
        result: { skipped: [{ reason: "name-taken", uniqueId: "model.shop.raw_orders" }] },
      });
      const { orders } = await catalogOf(dbt, key);
      expect(orders).toMatchObject({ description: "What we sell.", remote: { database: "analytics" } });
    }
    await expectSound(dbt.app);
  });
});
