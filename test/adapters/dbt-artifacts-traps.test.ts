import { describe, expect, it } from "vitest";
import { dbtProject, type ResultStatus } from "#test/support/dbt-artifacts.ts";
import type { DescribedProject } from "#test/support/dbt-project.ts";
import { shop, shopDescribed } from "#test/support/dbt-shop.ts";
import { relationsOf, withSnapshot } from "#test/support/dbt-snapshot.ts";

const postgres = { adapter: "postgres", version: 12 } as const;
const snowflake = { adapter: "snowflake", version: 12 } as const;
type Changeable = Record<string, Record<string, Record<string, unknown>>>;
const changeable = (artifact: object): Changeable => JSON.parse(JSON.stringify(artifact)) as Changeable;

/** The relations of a project on PostgreSQL. */
const of = (project: DescribedProject) => relationsOf({ manifest: dbtProject(project).manifest(postgres) });

describe("names", () => {
  it.each([1, 4, 7] as const)(
    "of nodes that version %s did not render are by the adapter's default",
    async (version) => {
      const manifest = (adapter: "postgres" | "snowflake") =>
        shop().manifest({ adapter, version, compiled: () => false });
      const postgresRelations = await relationsOf({ manifest: manifest("postgres") });
      expect(postgresRelations.get("warehouse.analytics.stg_orders")?.database).toBe("Warehouse");
      const inSnowflake = await relationsOf({ manifest: manifest("snowflake") });
      expect(inSnowflake.get("warehouse.analytics.stg_orders")).toMatchObject({
        database: "WAREHOUSE",
        schema: "ANALYTICS",
        table: "STG_ORDERS",
      });
    },
  );

  it("of a snapshot of version 7 without a schema come from its target schema", async () => {
    const project = dbtProject({
      snapshots: [{ name: "history", targetSchema: "past", relationName: null }],
    });
    const relations = await relationsOf({ manifest: project.manifest({ adapter: "postgres", version: 7 }) });
    expect([...relations.keys()]).toEqual(["past.history"]);
  });

  it("of a source that is a file are none: it is skipped", async () => {
    const project = dbtProject({
      sources: [{ source: "files", name: "orders", relationName: "read_csv('./orders.csv')" }],
    });
    await withSnapshot({ manifest: project.manifest({ adapter: "duckdb", version: 12 }) }, (snapshot) => {
      expect(snapshot.size).toBe(0);
      expect(snapshot.skipped).toEqual([
        {
          uniqueId: "source.shop.files.orders",
          reason: "not-a-relation",
          detail: "read_csv('./orders.csv')",
        },
      ]);
    });
  });

  it("that are rendered as something else are told of, and the manifest's own count", async () => {
    const project = dbtProject({ models: [{ name: "orders", relationName: '"other"."orders"' }] });
    await withSnapshot({ manifest: project.manifest(postgres) }, ({ warnings, size }) => {
      expect(warnings).toEqual(['model.shop.orders is rendered as "other"."orders", which is not its name']);
      expect(size).toBe(1);
    });
  });

  it("that differ only in case are one relation, which is told of", async () => {
    const project = dbtProject({
      models: [{ name: "orders" }, { name: "orders_quoted", alias: "Orders" }],
    });
    await withSnapshot({ manifest: project.manifest(postgres) }, ({ warnings, size }) => {
      expect(size).toBe(1);
      expect(warnings).toEqual([
        "model.shop.orders and model.shop.orders_quoted differ only in the case of their names and are taken as one relation",
      ]);
    });
  });
});

describe("the catalog", () => {
  it("in upper case is of the same relations and columns as the manifest in lower case", async () => {
    const without = await relationsOf({ manifest: shop().manifest(snowflake) });
    const withIt = await relationsOf({
      manifest: shop().manifest(snowflake),
      catalog: shop().catalog(snowflake),
    });
    expect([...withIt.keys()]).toEqual([...without.keys()]);
    expect(withIt.get("warehouse.analytics.customers_v2")?.columns.slice(0, 2)).toEqual([
      { name: "CUSTOMER_ID", description: "", tags: [], dataType: "NUMBER", inCatalog: true },
      { name: "EMAIL", description: "Where to write to.", tags: ["pii"], dataType: "TEXT", inCatalog: true },
    ]);
  });

  it("proves nothing by what it lacks", async () => {
    const catalog = { metadata: {}, nodes: {}, sources: null, errors: ["no access"] };
    const relations = await relationsOf({ manifest: shop().manifest(postgres), catalog });
    expect(relations).toEqual(await relationsOf({ manifest: shop().manifest(postgres) }));
  });

  it("never gives a description: a comment of the warehouse is not dbt's", async () => {
    const relations = await relationsOf({
      manifest: shop().manifest(postgres),
      catalog: shop().catalog(postgres),
    });
    expect(relations.get("warehouse.audit.audit_log")?.description).toBe("");
  });

  it("and the manifest may know columns that the other does not", async () => {
    const project = dbtProject({
      models: [
        {
          name: "t",
          columns: [
            { name: "amount,", description: "with a comma" },
            { name: "amount", type: "number", documented: false },
          ],
        },
      ],
    });
    const relations = await relationsOf({
      manifest: project.manifest(postgres),
      catalog: project.catalog(postgres),
    });
    expect(relations.get("analytics.t")?.columns.map(({ name, inCatalog }) => [name, inCatalog])).toEqual([
      ["amount", true],
      ["amount,", false],
    ]);
  });
});

