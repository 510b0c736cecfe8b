import { expect, it } from "vitest";
import { aDbtApp } from "#test/support/dbt-app.ts";
import { modelsOf, ranAndSynced } from "#test/support/dbt-sync.ts";
import { unique } from "#test/support/records.ts";

const dbt = await aDbtApp();

it("makes and changes as many data sources at once as fit into one transaction, and none by itself before the last", async () => {
  const key = await dbt.integrate();
  const schema = unique("marts");
  const models = Array.from({ length: 45 }, (_, index) => ({ name: `model_${index}` }));
  const described = models.map((model) => ({ ...model, description: "Now described." }));
  const linesAtOnce = async (of: typeof models): Promise<readonly number[]> => {
    const { id } = await ranAndSynced(dbt, key, modelsOf(schema, of));
    const parts = await dbt.app.store.jobReport(id, { from: null, limit: 100 });
    return parts.map(({ entries }) => entries.length);
  };
  expect(await linesAtOnce(models)).toEqual([13, 13, 13, 6]);
  expect(await linesAtOnce(described)).toEqual([20, 20, 5]);
});
