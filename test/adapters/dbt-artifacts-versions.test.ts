import { describe, expect, it } from "vitest";
import { manifestVersions, type ManifestVersion } from "#test/support/dbt-layout.ts";
import { dbtAdapters, type DbtAdapter } from "#test/support/dbt-project.ts";
import { shop } from "#test/support/dbt-shop.ts";
import { relationsOf, withSnapshot } from "#test/support/dbt-snapshot.ts";

/** Each version as it is written, and the dbts that wrote version 12 differently. */
const writers: readonly (readonly [version: ManifestVersion, dbtVersion: string | undefined])[] = [
  ...manifestVersions.map((version) => [version, undefined] as const),
  [12, "1.8.4"],
  [12, "1.9.1"],
  [12, "1.10.3"],
  [12, "2025.9.30+21d3fd7"],
  [12, "2.0.0-beta.2"],
];

const cases = dbtAdapters.flatMap((adapter) =>
  writers.map(([version, dbtVersion]) => ({ adapter, version, dbtVersion })),
);

/** How each warehouse keeps the shop's names. */
const kept: Readonly<Record<DbtAdapter, (name: string) => string>> = {
  postgres: (name) => name,
  redshift: (name) => name.toLowerCase(),
  snowflake: (name) => name.toUpperCase(),
  bigquery: (name) => name,
  databricks: (name) => name.toLowerCase(),
  spark: (name) => name.toLowerCase(),
  duckdb: (name) => name.toLowerCase(),
  sqlserver: (name) => name.toLowerCase(),
};

const database = (adapter: DbtAdapter): string | null =>
  adapter === "spark" ? null : kept[adapter]("Warehouse");
const keyIn = (adapter: DbtAdapter, rest: string): string =>
  adapter === "spark" ? rest : `warehouse.${rest}`;

const artifactsOf = (adapter: DbtAdapter, version: ManifestVersion, dbtVersion: string | undefined) => ({
  manifest: shop({ runId: "70403122785100" }).manifest({
    adapter,
    version,
    ...(dbtVersion !== undefined && { dbtVersion }),
  }),
  runResults: [shop().runResults({ which: "build" })],
});

describe.each(cases)(
  "$adapter, manifest version $version ($dbtVersion)",
  ({ adapter, version, dbtVersion }) => {
    it("gives every relation once, by its key, as the warehouse spells it", async () => {
      const relations = await relationsOf(artifactsOf(adapter, version, dbtVersion));

      expect([...relations.keys()]).toEqual(
        [
          "analytics.customers_v1",
          "analytics.customers_v2",
          "analytics.stg_orders",
          "audit.audit_log",
          "history.orders_history",
          "raw.countries",
          "raw.orders_2024",
        ].map((rest) => keyIn(adapter, rest)),
      );
      expect(relations.get(keyIn(adapter, "raw.orders_2024"))).toMatchObject({
        database: database(adapter),
        schema: kept[adapter]("raw"),
        table: kept[adapter]("ORDERS_2024"),
        description: "What the till writes.",
        tags: ["till", "raw"],
        built: false,
      });
      expect(relations.get(keyIn(adapter, "analytics.stg_orders"))).toMatchObject({
        table: kept[adapter]("stg_orders"),
        description: "Orders as they come in.",
        tags: ["staging", "nightly"],
        built: true,
        facts: {
          uniqueIds: ["model.shop.stg_orders"],
          dependsOn: ["source.shop.raw.orders"],
          resourceType: "model",
          package: "shop",
          materialized: "view",
        },
      });
    });

    it("keeps of columns what the project says, and never tags that Fusion inherited", async () => {
      const relations = await relationsOf(artifactsOf(adapter, version, dbtVersion));

      const columns = (rest: string) =>
        relations.get(keyIn(adapter, rest))?.columns.map(({ name, tags }) => ({ name, tags }));
      expect(columns("analytics.stg_orders")).toEqual([
        { name: "order_id", tags: [] },
        { name: "customer_id", tags: ["pii", "linked"] },
      ]);
      expect(columns("raw.orders_2024")).toEqual([{ name: "id", tags: [] }]);
    });

    it("keeps owner, group, access, contract and version from the version on that has them", async () => {
      const relations = await relationsOf(artifactsOf(adapter, version, dbtVersion));

      const groups = version >= 9;
      expect(relations.get(keyIn(adapter, "analytics.customers_v2"))?.facts).toMatchObject({
        group: groups ? "finance" : null,
        owner: groups ? "Finance" : null,
        access: groups ? "public" : null,
        contract: groups,
        version: groups ? "2" : null,
      });
      expect(relations.get(keyIn(adapter, "raw.countries"))?.facts).toMatchObject({
        uniqueIds: ["seed.shop.countries", "source.shop.raw.countries"],
        owner: "data@shop.example",
      });
    });

    it("says what it left out, and of which run, project and version the artifacts are", async () => {
      await withSnapshot(artifactsOf(adapter, version, dbtVersion), ({ skipped, origin, size, warnings }) => {
        expect(skipped).toEqual([
          { uniqueId: "model.shop.cents", reason: "ephemeral", detail: "" },
          { uniqueId: "model.shop.abandoned", reason: "disabled", detail: "" },
        ]);
        expect(origin).toMatchObject({
          adapter,
          manifestVersion: `v${version}`,
          projectName: "shop",
          runId: "70403122785100",
        });
        expect(size).toBe(7);
        expect(warnings).toEqual([]);
      });
    });

    it("leaves out packages and sources by choice", async () => {
      const artifacts = artifactsOf(adapter, version, dbtVersion);

      await withSnapshot(
        artifacts,
        (snapshot) => {
          expect(snapshot.size).toBe(5);
          expect(snapshot.skipped).toEqual(
            expect.arrayContaining([
              { uniqueId: "model.audit_tools.audit_log", reason: "excluded-package", detail: "audit_tools" },
              { uniqueId: "source.shop.raw.countries", reason: "excluded-source", detail: "" },
            ]),
          );
          const countries = snapshot.relation(keyIn(adapter, "raw.countries"));
          expect(countries).toMatchObject({ description: "Countries by their codes.", tags: [] });
        },
        { packages: false, sources: false },
      );
    });

    it("takes names and types of columns from the catalog, in the warehouse's order, then those only written about", async () => {
      const relations = await relationsOf({
        ...artifactsOf(adapter, version, dbtVersion),
        catalog: shop().catalog({ adapter }),
      });

      const upper = adapter === "snowflake";
      const told = relations.get(keyIn(adapter, "analytics.stg_orders"))?.columns;
      expect(told?.map(({ name }) => name)).toEqual(
        upper ? ["ORDER_ID", "CUSTOMER_ID", "ORDERED_AT"] : ["order_id", "customer_id", "ordered_at"],
      );
      expect(told?.every(({ inCatalog, dataType }) => inCatalog && dataType !== null)).toBe(true);
      expect(told?.[1]).toMatchObject({ tags: ["pii", "linked"] });
      expect(relations.get(keyIn(adapter, "analytics.customers_v2"))?.columns.at(-1)).toEqual({
        name: "documented_only",
        description: "Nobody made it yet.",
        tags: [],
        dataType: "text",
        inCatalog: false,
      });
    });
  },
);
