import { describe, expect, it } from "vitest";
import { aDbtApp } from "#test/support/dbt-app.ts";
import { catalogOf, modelsOf, ranAndSynced, toldOf } from "#test/support/dbt-sync.ts";
import { expectSound } from "#test/support/invariants.ts";
import { unique } from "#test/support/records.ts";

const dbt = await aDbtApp();

describe("a sync without a connection", () => {
  it("makes data sources of what a run names, with its words, tags and columns", async () => {
    const key = await dbt.integrate();
    const schema = unique("marts");
    const project = modelsOf(schema, [
      {
        name: "orders",
        description: "One line for each order.",
        tags: ["core.sales", "nightly"],
        columns: [
          { name: "order_id", type: "integer", description: "The key." },
          { name: "email", type: "text", tags: ["pii"] },
        ],
      },
      { name: "customers" },
    ]);
    const job = await ranAndSynced(dbt, key, project, { docs: true });
    expect(job).toMatchObject({ state: "succeeded", error: null });
    expect(job.result).toMatchObject({ outcome: "applied", created: 2, updated: 0, deleted: 0 });
    expect(toldOf(await catalogOf(dbt, key))).toMatchObject({
      orders: {
        name: `${schema}.orders`,
        description: "One line for each order.",
        tags: ["core.sales", "nightly"],
        columnCount: 2,
      },
      customers: { tags: [], description: "" },
    });
    const again = await ranAndSynced(dbt, key, project, { docs: true });
    expect(again.result).toMatchObject({ outcome: "unchanged", created: 0, updated: 0 });
    await expectSound(dbt.app);
  });
});
