import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import * as z from "zod";
import { artifactsFolder, runNames, sqlOf } from "#local/sample/dbt/dbt-plan.ts";
import { pgClient, runSql, uniqueName } from "#test/support/postgres-client.ts";

const manifest = z.object({
  metadata: z.object({ dbt_version: z.string(), adapter_type: z.string() }),
  nodes: z.record(
    z.string(),
    z.object({
      resource_type: z.string(),
      schema: z.string(),
      alias: z.string(),
      config: z.object({ materialized: z.string().optional() }),
    }),
  ),
});

const catalog = z.object({
  nodes: z.record(
    z.string(),
    z.object({
      metadata: z.object({ schema: z.string(), name: z.string() }),
      columns: z.record(z.string(), z.object({ name: z.string(), index: z.int(), type: z.string() })),
    }),
  ),
});

const read = async <S extends z.ZodType>(schema: S, run: string, file: string): Promise<z.output<S>> =>
  schema.parse(JSON.parse(await readFile(join(artifactsFolder, run, file), "utf8")));

describe("the sample's runs of dbt", () => {
  const database = uniqueName("dbt_sample");
  let runs: readonly string[];

  beforeAll(async () => {
    runs = await runNames();
    await runSql(`create database ${database}`, `create role ${database}`);
  });

  it("are several, by real dbt, and hold no place of the machine that they were made on", async () => {
    expect(runs.length).toBeGreaterThan(2);
    for (const run of runs) {
      expect(await read(manifest, run, "2/manifest.json")).toMatchObject({
        metadata: { dbt_version: "1.12.6", adapter_type: "postgres" },
      });
      const files = await readdir(join(artifactsFolder, run), { recursive: true, withFileTypes: true });
      for (const file of files.filter((each) => each.isFile())) {
        const text = await readFile(join(file.parentPath, file.name), "utf8");
        expect(text).not.toMatch(/"(?:[A-Z]:\\\\|\/(?:tmp|home|root|Users|var|private)\b)/);
      }
    }
  });

  it("come with SQL that makes every relation of theirs, column by column as their catalog has it", async () => {
    const client = await pgClient({ database });
    for (const name of ["sales", "finance"]) {
      const file = new URL(`../../local/sample/warehouse/${name}.sql`, import.meta.url);
      await client.query(await readFile(file, "utf8"));
    }
    for (const run of runs) {
      // As a run comes upon what the one before left.
      await client.query(
        (await sqlOf(run)).replaceAll('"warehouse".', "").replaceAll("reeve_reader", database),
      );
      const { rows } = await client.query<{ relation: string; column: string }>(
        `select nspname || '.' || relname as relation, attname as column
           from pg_attribute join pg_class on attrelid = pg_class.oid join pg_namespace n on n.oid = relnamespace
          where nspname in ('staging', 'marts', 'reference', 'history') and relkind in ('r', 'v', 'm')
            and attnum > 0 order by relation, attnum`,
      );
      const found = Map.groupBy(rows, ({ relation }) => relation);
      const { nodes } = await read(manifest, run, "1/manifest.json");
      const made = Object.values(nodes)
        .filter(({ resource_type: type }) => ["model", "seed", "snapshot"].includes(type))
        .filter(({ config }) => config.materialized !== "ephemeral")
        .map(({ schema, alias }) => `${schema}.${alias}`);
      expect([...found.keys()].sort()).toEqual(made.sort());
      for (const { metadata, columns } of Object.values((await read(catalog, run, "2/catalog.json")).nodes)) {
        const relation = `${metadata.schema}.${metadata.name}`;
        const told = Object.values(columns).toSorted((a, b) => a.index - b.index);
        expect(
          found.get(relation)?.map(({ column }) => column),
          relation,
        ).toEqual(told.map(({ name }) => name));
      }
    }
  });
});
