import { describe, expect, it } from "vitest";
import { startNightly } from "#core/health/start-nightly.ts";
import { anApp } from "#test/support/app.ts";
import { aConnectionless, aKeptIntegration } from "#test/support/dbt-layer.ts";
import { expectSound } from "#test/support/invariants.ts";
import { aDataSource, aPersona, aRegistrar } from "#test/support/personas.ts";

const app = await anApp();
const owner = await aPersona(app);
const integration = await aKeptIntegration(app);
const source = await aConnectionless(app, integration, owner, {
  description: "What dbt says",
  columns: [{ name: "ID" }],
});
const params = { dataSourceId: source.id };
const post = (rest: string, body?: object) =>
  app.call("POST", `/data-sources/${source.id}/${rest}`, {
    as: owner,
    ...(body === undefined ? {} : { body }),
  });

describe("a data source without a connection", () => {
  it("is shown with what dbt knows, and its health and every check are unknown", async () => {
    const shown = await owner.api.getDataSource({ params });
    expect(shown).toMatchObject({
      technology: "snowflake",
      connectionId: null,
      description: "What dbt says",
      descriptionProvenance: "dbt",
      columnCount: 1,
      health: { status: "unknown" },
      statistics: { rowCount: null, highCardinalityColumn: null, fingerprintAt: null },
      origin: {
        type: "dbt",
        accountId: integration.accountId,
        projectId: integration.projectId,
        environmentId: integration.environmentId,
      },
    });
    expect(new Set(shown.health.checks.map(({ state }) => state))).toEqual(new Set(["unknown"]));
    expect(shown.unavailableMasks).toEqual([
      "format-preserving-masking",
      "k-anonymization",
      "randomized-response",
    ]);
    expect((await owner.api.listStatisticsHistory({ params })).items).toEqual([]);
  });

  it("is found in the list by its technology, its origin and its unknown health, and counted", async () => {
    const registrar = await aRegistrar(app);
    const other = await aDataSource(registrar.owner, registrar.connection);
    await owner.api.getDataSource({ params });
    for (const query of [
      { technology: "snowflake" as const },
      { origin: "dbt" as const },
      { health: "unknown" as const },
    ]) {
      const { items } = await owner.api.listDataSources({ query });
      expect(items.map(({ id, connectionId, health }) => [id, connectionId, health.status])).toEqual([
        [source.id, null, "unknown"],
      ]);
    }
    const facets = await owner.api.facetsOfDataSources({ query: {} });
    expect(facets).toMatchObject({
      technology: { snowflake: 1 },
      health: { unknown: 1 },
      origin: { dbt: 1 },
      connection: {},
    });
    expect(Object.keys(facets.connection)).toEqual([]);
    const healthy = await registrar.owner.api.listDataSources({ query: { health: "healthy" } });
    expect(healthy.items.map(({ id }) => id)).toEqual([other.id]);
    await app.drain();
  });

  it("has no check, no fingerprint and no values to look at, and says why", async () => {
    for (const [rest, body] of [
      ["checks", undefined],
      ["checks", { checks: ["row-count"] }],
      ["fingerprint", undefined],
    ] as const) {
      expect(await post(rest, body)).toMatchObject({
        status: 422,
        body: {
          code: "check-not-available",
          detail: "The data source has no connection to check it through.",
        },
      });
    }
    expect(await post("analytics", { columns: ["ID"] })).toMatchObject({
      status: 422,
      body: {
        code: "connection-failed",
        detail: "The data source has no connection to read values through.",
      },
    });
    expect((await owner.api.listJobs({ query: { dataSourceId: source.id } })).items).toEqual([]);
  });

  it("is passed over by the night", async () => {
    const before = app.outbox.jobIds;
    const { started } = await startNightly({ ...app.parts, messages: app.outbox });
    const jobs = await Promise.all(
      app.outbox.jobIds.filter((id) => !before.includes(id)).map((id) => app.store.job(id)),
    );
    expect(started).toBe(1);
    expect(jobs.map((job) => job?.subject.type)).toEqual(["connection"]);
    await app.drain();
    expect((await owner.api.getDataSource({ params })).health.status).toBe("unknown");
    await expectSound(app);
  });

  it("takes tags, texts, threads and queries like any other", async () => {
    await owner.api.updateDataSource({ params, body: { documentation: "# How it is made" } });
    await owner.api.updateColumn({ params: { ...params, column: "id" }, body: { description: "Which" } });
    await owner.api.createThread({ params, body: { text: "Fresh?", column: "ID" } });
    await owner.api.createQuery({ params, body: { name: "all", sql: "select 1" } });
    expect((await owner.api.getDataSource({ params })).documentation).toBe("# How it is made");
    await expectSound(app);
  });
});