describe("what a run built", () => {
  const id = shop().idOf("stg_orders");
  const built = async (...runResults: readonly object[]) => {
    const relations = await relationsOf({ manifest: shop().manifest(postgres), runResults });
    return [...relations.values()].filter((relation) => relation.built).map(({ table }) => table);
  };

  it("is not what the step that made documentation lists as a success", async () => {
    expect(await built(shop().runResults({ which: "generate" }))).toEqual([]);
  });

  it("is what any of its steps built", async () => {
    const seeds = shop().runResults({
      which: "seed",
      rest: null,
      statuses: { [shop().idOf("countries")]: "success" },
    });
    const models = shop().runResults({ which: "run", rest: null, statuses: { [id]: "success" } });
    expect(await built(seeds, models, shop().runResults({ which: "generate" }))).toEqual([
      "stg_orders",
      "countries",
    ]);
  });

  it.each<ResultStatus>(["error", "skipped", "partial success", "no-op"])(
    "is not what ended as %s",
    async (status) => {
      const results = shop().runResults({ which: "build", rest: null, statuses: { [id]: status } });
      expect(await built(results)).toEqual([]);
    },
  );

  it("is the same wherever the command stands among the results", async () => {
    const { args, results, ...rest } = shop().runResults({ which: "build" }) as Record<string, unknown>;
    expect(await built({ args, results, ...rest })).toHaveLength(6);
    expect(await built({ results, ...rest, args })).toHaveLength(6);
    expect(await built({ results, ...rest })).toEqual([]);
  });
});

describe("two nodes that are one relation", () => {
  it("are merged with the model above the source of another package", async () => {
    const relations = await of({
      models: [
        {
          name: "orders",
          schema: "raw",
          tags: ["m"],
          columns: [{ name: "id", description: "of the model" }],
        },
      ],
      sources: [
        {
          source: "raw",
          name: "orders",
          package: "tools",
          description: "of the source",
          tags: ["s"],
          columns: [{ name: "ID", description: "of the source", tags: ["t"] }],
        },
      ],
    });
    expect(relations.get("raw.orders")).toMatchObject({
      description: "of the source",
      tags: ["m", "s"],
      columns: [{ name: "id", description: "of the model", tags: ["t"] }],
      facts: {
        uniqueIds: ["model.shop.orders", "source.tools.raw.orders"],
        resourceType: "model",
        package: "shop",
      },
    });
  });
});

describe("what nobody expects of a manifest", () => {
  it("changes nothing: fields that no version has, fields that are null or of another type", async () => {
    const expected = await relationsOf({ manifest: shop().manifest(postgres) });
    const manifest = changeable(shop().manifest(postgres));
    for (const node of Object.values(manifest["nodes"] ?? {})) {
      Object.assign(node, { time_spine: { a: [1] }, doc_blocks: null, refs: "odd", docs: 7, größe: {} });
    }
    Object.assign(manifest, { new_map: { a: { b: [{}] } }, metrics: null, parent_map: [] });
    expect(await relationsOf({ manifest })).toEqual(expected);

    const odd = {
      tags: {},
      config: [],
      columns: "none",
      depends_on: null,
      meta: "m",
      group: [],
      description: null,
    };
    Object.assign(manifest["nodes"]?.["model.shop.stg_orders"] ?? {}, odd);
    expect((await relationsOf({ manifest })).get("warehouse.analytics.stg_orders")).toMatchObject({
      description: "",
      tags: [],
      columns: [],
      facts: { dependsOn: [], group: null, owner: null },
    });
  });

  it("may be said twice: the last word counts, for a node and for all of them", async () => {
    const node = (description: string) =>
      JSON.stringify({ schema: "s", name: "t", resource_type: "model", description });
    const twice = `{"nodes":{"model.p.t":${node("first")},"model.p.t":${node("last")}}}`;
    expect((await relationsOf({ manifest: twice })).get("s.t")?.description).toBe("last");
    const sections = `{"nodes":{"model.p.t":${node("first")},"model.p.u":${node("gone")}},"nodes":{"model.p.t":${node("last")}}}`;
    const relations = await relationsOf({ manifest: sections });
    expect([...relations.values()].map(({ description }) => description)).toEqual(["last"]);
  });

  it("may have a node under its name that is disabled elsewhere: the enabled one counts", async () => {
    const manifest = changeable(shop().manifest(postgres));
    Object.assign(manifest["disabled"] ?? {}, {
      "model.shop.stg_orders": [manifest["nodes"]?.["model.shop.stg_orders"]],
    });
    await withSnapshot({ manifest }, ({ skipped, size }) => {
      expect(size).toBe(7);
      expect(skipped.map(({ uniqueId }) => uniqueId)).not.toContain("model.shop.stg_orders");
    });
  });

  it("may be long, in any script, and broken in the middle of a character", async () => {
    const description = "Größe → 大きさ 😀\n".repeat(200_000);
    const relations = await of({ models: [{ name: "größe", description, tags: ["тег", "half\uD83D"] }] });
    expect(relations.get("analytics.größe")?.description).toBe(description);
    expect(relations.get("analytics.größe")?.tags).toEqual(["тег", "half\uFFFD"]);
  });

  it("is told of: another run's artifacts, a version that nobody knows, no project", async () => {
    const manifest = changeable(shop({ runId: "1" }).manifest(postgres));
    Object.assign(manifest["metadata"] ?? {}, {
      dbt_schema_version: "https://schemas.getdbt.com/dbt/manifest/v13.json",
      project_name: null,
      project_id: null,
    });
    const other = dbtProject({ ...shopDescribed, runId: "2" }).catalog(postgres);
    const choice = { packages: false, sources: true };
    await withSnapshot(
      { manifest, catalog: other },
      ({ warnings, size }) => {
        expect(warnings).toEqual([
          "manifest version v13 is not known",
          "the manifest does not say which package is the project's own: nodes of all packages are taken",
          "the manifest is of run 1, other artifacts of 2",
        ]);
        expect(size).toBe(7);
      },
      choice,
    );
  });
});
