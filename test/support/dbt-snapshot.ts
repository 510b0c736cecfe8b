import { sqliteSnapshots } from "#adapters/dbt-artifacts/sqlite-snapshots.ts";
import type { Snapshot, SnapshotChoice, SnapshotRelation } from "#core/dbt/snapshot.ts";
import { bytesOf } from "./dbt-artifacts.ts";

/** Artifacts as objects, or as the text of their files. */
export interface GivenArtifacts {
  readonly manifest: unknown;
  readonly catalog?: unknown;
  readonly runResults?: readonly unknown[];
}

const everything: SnapshotChoice = { packages: true, sources: true };

/** Takes a snapshot as workers do, from artifacts in pieces of so many bytes, and hands it to a test. */
export async function withSnapshot<T>(
  { manifest, catalog, runResults = [] }: GivenArtifacts,
  look: (snapshot: Snapshot) => T | Promise<T>,
  choice: SnapshotChoice = everything,
  piece?: number,
): Promise<T> {
  const snapshot = await sqliteSnapshots().take(
    {
      manifest: bytesOf(manifest, piece),
      catalog: catalog === undefined ? null : bytesOf(catalog, piece),
      runResults: runResults.map((results) => bytesOf(results, piece)),
    },
    choice,
  );
  try {
    return await look(snapshot);
  } finally {
    snapshot.close();
  }
}

/** All of a snapshot in memory, by the keys of its relations. */
export const relationsOf = (
  artifacts: GivenArtifacts,
  choice?: SnapshotChoice,
): Promise<ReadonlyMap<string, SnapshotRelation>> =>
  withSnapshot(
    artifacts,
    (snapshot) => new Map([...snapshot.relations()].map((relation) => [relation.key, relation])),
    choice,
  );
