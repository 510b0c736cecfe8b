import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { ManifestVersion } from "#test/support/dbt-layout.ts";
import type { DbtAdapter } from "#test/support/dbt-project.ts";
import { shop } from "#test/support/dbt-shop.ts";
import { relationsOf } from "#test/support/dbt-snapshot.ts";

/** One of each engine, of different versions: files to look at, which `vitest run <this file> -u` writes anew. */
const engines: readonly (readonly [adapter: DbtAdapter, version: ManifestVersion, dbtVersion: string])[] = [
  ["bigquery", 1, "0.19.1"],
  ["redshift", 4, "1.0.1"],
  ["databricks", 7, "1.3.7"],
  ["spark", 9, "1.5.11"],
  ["postgres", 12, "1.10.3"],
  ["snowflake", 12, "1.11.2"],
  ["duckdb", 12, "2.0.0-beta.2"],
];

const text = (value: unknown): string => `${JSON.stringify(value, null, 1)}\n`;
const folder = (adapter: DbtAdapter, version: ManifestVersion): string =>
  new URL(`../fixtures/dbt/${adapter}-v${version}/`, import.meta.url).pathname;

describe.each(engines)("the shop on %s, manifest version %s, dbt %s", (adapter, version, dbtVersion) => {
  const files = folder(adapter, version);
  const made = {
    manifest: shop().manifest({ adapter, version, dbtVersion, compiled: ({ name }) => name !== "customers" }),
    catalog: shop().catalog({ adapter, dbtVersion }),
    run_results: shop().runResults({ which: "build", dbtVersion }),
  };

  it("is written as the files that can be looked at", async () => {
    for (const [name, artifact] of Object.entries(made)) {
      await expect(text(artifact)).toMatchFileSnapshot(`${files}${name}.json`);
    }
  });

  it("comes to the relations that can be looked at", async () => {
    const file = (name: string) => readFileSync(`${files}${name}.json`);
    const relations = await relationsOf({
      manifest: file("manifest"),
      catalog: file("catalog"),
      runResults: [file("run_results")],
    });
    await expect(text([...relations.values()])).toMatchFileSnapshot(`${files}relations.json`);
  });
});
