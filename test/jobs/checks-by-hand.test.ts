import { describe, expect, it } from "vitest";
import { anApp } from "#test/support/app.ts";
import { checkOf, checkStates, shown } from "#test/support/health.ts";
import { aDataSource, aRegistrar, aRemoteTable } from "#test/support/personas.ts";
import { runSql } from "#test/support/postgres-client.ts";

const app = await anApp();
const { owner, connection } = await aRegistrar(app);

describe("a check that is run by hand", () => {
  it("alone passes alone: the others keep what they said, and the data source stays unhealthy", async () => {
    const source = await aDataSource(owner, connection, await aRemoteTable("id int", "values (1)"));
    const params = { dataSourceId: source.id };
    const check = async (...checks: ("connectivity" | "row-count" | "high-cardinality")[]) => {
      const job = await owner.api.runChecks({ params, body: checks.length === 0 ? {} : { checks } });
      await app.drain();
      return owner.api.getJob({ params: { jobId: job.id } });
    };
    const { schema, table } = source.remote;
    await app.drain();
    await runSql(`alter table ${schema}.${table} rename to away`);
    await check();
    await runSql(`alter table ${schema}.away rename to ${table}`);
    expect(await check("connectivity")).toMatchObject({
      result: { checks: { connectivity: "passed" } },
      progress: { done: 1, total: 1 },
    });
    const after = await shown(owner, source);
    expect(checkStates(after)).toMatchObject({ connectivity: "passed", "row-count": "failed" });
    expect(checkOf(after, "row-count").detail).toMatch(/^table-not-found: /);
    expect(after.health.status).toBe("unhealthy");
    await check("row-count", "high-cardinality");
    expect((await shown(owner, source)).health.status).toBe("healthy");
  });
});
