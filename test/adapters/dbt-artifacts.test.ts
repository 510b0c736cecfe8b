import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { sqliteSnapshots } from "#adapters/dbt-artifacts/sqlite-snapshots.ts";
import { ArtifactError, type DbtSnapshots } from "#core/ports/dbt-snapshots.ts";
import { bytesOf, dbtProject } from "#test/support/dbt-artifacts.ts";
import type { DescribedProject } from "#test/support/dbt-project.ts";
import { shop, shopDescribed } from "#test/support/dbt-shop.ts";
import { relationsOf, withSnapshot } from "#test/support/dbt-snapshot.ts";

const directory = mkdtempSync(join(tmpdir(), "reeve-test-snapshots-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const everything = { packages: true, sources: true };
const postgres = { adapter: "postgres", version: 12 } as const;
const manifest = shop().manifest(postgres);

/** The failure of a take, or null. */
async function failure(
  artifacts: Partial<Record<"manifest" | "catalog" | "runResults", unknown>>,
  snapshots: DbtSnapshots = sqliteSnapshots({ directory }),
): Promise<readonly [artifact: string, failure: string] | null> {
  const given = {
    manifest: bytesOf(artifacts.manifest ?? manifest),
    catalog: artifacts.catalog === undefined ? null : bytesOf(artifacts.catalog),
    runResults: artifacts.runResults === undefined ? [] : [bytesOf(artifacts.runResults)],
  };
  try {
    (await snapshots.take(given, everything)).close();
    return null;
  } catch (error) {
    if (error instanceof ArtifactError) return [error.artifact, error.failure];
    throw error;
  }
}

describe("an artifact that is no use", () => {
  it("fails by its name, whichever it is", async () => {
    expect(await failure({ manifest: "{" })).toEqual(["manifest.json", "truncated"]);
    expect(await failure({ catalog: "{}x" })).toEqual(["catalog.json", "malformed"]);
    expect(await failure({ runResults: "" })).toEqual(["run_results.json", "truncated"]);
  });

  it("fails where it is another artifact than it should be", async () => {
    expect(await failure({ manifest: shop().catalog(postgres) })).toEqual(["manifest.json", "malformed"]);
    expect(await failure({ catalog: manifest })).toEqual(["catalog.json", "malformed"]);
    expect(await failure({ runResults: manifest })).toEqual(["run_results.json", "malformed"]);
  });

  it("fails wherever it was cut off, also within what is passed over", async () => {
    const text = Buffer.from(JSON.stringify(dbtProject({ models: [{ name: "öl" }] }).manifest(postgres)));
    for (let length = 0; length < text.length; length += 11) {
      const cut = text.subarray(0, length);
      expect(await failure({ manifest: cut }), `${length} bytes`).toEqual(["manifest.json", "truncated"]);
    }
  });

  it("fails where it is larger or deeper than may be, or a node of it", async () => {
    const limited = (limits: object) => sqliteSnapshots({ directory, limits });
    expect(await failure({}, limited({ bytes: 2000 }))).toEqual(["manifest.json", "too-large"]);
    expect(await failure({}, limited({ node: 500 }))).toEqual(["manifest.json", "too-large"]);
    expect(await failure({}, limited({ depth: 4 }))).toEqual(["manifest.json", "too-deep"]);
    expect(await failure({}, limited({ bytes: 100_000, node: 5000, depth: 8 }))).toBeNull();
  });

  it("throws what reading it throws, and leaves no file behind", async () => {
    const broken = async function* (): AsyncGenerator<Uint8Array> {
      yield Buffer.from('{"nodes":');
      throw new Error("connection lost");
    };
    const taking = sqliteSnapshots({ directory }).take(
      { manifest: broken(), catalog: null, runResults: [] },
      everything,
    );
    await expect(taking).rejects.toThrow("connection lost");
    expect(readdirSync(directory)).toEqual([]);
  });
});

describe("a snapshot", () => {
  it("has no file with a name, so that nothing is left whatever ends the process", async () => {
    const snapshot = await sqliteSnapshots({ directory }).take(
      { manifest: bytesOf(manifest), catalog: null, runResults: [] },
      everything,
    );
    expect(readdirSync(directory)).toEqual([]);
    expect([...snapshot.relations()]).toHaveLength(snapshot.size);
    snapshot.close();
    snapshot.close();
    expect(() => snapshot.relation("warehouse.raw.countries")).toThrow("database is not open");
  });

  it("of an empty manifest has no relation", async () => {
    for (const empty of ["{}", '{"nodes":{},"sources":null,"disabled":[]}']) {
      await withSnapshot({ manifest: empty }, (snapshot) => {
        expect([snapshot.size, [...snapshot.relations()], snapshot.skipped]).toEqual([0, [], []]);
      });
    }
  });

  it("is the same in whatever pieces its artifacts come", async () => {
    const artifacts = {
      manifest,
      catalog: shop().catalog(postgres),
      runResults: [shop().runResults({ which: "run" })],
    };
    const read = (piece: number) =>
      withSnapshot(artifacts, (snapshot) => [...snapshot.relations()], everything, piece);
    const whole = await read(1_000_000);
    expect(whole).toHaveLength(7);
    for (const piece of [1, 7, 64, 1000]) expect(await read(piece)).toEqual(whole);
  });

  it("has the same digests in whatever order nodes and tags stand", async () => {
    const digests = async (project: DescribedProject) => {
      const made = dbtProject(project);
      const relations = await relationsOf({
        manifest: made.manifest(postgres),
        catalog: made.catalog(postgres),
      });
      return [...relations].map(([key, { digest }]) => [key, digest]);
    };
    const expected = await digests(shopDescribed);
    const shuffle = <T>(list: readonly T[] = []) =>
      fc.shuffledSubarray([...list], { minLength: list.length });
    const models = (shopDescribed.models ?? []).map((model) =>
      fc
        .record({ tags: shuffle(model.tags), configTags: shuffle(model.configTags) })
        .map((tags) => ({ ...model, ...tags })),
    );
    const projects = fc
      .tuple(
        fc.tuple(...models).chain((list) => shuffle(list)),
        shuffle(shopDescribed.sources),
        shuffle(shopDescribed.seeds),
      )
      .map(([list, sources, seeds]) => ({ ...shopDescribed, models: list, sources, seeds }));
    await fc.assert(
      fc.asyncProperty(projects, async (project) => {
        expect(await digests(project)).toEqual(expected);
      }),
      { numRuns: 30 },
    );
  });

  it("gives relations in the order that JavaScript sorts their keys in, each also by its key", async () => {
    const names = ["b", "a", "Ä", "z", "\u{1F600}", "\uFF21", "a.b", "_"];
    const project = dbtProject({ database: "d", models: names.map((name) => ({ name })) });
    await withSnapshot({ manifest: project.manifest(postgres) }, (snapshot) => {
      const keys = [...snapshot.relations()].map(({ key }) => key);
      expect(keys).toEqual([...keys].sort());
      expect(keys).toHaveLength(names.length);
      for (const relation of snapshot.relations()) expect(snapshot.relation(relation.key)).toEqual(relation);
      expect(snapshot.relation("d.analytics.nothing")).toBeUndefined();
    });
  });
});
